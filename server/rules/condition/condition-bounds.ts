import type { Condition, FactTest } from '../schema/condition.ts'

/* What can be said of conditions without any data. Both functions claim something only when it is certain; silence means
   nothing. */

/** Tests that must all hold, by fact; `rest`: parts that are no such tests. */
interface Conjunction {
  tests: Map<string, FactTest[]>
  rest: Condition[]
}

function conjunctionOf(condition: Condition, into: Conjunction = { tests: new Map(), rest: [] }): Conjunction {
  if (condition.kind === 'all') for (const part of condition.of) conjunctionOf(part, into)
  else if (condition.kind === 'test') {
    into.tests.set(condition.path, [...(into.tests.get(condition.path) ?? []), condition.test])
  } else into.rest.push(condition)
  return into
}

type Scalar = string | number | boolean

/** The values that pass some tests of one fact: these `only` (when given), within the bounds, without `never`. */
interface Span {
  low: number
  lowIsOut: boolean
  high: number
  highIsOut: boolean
  only: Scalar[] | undefined
  never: Scalar[]
}

function spanOf(tests: readonly FactTest[]): Span {
  const span: Span = {
    low: Number.NEGATIVE_INFINITY,
    lowIsOut: false,
    high: Number.POSITIVE_INFINITY,
    highIsOut: false,
    only: undefined,
    never: [],
  }
  const keep = (values: Scalar[]): void => {
    span.only = span.only === undefined ? values : span.only.filter((one) => values.includes(one))
  }
  const rise = (bound: unknown, isOut: boolean): void => {
    if (typeof bound !== 'number' || bound < span.low) return
    span.lowIsOut = bound > span.low ? isOut : span.lowIsOut || isOut
    span.low = bound
  }
  const sink = (bound: unknown, isOut: boolean): void => {
    if (typeof bound !== 'number' || bound > span.high) return
    span.highIsOut = bound < span.high ? isOut : span.highIsOut || isOut
    span.high = bound
  }
  for (const test of tests) {
    if (test.eq !== undefined) keep([test.eq])
    if (test.in !== undefined) keep(test.in)
    span.never.push(...(test.ne === undefined ? [] : [test.ne]), ...(test.notIn ?? []))
    rise(test.gte, false)
    rise(test.gt, true)
    sink(test.lte, false)
    sink(test.lt, true)
  }
  return span
}

const isInside = ({ low, lowIsOut, high, highIsOut, never }: Span, value: Scalar): boolean =>
  !never.includes(value) &&
  (typeof value !== 'number' || ((lowIsOut ? value > low : value >= low) && (highIsOut ? value < high : value <= high)))

/** All values that pass, where they can be listed. */
const listed = (span: Span): Scalar[] | undefined => span.only?.filter((one) => isInside(span, one))

const isEmpty = (span: Span): boolean => {
  const values = listed(span)
  if (values !== undefined) return values.length === 0
  return span.low > span.high || (span.low === span.high && (span.lowIsOut || span.highIsOut))
}

const asksValue = ({ known, any, all, none, ...scalar }: FactTest): boolean => Object.keys(scalar).length > 0

function contradict(tests: readonly FactTest[]): boolean {
  const wanted = new Set(tests.flatMap((test) => test.all ?? []))
  const refused = new Set(tests.flatMap((test) => test.none ?? []))
  if ([...wanted].some((one) => refused.has(one))) return true
  if (tests.some((test) => test.any?.every((one) => refused.has(one)) === true)) return true
  const isUnknown = tests.some((test) => test.known === false)
  if (isUnknown && tests.some((test) => asksValue(test) || test.known === true)) return true
  return isEmpty(spanOf(tests))
}

/** The fact whose tests exclude each other, so that nobody ever meets the condition; undefined when somebody may. */
export function contradiction(condition: Condition): string | undefined {
  const { tests, rest } = conjunctionOf(condition)
  for (const [path, asked] of tests) if (contradict(asked)) return path
  const certain: Condition[] = [...tests].flatMap(([path, asked]) =>
    asked.map((test) => ({ kind: 'test' as const, path, test })),
  )
  for (const part of rest) {
    if (part.kind !== 'any') continue
    const found = part.of.map((one) => contradiction({ kind: 'all', of: [...certain, one] }))
    if (found.every((path) => path !== undefined)) return found[0]
  }
  return undefined
}

/** True when everybody who meets `narrow` certainly meets `wide`. */
export function implies(narrow: Condition, wide: Condition): boolean {
  const asked = conjunctionOf(wide)
  const given = conjunctionOf(narrow).tests
  if (asked.rest.length > 0) return JSON.stringify(narrow) === JSON.stringify(wide)
  return [...asked.tests].every(([path, tests]) => tests.every((test) => isGiven(given.get(path) ?? [], test)))
}

function isGiven(given: readonly FactTest[], test: FactTest): boolean {
  if (given.length === 0) return false
  const has = given.flatMap((one) => one.all ?? [])
  const lacks = given.flatMap((one) => one.none ?? [])
  const { any, all, none } = test
  if (any !== undefined) {
    const fits = (list: string[]): boolean => list.every((one) => any.includes(one))
    if (!has.some((one) => any.includes(one)) && !given.some((one) => one.any !== undefined && fits(one.any)))
      return false
  }
  if (all?.every((one) => has.includes(one)) === false) return false
  if (none?.every((one) => lacks.includes(one)) === false) return false
  const isKnown = given.some((one) => asksValue(one) || one.known === true)
  if (test.known === true && !isKnown) return false
  if (test.known === false && !given.some((one) => one.known === false)) return false
  return !asksValue(test) || (isKnown && isWithin(spanOf(given), spanOf([test])))
}

function isWithin(inner: Span, outer: Span): boolean {
  const values = listed(inner)
  if (values !== undefined) {
    return values.every((one) => isInside(outer, one) && (outer.only === undefined || outer.only.includes(one)))
  }
  if (outer.only !== undefined) return false
  const isLowGiven = inner.low > outer.low || (inner.low === outer.low && (inner.lowIsOut || !outer.lowIsOut))
  const isHighGiven = inner.high < outer.high || (inner.high === outer.high && (inner.highIsOut || !outer.highIsOut))
  return isLowGiven && isHighGiven && outer.never.every((one) => !isInside(inner, one))
}
