import { all, raw, sql } from '../../server/core/db/sql.ts'
import type { Tx } from '../../server/core/db/tx.ts'
import { createEmit } from '../../server/engine/inbox/emit.ts'
import { customerQueries } from '../../server/records/customers/customer-queries.ts'
import { CUSTOMER, CUSTOMER_PHONE } from '../../server/records/customers/customer-tables.ts'
import { createPhoneHash } from '../../server/records/customers/phone-hash.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM, SHOP_ORDER_REFUND } from '../../server/records/orders/order-tables.ts'
import { createRecordOrder } from '../../server/records/orders/record-order.ts'
import { createErasures } from '../../server/records/privacy/erasures.ts'
import { createTimeline } from '../../server/records/timeline/timeline.ts'
import { createTestKit } from '../../server/testing/test-kit.ts'

export const NOW = '2026-11-22T09:00:00+08:00'
export const SHOP_SECRET = 'what the shop and we know'
/** Customers of ours, and by what else they are known. */
export const PEOPLE = [
  { externalUserId: 'wmA', unionId: 'unionA', phone: '13800000001' },
  { externalUserId: 'wmB', unionId: 'unionB', phone: '13800000002' },
] as const
/** Two of ours have it: nobody's, when it is all that is told. */
export const SHARED_PHONE = '13800000009'

/** What an order is, as it is stored. */
export type StoredOrder = Awaited<ReturnType<typeof ordersIn>>[number]

export async function ordersIn(tx: Tx) {
  const orders = await tx.rows(sql`SELECT ${all(SHOP_ORDER)} FROM ${SHOP_ORDER} ORDER BY ${SHOP_ORDER.id}`)
  const items = await tx.rows(
    sql`SELECT ${all(SHOP_ORDER_ITEM)} FROM ${SHOP_ORDER_ITEM} ORDER BY ${SHOP_ORDER_ITEM.line_no}`,
  )
  const refunds = await tx.rows(sql`SELECT ${all(SHOP_ORDER_REFUND)} FROM ${SHOP_ORDER_REFUND}`)
  return orders.map((order) => ({
    ...order,
    items: items.filter((item) => item.shop_order_id === order.id),
    refunds: refunds.filter((refund) => refund.shop_order_id === order.id),
  }))
}

class Undone extends Error {}

/** Real storage with two customers, and the one way in for orders. */
export async function openShop() {
  const kit = await createTestKit(NOW)
  const { db, clock } = kit
  const phoneHash = createPhoneHash(SHOP_SECRET)
  const emit = createEmit({ clock, nudge: () => {} })
  const erasures = createErasures({ clock, secrets: [SHOP_SECRET] })
  const deps = { clock, emit, timeline: createTimeline({ clock }), customers: customerQueries, phoneHash, erasures }
  await db.tx(async (tx) => {
    for (const { externalUserId, unionId, phone } of PEOPLE) {
      await tx.insert(CUSTOMER, { external_userid: externalUserId, unionid: unionId, known_at: 1 })
      for (const one of [phone, SHARED_PHONE]) {
        const hash = phoneHash(one) ?? ''
        await tx.insert(CUSTOMER_PHONE, { external_userid: externalUserId, userid: 'guide', phone_hash: hash })
      }
    }
  })
  return {
    ...kit,
    deps,
    orders: createRecordOrder(deps),
    /** What is done in it is undone afterwards. */
    inVain: async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
      let result: { value: T } | undefined
      const undone = new Undone()
      await db
        .tx(async (tx) => {
          result = { value: await work(tx) }
          throw undone
        })
        .catch((error: unknown) => {
          if (error !== undone) throw error
        })
      if (result === undefined) throw new Error('nothing was done')
      return result.value
    },
    /** Kinds of the events that were told, in order. */
    told: async (tx: Tx): Promise<string[]> =>
      (await tx.rows(raw<{ kind: string }>('SELECT kind FROM inbound_event ORDER BY id'))).map(({ kind }) => kind),
  }
}
export type Shop = Awaited<ReturnType<typeof openShop>>
