import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { idsAmong } from '../../core/db/among.ts'
import { raw } from '../../core/db/sql.ts'
import type { Row } from '../../core/db/tx.ts'
import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import { insertRows } from '../../testing/insert-rows.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { orderQueries } from '../orders/order-queries.ts'
import { CONSENT } from '../privacy/privacy-tables.ts'
import { createWorth } from './worth.ts'

/** The purchases of CDNOW's customers until the end of March 1998, as paid orders; the model is tried on the last ninety days. */
const FIRST_DAY = Date.parse('1997-01-01T12:00:00+08:00')
const NOW = '1998-03-31T20:00:00+08:00'
const histories = readFileSync(new URL('../scores/testing/cdnow-sample.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' ').map((purchase) => purchase.split(':').map(Number) as [day: number, cents: number]))
const idOf = (nth: number): string => `wm${String(nth).padStart(5, '0')}`

let kit: TestKit
let refused: Set<string>
let worth: ReturnType<typeof createWorth>
beforeEach(async () => {
  kit = await createTestKit(NOW)
  refused = new Set()
  worth = worthIn(kit)
})
const refusedOf = (ids: readonly string[]): Set<string> => new Set(ids.filter((id) => refused.has(id)))
const worthIn = ({ db, clock }: TestKit) =>
  createWorth({
    ...{ db, clock, orders: { queries: orderQueries } },
    privacy: { consents: { refusedAmong: async (_tx, _kind, among) => refusedOf(idsAmong(among)) } },
  })
afterEach(() => kit.close())

const orders = (customers: number, until = NOW): Row[] =>
  histories.slice(0, customers).flatMap((history, nth) =>
    history
      .map(([day, cents], at) => ({
        ...{ order_id: `${nth}-${at}`, source: 'cdnow', external_userid: idOf(nth), status: 'paid', total_fen: cents },
        ...{ created_at: FIRST_DAY + day * DAY_MS, paid_at: FIRST_DAY + day * DAY_MS },
      }))
      .filter(({ paid_at }) => paid_at <= Date.parse(until)),
  )
const fill = (rows: Row[]) => kit.db.tx((tx) => insertRows(tx, 'shop_order', rows))
const night = async (): Promise<void> => {
  kit.clock.advance(DAY_MS)
  for (const job of worth.jobs) await job.run()
}
const known = async () => {
  for (const job of worth.jobs) await job.run()
  await night()
  return kit.db.tx((tx) => worth.queries.model(tx))
}
const all = () => kit.db.tx((tx) => tx.rows(raw<Record<string, number>>('SELECT * FROM customer_worth ORDER BY id')))

describe('what customers are likely to buy', () => {
  it('is learned from all orders, tried on the last ninety days, and reckoned for everybody', async () => {
    await fill(orders(2_357))
    const { model, scoredAtMs } = (await known()) ?? {}
    expect(scoredAtMs).toBe(Date.parse(NOW) + DAY_MS)
    expect([model?.customers, model?.refusal, model?.noValue]).toEqual([2_357, undefined, undefined])
    const { expected = 0, actual = 0, chart = [] } = model?.trial ?? {}
    expect(actual).toBe(histories.flat().filter(([day]) => day >= 366 && day <= 454).length)
    expect(expected / actual).toBeGreaterThan(0.75)
    expect(expected / actual).toBeLessThan(1.25)
    expect(chart.map(({ repeats }) => repeats)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7+'])
    // The more somebody bought, the more is expected, and comes.
    expect(chart.map((row) => row.expected)).toEqual([...chart.map((row) => row.expected)].sort((x, y) => x - y))

    const rows = await all()
    expect(rows).toHaveLength(2_357)
    const once = rows.filter((_, nth) => (histories[nth] ?? []).filter(([day]) => day <= 454).length === 1)
    expect(once.every((row) => row.alive_percent === null)).toBe(true)
    const later = await kit.db.tx((tx) => worth.queries.sums(tx))
    const came = histories.flat().filter(([day]) => day > 454).length
    expect(later.orders90 / came).toBeGreaterThan(0.6)
    expect(later.orders90 / came).toBeLessThan(1.4)
    expect(later.value90Fen / later.orders90).toBeGreaterThan(3_000)
    expect(later.value90Fen / later.orders90).toBeLessThan(5_500)
  })

  it('finds in the orders until 30 September 1997 what the paper found', async () => {
    await kit.close()
    kit = await createTestKit('1997-09-29T20:00:00+08:00')
    worth = worthIn(kit)
    await fill(orders(2_357, '1997-09-30T20:00:00+08:00'))
    const { model } = (await known()) ?? {}
    const { r = 0, alpha = 0, a = 0, b = 0, logLikelihood = 0 } = model?.buying ?? {}
    expect([r, alpha, a, b].map((one) => Number(one.toFixed(3)))).toEqual([0.243, 4.414, 0.793, 2.426])
    expect(logLikelihood).toBeCloseTo(-9582.4, 1)
    expect(model?.spending).toMatchObject({ logLikelihood: expect.closeTo(-4055.9, 1) })
    expect(model?.repeaters).toBe(946)
  })

  it('is written where it changes, and taken from whose orders were refunded and from who refuses to be judged', async () => {
    await fill(orders(2_357))
    await known()
    refused = new Set([idOf(7)])
    await kit.db.tx((tx) =>
      tx.run(raw(`UPDATE shop_order SET status = 'refunded' WHERE external_userid = ?`, [idOf(3)])),
    )
    await night()
    const ids = (await all()).map((row) => String(row.external_userid))
    expect([ids.length, ids.includes(idOf(3)), ids.includes(idOf(7)), ids.includes(idOf(4))]).toEqual([
      2_355,
      false,
      false,
      true,
    ])
  })

  it('is taken from many a page at a time when all their orders are gone', async () => {
    await fill(orders(2_357))
    await known()
    // As many again whom no order stands behind.
    const gone = Array.from({ length: 9_000 }, (_, nth) => ({
      ...{ external_userid: `wm0010${String(nth).padStart(5, '0')}` },
      ...{ alive_percent: 50, orders90_hundredths: 100, value90_fen: 900 },
    }))
    await kit.db.tx((tx) => insertRows(tx, 'customer_worth', gone))
    await fill(
      ['wm0010', 'wn'].map((id) => ({
        ...{ order_id: id, source: 'cdnow', external_userid: id, status: 'paid', total_fen: 900 },
        ...{ created_at: Date.parse(NOW), paid_at: Date.parse(NOW) },
      })),
    )
    let most = 0
    const tx: TestKit['db']['tx'] = (work) =>
      kit.db.tx((inside) => {
        let deleted = 0
        const run: typeof inside.run = async (query) => {
          const count = await inside.run(query)
          deleted += count
          most = Math.max(most, deleted)
          return count
        }
        return work({ ...inside, run })
      })
    worth = worthIn({ ...kit, db: { ...kit.db, tx } })
    await night()
    const ids = (await all()).map((one) => String(one.external_userid))
    expect([ids.length, ids.includes('wm0010'), ids.includes('wn')]).toEqual([2_359, true, true])
    expect(most).toBe(4_000)
  })

  it('is not written of who was erased, or refused to be judged, after their orders were read', async () => {
    await fill(orders(2_357))
    await known()
    await kit.db.tx((tx) => tx.run(raw('DELETE FROM customer_worth')))
    let [isRead, isDone] = [false, false]
    /** Between the reading of a page and its writing. */
    const meanwhile = async (): Promise<void> => {
      if (!isRead || isDone) return
      isDone = true
      await kit.db.tx(async (tx) => {
        await tx.run(raw('DELETE FROM shop_order WHERE external_userid = ?', [idOf(3)]))
        for (const nth of [7, 8])
          await tx.insert(CONSENT, {
            ...{ external_userid: idOf(nth), kind: 'profiling', scope: '', source: 'guide', note: null },
            ...{ state: nth === 7 ? 'refused' : 'given', at: kit.clock.now(), until_at: null, by_whom: null },
          })
      })
    }
    const db: TestKit['db'] = {
      ...kit.db,
      tx: async (work) => {
        const found = await kit.db.tx(work)
        await meanwhile()
        return found
      },
    }
    const histories: typeof orderQueries.histories = (tx, asked) => {
      isRead = true
      return orderQueries.histories(tx, asked)
    }
    worth = createWorth({
      ...{ db, clock: kit.clock, orders: { queries: { ...orderQueries, histories } } },
      privacy: { consents: { refusedAmong: async () => new Set() } },
    })
    await night()
    const ids = (await all()).map((row) => String(row.external_userid))
    expect([isDone, ids.length]).toEqual([true, 2_355])
    expect([3, 7, 8].map((nth) => ids.includes(idOf(nth)))).toEqual([false, false, true])
  })

  it('is learned anew once a week', async () => {
    await fill(orders(1_000))
    const first = (await known())?.fittedAtMs
    const fitted: (number | undefined)[] = []
    for (let day = 0; day < 8; day++) {
      await night()
      fitted.push((await kit.db.tx((tx) => worth.queries.model(tx)))?.fittedAtMs)
    }
    expect(fitted.map((one) => ((one ?? 0) - (first ?? 0)) / DAY_MS)).toEqual([0, 0, 0, 0, 0, 0, 7, 7])
  })
})

describe('nobody is reckoned', () => {
  it('while too few have bought', async () => {
    await fill(orders(200))
    const { model } = (await known()) ?? {}
    expect(model?.refusal).toMatch(/^数据太少：付过款的客户 200 位（至少 300），买过两天以上的 \d+ 位/)
    expect(await all()).toEqual([])
  })

  it('while the time is too short to see that somebody stays away', async () => {
    kit.clock.advance(Date.parse('1997-04-01T20:00:00+08:00') - kit.clock.now())
    await fill(orders(2_357, '1997-04-01T20:00:00+08:00'))
    expect((await known())?.model.refusal).toMatch(/^时间太短：第一单到今天 13 周，至少 16 周/)
  })

  it('when the last ninety days were unlike those before, and whoever was reckoned is so no more', async () => {
    await fill(orders(2_357))
    await known()
    expect((await all()).length).toBe(2_357)
    // Everybody buys on each of the last days of a great sale.
    const sale = Array.from({ length: 2_000 }, (_, nth) =>
      [1, 2, 3].map((day) => ({
        ...{
          order_id: `sale-${nth}-${day}`,
          source: 'cdnow',
          external_userid: idOf(nth),
          status: 'paid',
          total_fen: 900,
        },
        ...{ created_at: Date.parse(NOW) - day * DAY_MS - HOUR_MS, paid_at: Date.parse(NOW) - day * DAY_MS - HOUR_MS },
      })),
    ).flat()
    await fill(sale)
    for (let day = 0; day < 7; day++) await night()
    const { model } = (await kit.db.tx((tx) => worth.queries.model(tx))) ?? {}
    expect(model?.refusal).toMatch(/^试算不准：最近 13 周估计 \d+ 次，实际 \d+ 次/)
    expect(await all()).toEqual([])
  })
})
