import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { createEmit } from '../../engine/inbox/emit.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { EMPTY_BOOK } from '../../rules/rule-book-holder.ts'
import type { RfmRule } from '../../rules/schema/rfm-rule.ts'
import { insertRows } from '../../testing/insert-rows.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { orderQueries } from '../orders/order-queries.ts'
import { storedConsents } from '../privacy/consents.ts'
import { CONSENT, type ConsentState } from '../privacy/privacy-tables.ts'
import { createScores } from './scores.ts'

/** The purchase histories of CDNOW, scored by thresholds of our own on two nights; what to expect is counted here anew. */
const histories = readFileSync(new URL('testing/cdnow-sample.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' ').map((purchase) => purchase.split(':').map(Number) as [day: number, cents: number]))
const FIRST_MIDNIGHT = Date.parse('1997-01-01T00:00:00+08:00')
const idOf = (nth: number): string => `wm${String(nth).padStart(5, '0')}`
const nightOf = (day: number): number => FIRST_MIDNIGHT + day * DAY_MS + 3 * 3_600_000

const RULE: RfmRule = {
  days: 240,
  r: { within: [180, 90, 60, 30] },
  f: { count: 'days', from: [2, 3, 4, 6] },
  m: { from: ['20元', '50元', '100元', '200元'] },
}
/** Counted from 1997-01-01, of nights at three. */
const [FIRST, SECOND] = [273, 365]

/** By hand: who bought what in the window before that night, and what that is called. */
function groupsOn(night: number): Map<string, { name: string; f: number }> {
  const found = new Map<string, { name: string; f: number }>()
  for (const [nth, history] of histories.entries()) {
    const counted = history.filter(([day]) => day < night && day > night - 240)
    if (counted.length === 0) continue
    const ago = night - Math.max(...counted.map(([day]) => day))
    const cents = counted.reduce((sum, [, one]) => sum + one, 0)
    const times = counted.length
    const kind = ago <= 60 ? (times >= 4 ? '价值' : '发展') : times >= 4 ? '保持' : '挽留'
    const f = times >= 6 ? 5 : Math.min(times, 4)
    found.set(idOf(nth), { name: (cents >= 10_000 ? '重要' : '一般') + kind, f })
  }
  return found
}

let kit: TestKit
let scores: ReturnType<typeof createScores>
let rfm: RuleBook['rfm']
beforeAll(async () => {
  kit = await createTestKit('1997-09-30T20:00:00+08:00')
  rfm = { value: RULE, version: 'aaaaaaaaaaaa' }
  scores = createScores({
    ...{ db: kit.db, clock: kit.clock, orders: { queries: orderQueries } },
    emit: createEmit({ clock: kit.clock, nudge: () => undefined }),
    rules: { current: () => ({ ...EMPTY_BOOK, rfm }) },
    privacy: { consents: storedConsents(kit.clock) },
  })
  await buy(0, FIRST)
})
afterAll(() => kit.close())

/** Everything that was bought on these days. */
async function buy(from: number, to: number): Promise<void> {
  const rows = histories.flatMap((history, nth) =>
    history
      .filter(([day]) => day >= from && day < to)
      .map(([day, cents]) => {
        const at = FIRST_MIDNIGHT + day * DAY_MS + DAY_MS / 2
        return {
          ...{ order_id: `${nth}-${day}`, source: 'cdnow', external_userid: idOf(nth), status: 'paid' },
          ...{ total_fen: cents, created_at: at, paid_at: at },
        }
      }),
  )
  await kit.db.tx((tx) => insertRows(tx, 'shop_order', rows))
}
const say = (state: ConsentState, externalUserIds: readonly string[]): Promise<number> =>
  kit.db.tx((tx) =>
    tx.insertIgnore(
      CONSENT,
      externalUserIds.map((external_userid) => ({
        ...{ external_userid, kind: 'profiling' as const, state, source: 'guide' as const, at: kit.clock.now() },
      })),
    ),
  )
const whoSaid = async (): Promise<string[]> =>
  (await rowsOf<{ id: string }>('SELECT DISTINCT external_userid AS id FROM consent')).map(({ id }) => id)
const run = async (): Promise<void> => {
  for (const job of scores.jobs) await job.run()
}
const night = async (day: number): Promise<void> => {
  kit.clock.set(nightOf(day))
  await run()
}
const rowsOf = <Row>(text: string): Promise<Row[]> => kit.db.tx((tx) => tx.rows(raw<Row>(text)))
const stored = async (): Promise<Map<string, string | null>> =>
  new Map(
    (await rowsOf<{ id: string; name: string | null }>('SELECT external_userid AS id, name FROM customer_score')).map(
      ({ id, name }) => [id, name],
    ),
  )
const told = async (): Promise<{ externalUserId: string; from?: string; to?: string }[]> =>
  (await rowsOf<{ payload: string }>(`SELECT payload FROM inbound_event WHERE kind = 'rfm.moved'`)).map(
    ({ payload }) => JSON.parse(payload) as { externalUserId: string; from?: string; to?: string },
  )
const namesOf = (groups: ReturnType<typeof groupsOn>): Map<string, string> =>
  new Map([...groups].map(([id, { name }]) => [id, name]))
const tally = (names: Iterable<string>): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

it('thresholds give every step, each customer the name of their cell, and a new file moves nobody', async () => {
  await run()
  await night(FIRST)
  const expected = groupsOn(FIRST)
  expect(await stored()).toEqual(namesOf(expected))
  const points = await rowsOf<{ f: number; n: number }>(
    'SELECT f, COUNT(*) AS n FROM customer_score GROUP BY f ORDER BY f',
  )
  const steps = tally([...expected.values()].map(({ f }) => String(f)))
  expect(Object.fromEntries(points.map(({ f, n }) => [String(f), Number(n)]))).toEqual(steps)
  expect(Object.keys(steps)).toEqual(['1', '2', '3', '4', '5'])
  expect(await told()).toEqual([])
  const day = await kit.db.tx((tx) => scores.queries.dayBy(tx, kit.clock.now()))
  expect(day?.names).toEqual(tally(namesOf(expected).values()))
  expect(Object.values(day?.cells ?? {}).reduce((sum, one) => sum + one, 0)).toBe(expected.size)
})

it('between two nights so many went from each group to each other, each told once, however often it is looked', async () => {
  await buy(FIRST, SECOND)
  await night(SECOND)
  const [before, after] = [namesOf(groupsOn(FIRST)), namesOf(groupsOn(SECOND))]
  expect(await stored()).toEqual(after)
  const pairs = [...new Set([...before.keys(), ...after.keys()])]
    .map((id) => [id, before.get(id) ?? '', after.get(id) ?? ''] as const)
    .filter(([, from, to]) => from !== to)
  const counted = tally(pairs.map(([, from, to]) => `${from}→${to}`))
  // Some came, some went, some moved.
  expect(Object.keys(counted)).toEqual(expect.arrayContaining(['→一般发展', '一般挽留→', '重要发展→重要挽留']))
  const transitions = await kit.db.tx((tx) => scores.queries.transitions(tx, nightOf(FIRST)))
  const found = transitions.map(({ from, to, customers }) => [`${from ?? ''}→${to ?? ''}`, customers] as const)
  expect(Object.fromEntries(found)).toEqual(counted)

  const events = (await told()).map(({ externalUserId, from, to }) => `${externalUserId} ${from ?? ''}→${to ?? ''}`)
  expect(events.sort()).toEqual(pairs.map(([id, from, to]) => `${id} ${from}→${to}`).sort())
  const into = { sinceMs: nightOf(SECOND - 7), to: '重要挽留' }
  const won = pairs.filter(([, , to]) => to === '重要挽留').map(([id]) => id)
  expect(await kit.db.tx((tx) => scores.queries.movedInto(tx, into))).toBe(won.length)
  const moves = await kit.db.tx((tx) => scores.queries.moves(tx, into))
  expect(moves.map(({ externalUserId }) => externalUserId).sort()).toEqual(won.sort())

  // The same night once more: from the beginning, as after a crash.
  await kit.db.tx((tx) => tx.run(raw(`UPDATE score_run SET due_at = counted_at`)))
  await run()
  expect(await told()).toHaveLength(events.length)
  expect(await kit.db.tx((tx) => scores.queries.transitions(tx, nightOf(FIRST)))).toEqual(transitions)
})

it('other rules are carried out at once, and move nobody; who refuses is forgotten', async () => {
  const events = (await told()).length
  const [moved] = await rowsOf<{ id: string }>('SELECT external_userid AS id FROM score_move ORDER BY id LIMIT 1')
  const gone = [...namesOf(groupsOn(SECOND)).keys()].slice(0, 2)
  await say('refused', [...gone, moved?.id ?? ''])
  rfm = { value: { ...RULE, names: [{ name: '大家' }] }, version: 'bbbbbbbbbbbb' }
  kit.clock.advance(60_000)
  await run()
  const names = await stored()
  expect(new Set(names.values())).toEqual(new Set(['大家']))
  expect(gone.some((id) => names.has(id))).toBe(false)
  expect(await told()).toHaveLength(events)
  expect(await rowsOf(`SELECT id FROM score_move WHERE external_userid = '${moved?.id ?? ''}'`)).toEqual([])
  const settled = await kit.db.tx((tx) => scores.queries.settled(tx))
  expect(settled).toEqual({ atMs: kit.clock.now(), sinceMs: kit.clock.now(), rule: 'bbbbbbbbbbbb' })
  await night(SECOND + 1)
  expect(await told()).toHaveLength(events + (await movesSince(kit.clock.now())))
})
const movesSince = async (atMs: number): Promise<number> =>
  (await rowsOf(`SELECT id FROM score_move WHERE moved_at >= ${atMs}`)).length

it.each<[what: string, rule: RfmRule, count: number, fen: number]>([
  ['one shop', { orders: { shop: ['cdnow'] }, m: { from: ['0.01元'] } }, histories.length, 0],
  ['another shop', { orders: { shop: ['else'] } }, 0, 0],
  ['goods that nobody bought', { orders: { category: ['牛排'] } }, 0, 0],
])('%s', async (_what, rule, count) => {
  await say('given', await whoSaid())
  rfm = {
    value: rule,
    version: String(count)
      .padStart(12, rule.orders?.shop?.[0] ?? 'g')
      .slice(-12),
  }
  kit.clock.advance(60_000)
  await run()
  // Who bought after the second night is not in the tables.
  const known = new Set(histories.flatMap((one, nth) => (one.some(([day]) => day < SECOND) ? [nth] : [])))
  expect((await stored()).size).toBe(count === 0 ? 0 : known.size)
})
