import { afterEach, beforeEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { seeded } from '../../core/kernel/seeded.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { createEmit } from '../../engine/inbox/emit.ts'
import { createCatalogue } from '../../rules/book/catalogue.ts'
import { narrowedPath } from '../../rules/condition/narrowed.ts'
import { EMPTY_BOOK } from '../../rules/rule-book-holder.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { CUSTOMER } from '../customers/customer-tables.ts'
import { createFacts } from '../facts/facts.ts'
import { createTimeline } from '../timeline/timeline.ts'
import { parseOrder } from './order-body.ts'
import { orderFacts } from './order-facts.ts'
import { createRecordOrder } from './record-order.ts'
import { historyOf, type Snapshot } from './testing/order-histories.ts'

let kits: TestKit[]
beforeEach(() => {
  kits = []
})
afterEach(async () => {
  for (const kit of kits) await kit.close()
})

const CATALOGUE = createCatalogue(
  [
    { sku: ['s1', 's2'], role: '主推' },
    { name: '商品3', category: '试吃', role: '引流' },
  ],
  'v1',
)

/** Every customer of an even order is known. */
const customers = {
  exists: async (_tx: unknown, id: string) => Number(id.slice(3)) % 2 === 0,
  byUnionId: async () => [],
  byPhoneHash: async () => [],
  identityOf: async () => ({ unionId: undefined, phoneHashes: [], links: [] }),
}

/** A database to which these were told, one after the other, as many at once as a busy shop sends. */
async function toldOf(snapshots: readonly Snapshot[]): Promise<TestKit> {
  const kit = await createTestKit()
  kits.push(kit)
  const { clock, db } = kit
  const { record } = createRecordOrder({
    clock,
    emit: createEmit({ clock, nudge: () => {} }),
    timeline: createTimeline({ clock }),
    customers,
    phoneHash: () => undefined,
    erasures: { erasedAtMs: async () => undefined },
    rules: { current: () => ({ ...EMPTY_BOOK, catalogue: CATALOGUE }) },
  })
  for (let from = 0; from < snapshots.length; from += 200) {
    await db.tx(async (tx) => {
      for (const one of snapshots.slice(from, from + 200)) await record(tx, parseOrder(one, clock.now() + 400 * DAY_MS))
    })
  }
  return kit
}

const TABLES = {
  shop_order: `order_id, status, total_fen, refunded_fen, external_userid, created_at, paid_at, refunded_at, closed_at,
    version, shipped_at, signed_at, has_items`,
  shop_order_origin: 'part, word',
  shop_order_item: `line_id, line_no, sku, name, quantity, price_fen, category, catalog_category, role,
    refunded_quantity, refunded_fen`,
  shop_order_status: 'status, at',
  shop_order_refund: 'refund_id, fen, at',
  shop_order_refund_line: 'refund_id, line_id, quantity, fen, at',
  shop_order_parcel: 'number, company, shipped_at, signed_at',
}

/** Each table's rows under the number of their order, in an order of their own. */
async function tablesOf({ db }: TestKit): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const [table, columns] of Object.entries(TABLES)) {
    const owner = table === 'shop_order' ? 'o.id' : 't.shop_order_id'
    const own = columns.split(',').map((name) => `${table === 'shop_order' ? 'o' : 't'}.${name.trim()}`)
    const from = table === 'shop_order' ? 'shop_order o' : `${table} t JOIN shop_order o ON o.id = ${owner}`
    const rows = await db.tx((tx) =>
      tx.rows(raw<Record<string, unknown>>(`SELECT o.order_id AS order_number, ${own.join(', ')} FROM ${from}`)),
    )
    found[table] = rows.map((row) => JSON.stringify(Object.values(row).map(String))).sort()
  }
  return found
}

/** What rules may ask of each customer, by goods and without. */
async function factsOf({ db, clock }: TestKit): Promise<unknown> {
  const paths = orderFacts.flatMap(({ path, narrow = [] }) => [
    path,
    ...(narrow.length === 0
      ? []
      : [
          { category: ['牛排'] },
          { category: ['试吃'] },
          { role: ['主推', '引流'] as const },
          { store: ['店1'], scene: ['直播间'] },
        ]
    ).map((narrowing) => narrowedPath(path, narrowing)),
  ])
  const { ids } = await db.tx(async (tx) => ({
    ids: await tx.rows(
      raw<{ id: string }>(
        'SELECT DISTINCT external_userid AS id FROM shop_order WHERE external_userid IS NOT NULL ORDER BY 1',
      ),
    ),
  }))
  const all = createFacts({ list: orderFacts, base: CUSTOMER })
  const some = ids.slice(0, 400).map(({ id }) => id)
  const values = await db.tx((tx) => all.of(tx, some, clock.now() + 400 * DAY_MS, paths))
  return [...values].map(([id, own]) => [id, [...own].sort(([a], [b]) => (a < b ? -1 : 1))])
}

/** How often each order was told to be so. */
async function eventsOf({ db }: TestKit): Promise<Map<string, number>> {
  const rows = await db.tx((tx) =>
    tx.rows(raw<{ kind: string; payload: string }>('SELECT kind, payload FROM inbound_event')),
  )
  const told = new Map<string, number>()
  for (const { kind, payload } of rows) {
    const key = `${kind} ${(JSON.parse(payload) as { orderId: string }).orderId}`
    told.set(key, (told.get(key) ?? 0) + 1)
  }
  return told
}

function shuffled<One>(all: readonly One[], random: () => number): One[] {
  const mixed = [...all]
  for (let left = mixed.length - 1; left > 0; left--) {
    const other = Math.floor(random() * (left + 1))
    const held = mixed[left] as One
    mixed[left] = mixed[other] as One
    mixed[other] = held
  }
  return mixed
}

/** How many snapshots are told, with the doubled ones; `SNAPSHOTS=100000` for a long run. */
const SNAPSHOTS = Number(process.env.SNAPSHOTS ?? 4_000)

it('snapshots that come shuffled, doubled and in part not at all leave the same tables as all of them in their order', async () => {
  const random = seeded(20_261)
  const began = Date.parse('2026-01-05T10:00:00+08:00')
  const histories: Snapshot[][] = []
  for (let told = 0; told < SNAPSHOTS / 2; ) {
    const history = historyOf(`A${histories.length}`, began, random)
    histories.push(history)
    told += history.length
  }
  const newest = histories.map((history) => history.at(-1) as Snapshot)
  // Of what came before the newest a third is lost; a half of what is left comes twice.
  const kept = histories.flatMap((history) => history.slice(0, -1)).filter(() => random() > 0.33)
  const mixed = shuffled([...kept, ...newest, ...[...kept, ...newest].filter(() => random() < 0.5)], random)

  const ordered = await toldOf(histories.flat())
  const loose = await toldOf(mixed)
  const tables = await tablesOf(ordered)
  for (const [table, rows] of Object.entries(tables)) expect([table, rows.length]).not.toEqual([table, 0])
  expect(await tablesOf(loose)).toEqual(tables)
  const facts = JSON.stringify(await factsOf(ordered))
  expect(facts).toContain('主推')
  expect(JSON.stringify(await factsOf(loose))).toBe(facts)

  const told = await eventsOf(loose)
  for (const [what, times] of told) {
    // Each part that came back, and each change of who sold it, is told.
    if (!/^order\.(part-refunded|origin-told) /.test(what)) expect([what, times]).toEqual([what, 1])
  }
  const stands = await loose.db.tx((tx) =>
    tx.rows(
      raw<{ order_id: string; status: string }>(
        'SELECT order_id, status FROM shop_order WHERE external_userid IS NOT NULL',
      ),
    ),
  )
  expect(stands.length).toBeGreaterThan(100)
  for (const { order_id: id, status } of stands) expect([id, told.has(`order.${status} ${id}`)]).toEqual([id, true])
}, 600_000)
