import type { Db } from '../server/core/db/db.ts'
import { DAY_MS } from '../server/core/kernel/shanghai.ts'
import { SOP_ENTRY } from '../server/operations/sop/sop-tables.ts'
import { CUSTOMER, FOLLOW } from '../server/records/customers/customer-tables.ts'
import { SHOP_ORDER } from '../server/records/orders/order-tables.ts'
import { STAFF } from '../server/records/staff/staff-tables.ts'

const CHUNK = 2_000
const GUIDES = 500

export const customerId = (n: number): string => `wmJourney${String(n).padStart(8, '0')}`
const guideId = (n: number): string => `guide${n % GUIDES}`

/** `count` customers of 500 guides, every third with a paid order. */
export async function fillCustomers(db: Db, count: number, nowMs: number): Promise<void> {
  await db.tx((tx) =>
    tx.insertIgnore(
      STAFF,
      Array.from({ length: GUIDES }, (_, n) => ({
        userid: guideId(n),
        name: `导购${n}`,
        state: 'active',
        is_guide: 1,
        known_at: nowMs,
      })),
    ),
  )
  for (let at = 0; at < count; at += CHUNK) {
    const ns = Array.from({ length: Math.min(CHUNK, count - at) }, (_, n) => at + n)
    await db.tx(async (tx) => {
      await tx.insertIgnore(
        CUSTOMER,
        ns.map((n) => ({ external_userid: customerId(n), name: `顾客${n}`, known_at: nowMs, first_added_at: nowMs })),
      )
      await tx.insertIgnore(
        FOLLOW,
        ns.map((n) => ({
          external_userid: customerId(n),
          userid: guideId(n),
          active: 1,
          announced: 1,
          added_at: nowMs - DAY_MS,
          last_add_at: nowMs - DAY_MS,
          known_at: nowMs,
        })),
      )
      const paid = ns.filter((n) => n % 3 === 0)
      await tx.insertIgnore(
        SHOP_ORDER,
        paid.map((n) => ({
          order_id: `journey-${n}`,
          external_userid: customerId(n),
          status: 'paid',
          total_fen: 9_900,
          source: 'bench',
          created_at: nowMs - DAY_MS,
          paid_at: nowMs - DAY_MS,
        })),
      )
    })
  }
}

/** Everybody stands at the first wait of the journey, due at the same instant. */
export async function fillWaiting(
  db: Db,
  { sop, version, count, dueAtMs }: { sop: string; version: string; count: number; dueAtMs: number },
): Promise<void> {
  for (let at = 0; at < count; at += CHUNK) {
    const ns = Array.from({ length: Math.min(CHUNK, count - at) }, (_, n) => at + n)
    await db.tx((tx) =>
      tx.insertIgnore(
        SOP_ENTRY,
        ns.map((n) => ({
          sop,
          version,
          external_userid: customerId(n),
          userid: guideId(n),
          entry_key: `${sop}:${customerId(n)}:0`,
          state: 'active',
          position: '0',
          due_at: dueAtMs,
          entered_at: dueAtMs - DAY_MS,
        })),
      ),
    )
  }
}
