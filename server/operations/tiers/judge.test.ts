import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Ladder } from '../../rules/book/rule-book.ts'
import type { Facts } from '../../rules/condition/fact.ts'
import { holds } from '../../rules/condition/holds.ts'
import { conditionOf } from '../../rules/condition/parse-condition.ts'
import type { LadderRule } from '../../rules/schema/ladder-rule.ts'
import { judge, type Standing } from './judge.ts'

const ladderOf = (text: string): Ladder => {
  const value = parse(text) as LadderRule
  const condition = (written: unknown) => (written === undefined ? undefined : conditionOf(written, VOCABULARY.facts))
  const levels = value.levels.map((level) => ({
    name: level.level,
    when: condition(level.when),
    keep: condition(level.keep),
    value: level,
  }))
  return { name: value.ladder, version: 'v', file: 'tiers/t.yaml', value, levels }
}

const BASE = `
ladder: 分层
levels:
  - { level: S, when: { orders.paid.sum: { gte: 100元 } }, keep: { orders.paid.sum: { gte: 60元 } } }
  - { level: A, when: { orders.paid.sum: { gte: 50元 } }, keep: { orders.paid.sum: { gte: 30元 } } }
  - { level: B, when: { orders.paid.count: { gte: 2 } } }
  - { level: C }
moves: auto
coolDownDays: 14
`
const LASTING = BASE.replace('keep: { orders.paid.sum: { gte: 60元 } }', 'lastsDays: 30')

const factsOf = (fen: number, count: number): Facts =>
  new Map([
    ['orders.paid.sum', fen],
    ['orders.paid.count', count],
  ])

/** Days of a life on the ladder: each day perhaps an order or a refund, then the nightly look. */
const history = fc.array(fc.record({ days: fc.nat({ max: 20 }), fen: fc.integer({ min: -9_000, max: 9_000 }) }), {
  minLength: 1,
  maxLength: 40,
})

function live(ladder: Ladder, orders: { days: number; fen: number }[]) {
  let now = 0
  let [fen, count] = [0, 0]
  let standing: Standing = { level: 'C', heldFromMs: undefined, entitledUntilMs: undefined }
  const moves: { atMs: number; from: string; to: string; isRise: boolean }[] = []
  const look = (): void => {
    const verdict = judge(ladder, standing, factsOf(fen, count), now)
    if (verdict.kind === 'renew') standing = { ...standing, entitledUntilMs: verdict.untilMs }
    if (verdict.kind !== 'move') return
    moves.push({ atMs: now, from: standing.level, to: verdict.to.name, isRise: verdict.cause === 'rise' })
    const { lastsDays } = verdict.to.value
    const entitledUntilMs = lastsDays === undefined ? undefined : now + lastsDays * DAY_MS
    standing = { level: verdict.to.name, heldFromMs: now, entitledUntilMs }
  }
  for (const order of orders) {
    for (let day = 0; day < order.days; day++) {
      now += DAY_MS
      look()
    }
    fen = Math.max(0, fen + order.fen)
    count = Math.max(0, count + Math.sign(order.fen))
    look()
    look()
  }
  // Nothing happens any more, until even what was held back and what lasts has ended.
  for (let day = 0; day < 31 + 14; day++) {
    now += DAY_MS
    look()
  }
  return { moves, standing, facts: factsOf(fen, count), now }
}

describe('over any history of orders', () => {
  it.each([
    ['keep', BASE],
    ['lasting', LASTING],
  ])('never two moves within the cool-off (%s)', (_, text) => {
    const ladder = ladderOf(text)
    fc.assert(
      fc.property(history, (orders) => {
        const { moves } = live(ladder, orders)
        for (const [index, move] of moves.entries()) {
          const before = moves[index - 1]
          if (before !== undefined) expect(move.atMs - before.atMs).toBeGreaterThanOrEqual(14 * DAY_MS)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('a ladder that promotes at once never falls within the cool-off, and rises the very day', () => {
    const ladder = ladderOf(`${BASE}promoteAtOnce: true\n`)
    fc.assert(
      fc.property(history, (orders) => {
        const { moves } = live(ladder, orders)
        for (const [index, move] of moves.entries()) {
          const before = moves[index - 1]
          if (before !== undefined && !move.isRise) expect(move.atMs - before.atMs).toBeGreaterThanOrEqual(14 * DAY_MS)
        }
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['keep', BASE],
    ['lasting', LASTING],
  ])('at rest everybody is where the rules want them (%s)', (_, text) => {
    const ladder = ladderOf(text)
    fc.assert(
      fc.property(history, (orders) => {
        const { standing, facts, now } = live(ladder, orders)
        const at = ladder.levels.findIndex((level) => level.name === standing.level)
        const reached = ladder.levels.findIndex((level) => level.when !== undefined && holds(level.when, facts))
        const level = ladder.levels[at]
        // Nothing better is reached, and the level itself is reached, kept, or the last.
        expect(reached === -1 || reached >= at).toBe(true)
        const stays =
          level?.when === undefined ||
          holds(level.when, facts) ||
          (level.keep !== undefined && holds(level.keep, facts))
        expect(stays).toBe(true)
        expect(judge(ladder, standing, facts, now).kind).toBe('stay')
      }),
      { numRuns: 300 },
    )
  })
})

describe('one customer', () => {
  const standing = (level: string, more: Partial<Standing> = {}): Standing => ({
    level,
    heldFromMs: undefined,
    entitledUntilMs: undefined,
    ...more,
  })

  it('stays between the two thresholds, and falls past the levels that no longer fit', () => {
    const ladder = ladderOf(BASE)
    expect(judge(ladder, standing('S'), factsOf(7_000, 1), 0)).toEqual({ kind: 'stay' })
    expect(judge(ladder, standing('A'), factsOf(7_000, 1), 0)).toEqual({ kind: 'stay' })
    // 40 yuan would not lift anybody to A, but who comes from above may stay there.
    expect(judge(ladder, standing('S'), factsOf(4_000, 1), 0)).toMatchObject({ kind: 'move', to: { name: 'A' } })
    expect(judge(ladder, standing('S'), factsOf(1_000, 1), 0)).toMatchObject({ kind: 'move', to: { name: 'C' } })
    expect(judge(ladder, standing('C', { heldFromMs: 0 }), factsOf(20_000, 1), 13 * DAY_MS)).toMatchObject({
      kind: 'held',
      to: { name: 'S' },
      freeAtMs: 14 * DAY_MS,
    })
  })

  it('keeps what lasts to its end, whatever happens; renews it from end to end while the threshold is met', () => {
    const ladder = ladderOf(LASTING)
    const until = standing('S', { entitledUntilMs: 30 * DAY_MS })
    expect(judge(ladder, until, factsOf(0, 0), 29 * DAY_MS)).toEqual({ kind: 'stay' })
    expect(judge(ladder, until, factsOf(0, 0), 30 * DAY_MS)).toMatchObject({ to: { name: 'C' }, cause: 'ended' })
    const met = factsOf(10_000, 1)
    expect(judge(ladder, until, met, 30 * DAY_MS)).toEqual({ kind: 'renew', untilMs: 60 * DAY_MS })
    expect(judge(ladder, until, met, 95 * DAY_MS)).toEqual({ kind: 'renew', untilMs: 120 * DAY_MS })
  })

  it('on a level that was taken out of the rules goes where they belong at once', () => {
    const ladder = ladderOf(BASE)
    const gone = standing('金卡', { heldFromMs: 0 })
    expect(judge(ladder, gone, factsOf(10_000, 1), 1)).toMatchObject({ kind: 'move', to: { name: 'S' } })
    expect(judge(ladder, gone, factsOf(0, 0), 1)).toMatchObject({ kind: 'move', to: { name: 'C' } })
  })
})

describe('another period', () => {
  const COURSE = 'orders.paid.daysSinceLast[category=课程]'
  const BOOK = 'orders.paid.daysSinceLast[category=书]'
  const PLAIN = 'orders.paid.daysSinceLast'
  const lte = (category?: string) =>
    `{ orders.paid.daysSinceLast: { ${category === undefined ? '' : `category: ${category}, `}lte: 365 } }`

  // The period began 180 days before; the condition still holds by what was bought shortly before it began, too.
  it.each([
    ['the course anew', `all: [${lte('课程')}, ${lte()}]`, { [COURSE]: 10, [PLAIN]: 10 }, true],
    ['only something else', `all: [${lte('课程')}, ${lte()}]`, { [COURSE]: 190, [PLAIN]: 10 }, false],
    ['only one of two wanted', `all: [${lte('课程')}, ${lte('书')}]`, { [COURSE]: 190, [BOOK]: 10 }, false],
    ['both that are wanted', `all: [${lte('课程')}, ${lte('书')}]`, { [COURSE]: 9, [BOOK]: 10 }, true],
    ['either of two', `any: [${lte('课程')}, ${lte('书')}]`, { [COURSE]: 190, [BOOK]: 10 }, true],
    ['neither of two', `any: [${lte('课程')}, ${lte('书')}]`, { [COURSE]: 190, [BOOK]: 181 }, false],
    ['anything, which is all that is asked', lte().slice(2, -2), { [PLAIN]: 10 }, true],
    ['nothing', lte().slice(2, -2), { [PLAIN]: 190 }, false],
    ['nothing, asked the other way round', `not: ${lte().replace('lte', 'gt')}`, { [PLAIN]: 190 }, false],
  ])('%s was bought in this one', (_what, when, ages, isRenewed) => {
    const text = `ladder: 学籍\nlevels:\n  - { level: 入门, when: { ${when} }, lastsDays: 180 }\n  - { level: 体验 }\nmoves: auto\n`
    const standing: Standing = { level: '入门', heldFromMs: 0, entitledUntilMs: 180 * DAY_MS }
    const facts: Facts = new Map(Object.entries(ages))
    const verdict = judge(ladderOf(text), standing, facts, 180 * DAY_MS)
    expect(verdict.kind).toBe(isRenewed ? 'renew' : 'stay')
  })
})
