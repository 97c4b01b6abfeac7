import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RecordedEvent } from '../../engine/inbox/rewind.ts'
import { createOrdersRewind } from './orders-rewind.ts'
import { type OrdersScene, openOrdersScene, order } from './testing/orders-scene.ts'

let t: OrdersScene
let of: { externalUserId: string }
beforeEach(async () => {
  t = await openOrdersScene()
  of = { externalUserId: await t.customer() }
})
afterEach(() => t.close())

const minute = () => t.advance(60_000)
const tell = async (more: object): Promise<void> => {
  await t.post(order({ customer: of, paidAt: undefined, at: new Date(t.clock.now()).toISOString(), ...more }))
  await minute()
}
/** What is paid, and how much of it stands. */
const standing = async () => {
  const { paidCount, paidSumFen, refundedCount } = await t.summary(of.externalUserId)
  return [paidCount, paidSumFen, refundedCount]
}
async function events(): Promise<RecordedEvent[]> {
  const rows = await t.rawRows<{ id: number; dedupe_key: string; kind: string; payload: string; received_at: number }>(
    `SELECT * FROM inbound_event WHERE kind LIKE 'order.%' ORDER BY id`,
  )
  return rows.map(({ id, dedupe_key: dedupeKey, kind, payload, received_at: receivedAtMs }) => {
    const told = JSON.parse(payload) as Record<string, unknown>
    return { id, dedupeKey, kind, lane: 1, payload: told, eventAtMs: Number(told.atMs), receivedAtMs }
  })
}
/** Turned back to this instant, then told event by event. */
async function again(atMs: number, recorded: RecordedEvent[]): Promise<unknown[]> {
  const rewind = createOrdersRewind()
  await t.db.tx((tx) => rewind.turnBack(tx, atMs, recorded))
  const seen: unknown[] = [await standing()]
  for (const event of recorded) {
    await t.db.tx(async (tx) => rewind.tell?.(tx, event))
    seen.push(await standing())
  }
  return seen
}

it('parts that came back are there when they came, and not before', async () => {
  const fromMs = t.clock.now() - 1
  const lived = [await standing()]
  for (const more of [
    {},
    { orderId: 'other', totalFen: 700 },
    { status: 'refunded', totalFen: 2_000 },
    { status: 'refunded', totalFen: 5_000 },
    { status: 'refunded', totalFen: 25_600 },
  ]) {
    await tell(more)
    lived.push(await standing())
  }
  expect(lived).toEqual([
    [0, 0, 0],
    [1, 25_600, 0],
    [2, 26_300, 0],
    [2, 24_300, 0],
    [2, 21_300, 0],
    [1, 700, 1],
  ])
  expect(await again(fromMs, await events())).toEqual(lived)
})

it('what came back before stays; what came back since is paid again until it is told', async () => {
  await tell({})
  await tell({ status: 'refunded', totalFen: 2_000, refundId: 'r1' })
  const fromMs = t.clock.now() - 1
  await tell({ status: 'refunded', totalFen: 3_000, refundId: 'r2' })
  const later = (await events()).slice(-1)
  expect(await again(fromMs, later)).toEqual([
    [1, 23_600, 0],
    [1, 20_600, 0],
  ])
})

it('an event from before orders had shops, and one from since, mean one order', async () => {
  const fromMs = t.clock.now() - 1
  await tell({ status: 'created' })
  await tell({})
  await tell({ status: 'refunded' })
  const recorded = (await events()).map((event, at) => {
    const { source: _source, ...payload } = event.payload
    return at < 2 ? { ...event, payload } : event
  })
  expect(await again(fromMs, recorded)).toEqual([
    [0, 0, 0],
    [0, 0, 0],
    [1, 25_600, 0],
    [0, 0, 1],
  ])
  expect(await t.rawRows('SELECT status FROM shop_order')).toEqual([{ status: 'refunded' }])
})

it('an order of which only its refund was told was not there before', async () => {
  const fromMs = t.clock.now() - 1
  await tell({ status: 'refunded' })
  expect(await again(fromMs, await events())).toEqual([
    [0, 0, 0],
    [0, 0, 1],
  ])
})
