import { AppError } from '../../core/kernel/app-error.ts'
import type { Condition } from '../schema/condition.ts'
import { askField } from './ask-field.ts'
import type { ConditionFault } from './condition-fault.ts'
import { didYouMean } from './did-you-mean.ts'
import type { FactShape, FactType } from './fact.ts'
import { parseFactTest } from './fact-test.ts'
import { narrowedPath, parseNarrowing } from './narrowed.ts'
import { type AskedField, isOfFields, PROFILE } from './profile-path.ts'

export const FACT_TYPE_ZH: Record<FactType, string> = {
  number: '数字',
  money: '金额',
  text: '文字',
  flag: '是/否',
  set: '一组值',
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What other languages call it. */
const LOGIC: Record<string, string> = { or: 'any', and: 'all', 或: 'any', 且: 'all', 非: 'not' }

/** Deeper nesting than anybody reads; it also bounds recursion. */
const MAX_DEPTH = 20

/** Understands the written form: dotted or nested fact paths, `all`, `any`, `not`, and `事实: 值` as short for
 *  `事实: { eq: 值 }` (`{ any: [值] }` for a set). Money in the result is fen. All faults at once, never throws;
 *  `condition` is there exactly when there is no fault; else `readable` is what the parts without one say. `fields`: those of profile.yaml; undefined: any may be asked for, as
 *  in a rule that was checked before. */
export function parseCondition(
  written: unknown,
  offered: readonly FactShape[],
  fields?: readonly AskedField[],
): { condition: Condition; faults: [] } | { condition: undefined; readable: Condition; faults: ConditionFault[] } {
  const shapes = offered.filter((one) => !isOfFields(one))
  const byPath = new Map(shapes.map((shape) => [shape.path, shape]))
  const faults: ConditionFault[] = []
  const fault = (at: ConditionFault['at'], message: string, suggestion?: string, key?: true): void => {
    faults.push({ at, message, ...(suggestion === undefined ? {} : { suggestion }), ...(key ? { key } : {}) })
  }

  function conditionsIn(value: unknown, at: ConditionFault['at'], word: string): Condition[] {
    if (!Array.isArray(value) || value.length === 0) {
      fault(at, `${word} 后面要写一个条件列表，至少一条`, `例如 ${word}: [ { follow.active: true } ]`)
      return []
    }
    return value.flatMap((item, index) => mapIn(item, [...at, index]))
  }

  function mapIn(value: unknown, at: ConditionFault['at']): Condition[] {
    if (!isMap(value)) {
      fault(at, '这里要写一个条件', '例如 { orders.paid.count: { gte: 1 } }')
      return []
    }
    if (at.length > MAX_DEPTH) {
      fault(at, `条件嵌套超过 ${MAX_DEPTH} 层`, '请拆成几条规则')
      return []
    }
    return [all(Object.entries(value).flatMap(([key, inner]) => entryIn(key, inner, at)))]
  }

  function entryIn(key: string, inner: unknown, at: ConditionFault['at']): Condition[] {
    const here = [...at, key]
    if (key === 'all') return [{ kind: 'all', of: conditionsIn(inner, here, 'all') }]
    if (key === 'any') return [{ kind: 'any', of: conditionsIn(inner, here, 'any') }]
    if (key === 'not') return mapIn(inner, here).map((of) => ({ kind: 'not', of }))
    return factIn(key, inner, here)
  }

  function factIn(path: string, value: unknown, at: ConditionFault['at']): Condition[] {
    const shape = byPath.get(path)
    if (shape !== undefined) {
      const {
        narrowing,
        rest,
        faults: narrowFaults,
      } = isMap(value) ? parseNarrowing(shape, value) : { narrowing: {}, rest: value, faults: [] }
      for (const { key, message } of narrowFaults) fault([...at, key], message)
      const parsed = parseFactTest(shape, rest)
      for (const wrong of parsed.faults) fault([...at, ...wrong.at], wrong.message, wrong.suggestion, wrong.key)
      if (parsed.test === undefined || narrowFaults.length > 0) return []
      return [{ kind: 'test', path: narrowedPath(path, narrowing), test: parsed.test }]
    }
    if (path.startsWith(PROFILE)) return fieldIn(path.slice(PROFILE.length), value, at)
    if (path === 'profile' && isMap(value)) {
      return Object.entries(value).flatMap(([key, inner]) => fieldIn(key, inner, [...at, key]))
    }
    const inside = shapes.filter((candidate) => candidate.path.startsWith(`${path}.`))
    if (inside.length > 0 && isMap(value) && at.length <= MAX_DEPTH) {
      return Object.entries(value).flatMap(([key, inner]) => factIn(`${path}.${key}`, inner, [...at, key]))
    }
    if (inside.length > 0) {
      fault(at, `「${path}」还不是完整的事实`, `可以写 ${inside.map((candidate) => candidate.path).join('、')}`)
      return []
    }
    const meant =
      LOGIC[path] ?? shapes.find((candidate) => candidate.zh === path)?.path ?? didYouMean(path, byPath.keys())
    fault(
      at,
      `没有「${path}」这个事实`,
      meant === undefined ? `可用的事实：${[...byPath.keys()].join('、')}` : `是不是想写 ${meant}`,
      true,
    )
    return []
  }

  /** `profile.<field>`. */
  function fieldIn(name: string, value: unknown, at: ConditionFault['at']): Condition[] {
    const asked = askField({ name, value, fields })
    for (const wrong of asked.faults) fault([...at, ...wrong.at], wrong.message, wrong.suggestion, wrong.key)
    return asked.test === undefined ? [] : [{ kind: 'test', path: asked.path, test: asked.test }]
  }

  const [condition = all([])] = mapIn(written, [])
  return faults.length > 0 ? { condition: undefined, readable: condition, faults } : { condition, faults: [] }
}

const all = (of: Condition[]): Condition => (of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'all', of })

/** A condition that was checked before, e.g. of a stored rule version. Absent means "always".
 *  Throws rules.condition-invalid (never retry), e.g. when a fact no longer exists. */
export function conditionOf(written: unknown, shapes: readonly FactShape[]): Condition {
  if (written === undefined) return { kind: 'all', of: [] }
  const parsed = parseCondition(written, shapes)
  if (parsed.condition !== undefined) return parsed.condition
  const first = parsed.faults[0]
  throw new AppError('rules.condition-invalid', `condition cannot be read at ${first?.at.join('.') || 'its root'}`, {
    zh: `条件读不懂：${first?.message ?? ''}`,
  })
}

/** The facts that a condition looks at, each once, in order of appearance. */
export function factPaths(condition: Condition): string[] {
  const found = new Set<string>()
  const visit = (part: Condition): void => {
    if (part.kind === 'test') found.add(part.path)
    else if (part.kind === 'not') visit(part.of)
    else part.of.forEach(visit)
  }
  visit(condition)
  return [...found]
}
