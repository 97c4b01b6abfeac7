import { afterEach, beforeEach, expect, it } from 'vitest'
import { raw, type Sql } from '../../core/db/sql.ts'
import type { Row, Tx } from '../../core/db/tx.ts'
import { EMPTY_BOOK } from '../../rules/rule-book-holder.ts'
import type { RfmRule } from '../../rules/schema/rfm-rule.ts'
import { orderQueries } from '../orders/order-queries.ts'
import { type PurchaseMeasure, purchasesBy } from '../orders/purchases-by.ts'
import { openScoreScene, type ScoreScene } from './testing/score-scene.ts'

/** Five pages of customers with an order each, of whom one has bought something rare. */
const MANY = 5_000
const PAGE = 1_000
const idOf = (nth: number): string => `wm${String(nth).padStart(5, '0')}`
const RARE = idOf(4_321)
const ALL: RfmRule = { r: { within: [30] }, f: { from: [2] }, m: { from: ['1元'] } }
const FEW: RfmRule = { ...ALL, orders: { product: ['海胆'] } }

let t: ScoreScene
beforeEach(async () => {
  t = await openScoreScene(ALL)
  const at = t.clock.now()
  const ids = Array.from({ length: MANY }, (_, nth) => idOf(nth))
  const order = (id: string): Row => ({
    ...{ order_id: id, source: '店', external_userid: id, status: 'paid', total_fen: 900, created_at: at, paid_at: at },
  })
  await t.insert('shop_order', ids.map(order))
  const orders = await t.rowsOf<{ id: number; buyer: string }>('SELECT id, external_userid AS buyer FROM shop_order')
  const item = ({ id, buyer }: { id: number; buyer: string }): Row => ({
    ...{ shop_order_id: id, line_no: 1, sku: '', name: buyer === RARE ? '海胆' : '肉', quantity: 1, price_fen: 900 },
  })
  await t.insert('shop_order_item', orders.map(item))
}, 60_000)
afterEach(() => t.close())

/** The most rows that one statement has found, and that one transaction has changed. */
function watched() {
  const most = { found: 0, changed: 0 }
  const db: ScoreScene['db'] = {
    ...t.db,
    tx: (work) =>
      t.db.tx((inside) => {
        let changed = 0
        const tx: Tx = {
          ...inside,
          rows: async <Found>(query: Sql<Found>) => {
            const found = await inside.rows(query)
            most.found = Math.max(most.found, found.length)
            return found
          },
          run: async (query) => {
            const count = await inside.run(query)
            changed += count
            most.changed = Math.max(most.changed, changed)
            return count
          },
        }
        return work(tx)
      }),
  }
  return { db, most }
}

const book = (value: RfmRule, version: string) => ({ ...EMPTY_BOOK, rfm: { value, version } })

it('rules that few fit take the points from all others a page at a time', async () => {
  await t.nights()
  expect(Object.keys(await t.names())).toHaveLength(MANY)
  const { db, most } = watched()
  t.clock.advance(60_000)
  await t.open(() => book(FEW, 'ffffffffffff'), { db })()
  expect(await t.names()).toEqual({ [RARE]: '重要发展' })
  expect(most.found).toBeLessThanOrEqual(PAGE)
  // And the row that says how far it is.
  expect(most.changed).toBeLessThanOrEqual(PAGE + 1)
})

it('so it is where nobody’s orders are left, and later nothing but moves', async () => {
  await t.nights()
  for (const table of ['shop_order', 'score_move']) await t.db.tx((tx) => tx.run(raw(`DELETE FROM ${table}`)))
  const { db, most } = watched()
  const run = t.open(() => book(ALL, 'aaaaaaaaaaaa'), { db })
  t.clock.advance(86_400_000)
  await run()
  expect(await t.names()).toEqual({})
  expect((await t.moves()).length).toBe(MANY)
  const last = idOf(MANY - 1)
  await t.say(last, 'refused')
  t.clock.advance(86_400_000)
  await run()
  expect((await t.moves()).filter((one) => one.startsWith(last))).toEqual([])
  expect((await t.moves()).length).toBe(MANY - 1)
  expect(most.found).toBeLessThanOrEqual(PAGE)
  expect(most.changed).toBeLessThanOrEqual(PAGE + 1)
})

it('who looks for what is rare looks at the orders of so many customers at once', async () => {
  const spans: { after: string; upTo: string | undefined }[] = []
  const queries = {
    ...orderQueries,
    purchasesBy: (...[tx, measure, span]: Parameters<typeof purchasesBy>) => {
      spans.push(span)
      return purchasesBy(tx, measure, span)
    },
  }
  t.clock.advance(60_000)
  await t.open(() => book(FEW, 'ffffffffffff'), { orders: { queries } })()
  expect(await t.names()).toEqual({ [RARE]: '重要发展' })
  // Once to count and once to write, and the last of them behind the last full page.
  const ends = [1, 2, 3, 4, 5].map((page) => idOf(page * PAGE - 1))
  const expected = [undefined, ...ends].map((_, nth) => ({ after: ends[nth - 1] ?? '', upTo: ends[nth] }))
  expect(spans).toEqual([...expected, ...expected])
})

/** Rows that the connection of a transaction has read so far. */
async function read(tx: Pick<Tx, 'rows'>): Promise<number> {
  const rows = await tx.rows(raw<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'"))
  return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
}

it.runIf(process.env.TEST_MYSQL_URL)('and the database reads no more than those', async () => {
  await t.db.source.query('ANALYZE TABLE shop_order, shop_order_item')
  const measure: PurchaseMeasure = { fromMs: undefined, product: ['海胆'], since: 'paid', count: 'days' }
  const readFor = (after: string, upTo: string) =>
    t.db.tx(async (tx) => {
      const before = await read(tx)
      const end = await orderQueries.endOfBuyers(tx, { after, upTo: undefined }, PAGE)
      expect(end).toBe(upTo)
      const found = await orderQueries.purchasesBy(tx, measure, { after, upTo })
      return { found: found.length, read: (await read(tx)) - before }
    })
  const first = await readFor('', idOf(PAGE - 1))
  const fifth = await readFor(idOf(4 * PAGE - 1), idOf(MANY - 1))
  expect([first.found, fifth.found]).toEqual([0, 1])
  // An entry of the index, an order, a line, and the looking for each of them.
  expect(Math.max(first.read, fifth.read)).toBeLessThan(6 * PAGE)
})
