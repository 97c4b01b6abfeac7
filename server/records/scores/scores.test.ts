import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import type { Row, Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { createEmit } from '../../engine/inbox/emit.ts'
import { EMPTY_BOOK } from '../../rules/rule-book-holder.ts'
import { insertRows } from '../../testing/insert-rows.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { orderQueries } from '../orders/order-queries.ts'
import { storedConsents } from '../privacy/consents.ts'
import { createScores } from './scores.ts'

/** The purchase histories of CDNOW (see the file's head), against figures that another program counted. */
const FIRST_DAY = Date.parse('1997-01-01T12:00:00+08:00')
const CALIBRATION_END = Date.parse('1997-10-01T03:00:00+08:00')
const histories = readFileSync(new URL('testing/cdnow-sample.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) =>
    line.split(' ').map((purchase) => {
      const [day = 0, cents = 0] = purchase.split(':').map(Number)
      return { atMs: FIRST_DAY + day * DAY_MS, cents }
    }),
  )
const isCalibration = ({ atMs }: { atMs: number }): boolean => atMs < CALIBRATION_END
const idOf = (nth: number): string => `wm${String(nth).padStart(5, '0')}`

let kit: TestKit
let scores: ReturnType<typeof createScores>
beforeAll(async () => {
  kit = await createTestKit('1997-09-30T20:00:00+08:00')
  scores = createScores({
    db: kit.db,
    clock: kit.clock,
    emit: createEmit({ clock: kit.clock, nudge: () => undefined }),
    rules: { current: () => EMPTY_BOOK },
    orders: { queries: orderQueries },
    privacy: { consents: storedConsents(kit.clock) },
  })
  const orders: Row[] = histories.flatMap((history, nth) =>
    history.filter(isCalibration).map(({ atMs, cents }, at) => ({
      order_id: `${nth}-${at}`,
      source: 'cdnow',
      external_userid: idOf(nth),
      status: 'paid',
      total_fen: cents,
      created_at: atMs,
      paid_at: atMs,
    })),
  )
  await kit.db.tx((tx) => insertRows(tx, 'shop_order', orders))
})
afterAll(() => kit.close())

const night = async (): Promise<void> => {
  kit.clock.advance(DAY_MS)
  for (const job of scores.jobs) await job.run()
}
const spread = (tx: Tx, what: string): Promise<{ points: number; total: number }[]> =>
  tx.rows(raw(`SELECT ${what} AS points, COUNT(*) AS total FROM customer_score GROUP BY ${what} ORDER BY ${what}`))
const all = (): Promise<object[]> => kit.db.tx((tx) => tx.rows(raw('SELECT * FROM customer_score ORDER BY id')))

it('counts the customers and purchases that the literature counts', async () => {
  const measure = { fromMs: undefined, since: 'paid', count: 'days' } as const
  const bought = await kit.db.tx((tx) => orderQueries.purchasesBy(tx, measure, { after: '', upTo: undefined }))
  expect(bought.length).toBe(2_357)
  expect(bought.filter((one) => one.often === 1).length).toBe(1_411)
  expect(bought.reduce((sum, one) => sum + one.often - 1, 0)).toBe(2_457)
  expect(histories.flat().filter((one) => !isCalibration(one)).length).toBe(1_882)
})

it('gives everybody the points of their quintiles, and writes nothing when nothing has changed', async () => {
  for (const job of scores.jobs) await job.run()
  expect(await all()).toEqual([])
  await night()
  const spreads = await kit.db.tx(async (tx) => [
    await spread(tx, 'r'),
    await spread(tx, 'f'),
    await spread(tx, 'm'),
    await spread(tx, '(r + f + m)'),
  ])
  expect(spreads.map((one) => one.map(({ points, total }) => [Number(points), Number(total)]))).toEqual([
    [
      [1, 466],
      [2, 475],
      [3, 476],
      [4, 467],
      [5, 473],
    ],
    [
      [2, 1411],
      [4, 439],
      [5, 507],
    ],
    [
      [1, 480],
      [2, 462],
      [3, 472],
      [4, 471],
      [5, 472],
    ],
    [
      ...[
        [4, 146],
        [5, 260],
        [6, 364],
        [7, 316],
        [8, 210],
        [9, 133],
        [10, 86],
        [11, 111],
        [12, 163],
      ],
      ...[
        [13, 139],
        [14, 182],
        [15, 247],
      ],
    ],
  ])
  // What a score is for: a tenth of the customers makes nearly half of what is bought afterwards.
  const best = await kit.db.tx((tx) =>
    tx.rows(raw<{ id: string }>('SELECT external_userid AS id FROM customer_score WHERE r + f + m = 15')),
  )
  const later = best.flatMap(({ id }) => (histories[Number(id.slice(2))] ?? []).filter((one) => !isCalibration(one)))
  expect(later.length).toBe(886)

  const before = await all()
  await night()
  expect(await all()).toEqual(before)
})

it('says that nobody has F 1 or F 3, and who is in the way', async () => {
  const cuts = await kit.db.tx((tx) => scores.queries.cuts(tx))
  const tie = { value: 1, people: 1_411, points: 2 }
  expect(cuts?.missing).toEqual({
    r: [],
    f: [
      { step: 1, tie },
      { step: 3, tie },
    ],
    m: [],
  })
  expect(
    await kit.db.tx((tx) => tx.rows(raw('SELECT name, since FROM customer_score WHERE name IS NOT NULL'))),
  ).toEqual([])
})

it('whose orders are refunded loses the score; the rest of the changes are few', async () => {
  const before = await all()
  const gone = [idOf(3), idOf(2_356)]
  await kit.db.tx((tx) =>
    tx.run(raw(`UPDATE shop_order SET status = 'refunded' WHERE external_userid IN (?, ?)`, gone)),
  )
  await night()
  const after = await kit.db.tx((tx) => scores.queries.of(tx, [...gone, idOf(4)]))
  expect([...after.keys()]).toEqual([idOf(4)])
  const kept = new Set((await all()).map((row) => JSON.stringify(row)))
  expect(before.filter((row) => kept.has(JSON.stringify(row))).length).toBeGreaterThan(2_300)
})
