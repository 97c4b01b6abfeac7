import { all, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import type { PaidOrder } from '../../records/orders/paid-orders.ts'
import { touches } from '../../records/touches/touches.ts'
import type { CreditRule } from '../../rules/schema/credit-rules.ts'
import { ORDER_CREDIT } from './credit-tables.ts'
import { decideCredit } from './decide-credit.ts'
import { storeOf } from './store-of.ts'

const c = ORDER_CREDIT

/** Writes down whose a paid order is, by what was so when it was paid. What is decided stands, unless the order has turned out
 *  to be another customer's. Gives whether something was written. Safe to repeat. */
export async function reckonCredit(
  tx: Tx,
  order: PaidOrder,
  { rules, nowMs }: { rules: readonly CreditRule[]; nowMs: number },
): Promise<boolean> {
  const { id, externalUserId, paidAtMs } = order
  const before = await tx.row(sql`SELECT ${all(c)} FROM ${c} WHERE ${c.shop_order_id} = ${id}`)
  if (before?.external_userid === externalUserId) return false
  const credited = decideCredit(rules, {
    paidAtMs,
    friends: await customerQueries.friendsAt(tx, externalUserId, paidAtMs),
    touches: await touches.ofGuidesWithin(tx, externalUserId, {
      fromMs: paidAtMs - Math.max(0, ...rules.map(({ days = 0 }) => days)) * DAY_MS,
      untilMs: paidAtMs,
    }),
    firstChannel: (await customerQueries.profile(tx, externalUserId))?.firstChannel,
  })
  if (credited === undefined) {
    if (before !== undefined) await tx.run(sql`DELETE FROM ${c} WHERE ${c.id} = ${before.id}`)
    return before !== undefined
  }
  const { userId, channel, touch, by } = credited
  await tx.upsert(
    c,
    [
      {
        shop_order_id: id,
        external_userid: externalUserId,
        userid: userId ?? null,
        department: userId === undefined ? null : await storeOf(tx, userId),
        channel: channel ?? null,
        touch: touch?.kind ?? null,
        about: touch?.about ?? null,
        decided_by: by,
        decided_at: nowMs,
        given_by: null,
        why: null,
      },
    ],
    ['shop_order_id'],
  )
  return true
}
