import { afterEach, beforeEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { seeded } from '../../core/kernel/seeded.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { createEmit } from '../../engine/inbox/emit.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { customerLinks } from '../customers/customer-links.ts'
import { customerQueries } from '../customers/customer-queries.ts'
import { CUSTOMER, CUSTOMER_PHONE } from '../customers/customer-tables.ts'
import { createTimeline } from '../timeline/timeline.ts'
import type { OrderMessage } from './order-body.ts'
import { parseOrder } from './order-body.ts'
import { MetMeanwhile } from './put-fresh-orders.ts'
import { createRecordOrder } from './record-order.ts'
import { order, STEAK } from './testing/orders-scene.ts'

let kits: TestKit[]
beforeEach(() => {
  kits = []
})
afterEach(async () => {
  for (const kit of kits) await kit.close()
})

const CUSTOMERS = 6
const phone = (n: number): string => `1380000000${n}`

/** A shop's customers: by union id, by phone, by both, two who share a phone, and one whose names are lent. */
async function openWorld() {
  const kit = await createTestKit()
  kits.push(kit)
  const { clock, db } = kit
  await db.tx(async (tx) => {
    await tx.insertIgnore(
      CUSTOMER,
      Array.from({ length: CUSTOMERS }, (_, n) => ({
        ...{ external_userid: `wm${n}`, unionid: n % 2 === 0 ? `u${n}` : null, known_at: 1 },
      })),
    )
    await tx.insertIgnore(
      CUSTOMER_PHONE,
      [0, 1, 2, 3, 3].map((n, nth) => ({
        ...{ external_userid: `wm${nth}`, userid: 'zhangsan', phone_hash: `hash of ${phone(n)}` },
      })),
    )
    const lent = { unionId: undefined, phoneHash: `hash of ${phone(8)}`, member: undefined }
    await customerLinks.add(tx, 'wm5', lent, { by: 'boss', why: 'same person', nowMs: 1 })
  })
  const orders = createRecordOrder({
    clock,
    emit: createEmit({ clock, nudge: () => {} }),
    timeline: createTimeline({ clock }),
    customers: customerQueries,
    phoneHash: (written) => `hash of ${written}`,
    erasures: {
      erasedAtMs: async (_tx, { phoneHashes }) => (phoneHashes[0] === `hash of ${phone(7)}` ? 5 : undefined),
    },
  })
  return { ...kit, ...orders }
}
type World = Awaited<ReturnType<typeof openWorld>>

const TABLES = [
  'shop_order',
  'shop_order_origin',
  'shop_order_item',
  'shop_order_status',
  'shop_order_refund',
  'timeline',
  'inbound_event',
]

type Row = Record<string, unknown> & { id: number }

/** Every row of every table, in the order in which they were written. The database may leave out numbers: an order and a
 *  refund are told by their place. */
async function tablesOf({ db }: World): Promise<Record<string, Row[]>> {
  const found: Record<string, Row[]> = {}
  for (const table of TABLES)
    found[table] = await db.tx((tx) => tx.rows(raw<Row>(`SELECT * FROM ${table} ORDER BY id`)))
  const placeOf = (table: string) => {
    const places = new Map((found[table] ?? []).map(({ id }, place) => [id, `#${place}`]))
    return (id: unknown): string => places.get(Number(id)) ?? 'none'
  }
  const [order, refund] = [placeOf('shop_order'), placeOf('shop_order_refund')]
  const inKey = (key: unknown): string =>
    String(key)
      .replace(
        /^(order(?:\.released|\.unbound|\.origin-told)?|[a-z.-]+:row):(\d+)/,
        (_, head, id) => `${head}:${order(id)}`,
      )
      .replace(
        /^(order\.part-refunded):(\d+)((?::link:\d+)?):(\d+)/,
        (_, head, id, by, part) => `${head}:${order(id)}${by}:${refund(part)}`,
      )
      .replace(/^(order\.refunded:row:#\d+(?::link:\d+)?):(\d+)/, (_, head, id) => `${head}:${refund(id)}`)
      .replace(/:(refund|refunded):(\d+)/, (_, head, id) => `:${head}:${refund(id)}`)
  const inPayload = (payload: unknown): string =>
    String(payload).replace(/"shopOrderId":(\d+)/, (_, id) => `"shopOrderId":"${order(id)}"`)
  const placed = ({ id: _id, ...row }: Row) => ({
    ...row,
    ...('shop_order_id' in row ? { shop_order_id: order(row.shop_order_id) } : {}),
    ...('payload' in row ? { payload: inPayload(row.payload) } : {}),
    ...('dedupe_key' in row ? { dedupe_key: inKey(row.dedupe_key) } : {}),
  })
  return Object.fromEntries(
    Object.entries(found).map(([table, rows]) => [table, rows.map((row, id) => ({ ...placed(row), id }))]),
  )
}

/** What files and calls tell of some orders: known and new, by known and unknown names, with and without times and goods. */
function randomMessages(nowMs: number, random: () => number): OrderMessage[] {
  const one = <Of>(of: readonly Of[]): Of => of[Math.floor(random() * of.length)] as Of
  const maybe = <Of>(share: number, of: Of): Of | undefined => (random() < share ? of : undefined)
  return Array.from({ length: 60 }, () => {
    const n = Math.floor(random() * 150)
    // Most are told of as they were before.
    const isSame = random() < 0.75
    const day = isSame ? n % 20 : Math.floor(random() * 20)
    const totalFen = isSame ? (n + 1) * 100 : Math.floor(random() * 5_000)
    const who = isSame ? n % 11 : Math.floor(random() * 11)
    const atMs = nowMs - (21 - day) * DAY_MS
    const items = [STEAK, { ...STEAK, name: '酱', sku: '酱', quantity: 1, priceFen: 100 * (n % 3) }]
    const parsed = parseOrder(
      order({
        ...{ orderId: `A${n}`, totalFen, items: items.slice(0, isSame ? n % 3 : Math.floor(random() * 3)) },
        status: isSame
          ? ['created', 'paid', 'paid', 'refunded', 'closed'][n % 5]
          : one(['created', 'paid', 'refunded']),
        customer: {
          phone: who < 9 ? phone(who) : undefined,
          unionId: who % 4 === 2 ? `u${who}` : undefined,
          externalUserId: who === 10 ? 'wm1' : undefined,
        },
        ...{ paidAt: undefined, at: new Date(atMs).toISOString() },
      }),
      nowMs,
    )
    return {
      ...parsed,
      source: maybe(0.8, one(['一店', '一店', '一店', '二店'])),
      atMs: maybe(0.8, atMs),
      refundedFen: maybe(0.1, Math.floor(random() * 300)),
      origin: isSame && n % 2 === 0 ? { store: `店${n % 3}`, staff: 'G1' } : maybe(0.1, { staff: one(['G1', 'G2']) }),
      tells: random() < 0.05 ? 'goods' : random() < 0.1 ? 'summary' : parsed.tells,
    }
  })
}

const told = (outcome: { result: string; matched: boolean; nobody: string | undefined }): string =>
  `${outcome.result} ${outcome.matched} ${outcome.nobody ?? ''}`
const refusal = (error: unknown): string => (error as { code?: string }).code ?? String(error)

it.each([2, 3, 4])(
  'a set leaves the same tables as its messages one after the other (seed %i)',
  async (seed) => {
    const [single, set] = [await openWorld(), await openWorld()]
    const random = seeded(seed)
    const beganMs = single.clock.now()
    const together = { stored: 0, corrected: 0, unchanged: 0 }
    for (let round = 0; round < 4; round++) {
      const messages = randomMessages(beganMs, random)
      const alone = async (world: World, one: OrderMessage, tx: Parameters<World['record']>[0]): Promise<string> =>
        tx.savepoint(() => world.record(tx, one)).then(told, refusal)
      const expected = await single.db.tx(async (tx) => {
        const outcomes = []
        for (const one of messages) outcomes.push(await alone(single, one, tx))
        return outcomes
      })
      const got = await set.db.tx((tx) =>
        set.recordSet(tx, messages, { isAlone: () => false, record: (one) => alone(set, one, tx) }),
      )
      for (const outcome of got) if (typeof outcome !== 'string') together[outcome.result] += 1
      expect(got.map((outcome) => (typeof outcome === 'string' ? outcome : told(outcome)))).toEqual(expected)
      expect(await tablesOf(set)).toEqual(await tablesOf(single))
      for (const world of [single, set]) world.clock.advance(DAY_MS)
    }
    expect(together.stored).toBeGreaterThan(40)
    expect(together.unchanged).toBeGreaterThan(8)
    const rows = await tablesOf(set)
    for (const table of TABLES) expect([table, rows[table]?.length]).not.toEqual([table, 0])
  },
  180_000,
)

it('of several payments of one customer in a set the first that stands is the first', async () => {
  const world = await openWorld()
  const of = (orderId: string, more: object) =>
    parseOrder(order({ orderId, customer: { externalUserId: 'wm1' }, ...more }), world.clock.now())
  const messages = [
    of('A', { status: 'closed', at: '2026-11-20T10:00:00+08:00' }),
    { ...of('B', {}), refundedFen: 100 },
    of('C', {}),
    { ...of('D', {}), customer: { externalUserId: 'wm2' } },
  ]
  const alone = { isAlone: () => false, record: async () => 'alone' }
  expect(await world.db.tx((tx) => world.recordSet(tx, messages, alone))).not.toContain('alone')
  await world.db.tx((tx) => world.recordSet(tx, [of('E', {})], alone))
  const events = await world.db.tx((tx) =>
    tx.rows(raw<{ payload: string }>("SELECT payload FROM inbound_event WHERE kind = 'order.paid' ORDER BY id")),
  )
  const told = events.map(({ payload }) => JSON.parse(payload) as { orderId: string; first: boolean })
  expect(told.map(({ orderId, first }) => `${orderId} ${first}`)).toEqual(['B true', 'C false', 'D true', 'E false'])
})

it('what somebody else stores meanwhile undoes the set', async () => {
  const world = await openWorld()
  const one = parseOrder(order(), world.clock.now())
  const recording = world.db.tx(async (tx) => {
    await tx.insertIgnore(CUSTOMER, [{ external_userid: 'wmNew', known_at: 1 }])
    const whileAsking = { ...tx, settleNew: async () => undefined }
    await world.recordSet(whileAsking as typeof tx, [one], { isAlone: () => false, record: async () => 'alone' })
  })
  await expect(recording).rejects.toThrow(MetMeanwhile)
  expect((await tablesOf(world)).shop_order).toEqual([])
})
