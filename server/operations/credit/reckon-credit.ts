import { all, lock, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { originsOf } from '../../records/orders/origin-store.ts'
import type { PaidOrder } from '../../records/orders/paid-orders.ts'
import { staffQueries } from '../../records/staff/staff-queries.ts'
import { touches } from '../../records/touches/touches.ts'
import type { CreditRule } from '../../rules/schema/credit-rules.ts'
import { ORDER_CREDIT } from './credit-tables.ts'
import { decideCredit, type KnownThen } from './decide-credit.ts'
import { asksShop, NOBODY_NAMED, namedByShop, type ShopNames } from './named-by-shop.ts'
import { storeOf } from './store-of.ts'

const c = ORDER_CREDIT

/** Writes down whose a paid order is, by what was so when it was paid. What is decided stands, unless the order has turned out
 *  to be another customer's or, with `again`, more has become known of that time; what a person gave stands all the same. Gives
 *  whether something was written. Safe to repeat. */
export async function reckonCredit(
  tx: Tx,
  order: PaidOrder,
  how: { rules: readonly CreditRule[]; shops: ShopNames; nowMs: number; again?: boolean },
): Promise<boolean> {
  const { id, externalUserId } = order
  const { rules, nowMs, again = false } = how
  const before = await tx.row(sql`SELECT ${all(c)} FROM ${c} WHERE ${c.shop_order_id} = ${id} ${lock()}`)
  if (before?.external_userid === externalUserId && (!again || before.decided_by === 'hand')) return false
  const credited = decideCredit(rules, await knownOf(tx, order, how))
  if (credited === undefined) {
    if (before !== undefined) await tx.run(sql`DELETE FROM ${c} WHERE ${c.id} = ${before.id}`)
    return before !== undefined
  }
  const { userId, department, channel, touch, by } = credited
  const row = {
    shop_order_id: id,
    external_userid: externalUserId,
    userid: userId ?? null,
    department: department ?? (userId === undefined ? null : await storeOf(tx, userId)),
    channel: channel ?? null,
    touch: touch?.kind ?? null,
    about: touch?.about ?? null,
    decided_by: by,
    decided_at: nowMs,
    given_by: null,
    why: null,
  }
  // Another process may have decided it meanwhile, or a person.
  if (before === undefined) return (await tx.insertIgnore(c, [row])) > 0
  await tx.run(sql`UPDATE ${c} SET ${set(c, row)} WHERE ${c.id} = ${before.id}`)
  return true
}

async function knownOf(
  tx: Tx,
  { id, source, externalUserId, paidAtMs }: PaidOrder,
  { rules, shops }: { rules: readonly CreditRule[]; shops: ShopNames },
): Promise<KnownThen> {
  const days = Math.max(0, ...rules.map((rule) => rule.days ?? 0))
  const span = { fromMs: paidAtMs - days * DAY_MS, untilMs: paidAtMs }
  const told = await touches.ofGuidesWithin(tx, externalUserId, span)
  const today = new Map<string, string>()
  for (const { userId } of told) {
    if (!today.has(userId)) today.set(userId, await staffQueries.currentIdOf(tx, userId))
  }
  return {
    paidAtMs,
    friends: await customerQueries.friendsAt(tx, externalUserId, paidAtMs),
    // They keep the userid of their time, under which nobody would find the guide.
    touches: told.map((touch) => ({ ...touch, userId: today.get(touch.userId) ?? touch.userId })),
    firstChannel: (await customerQueries.profile(tx, externalUserId))?.firstChannel,
    named: asksShop(rules)
      ? await namedByShop(tx, { source, origin: (await originsOf(tx, [id])).get(id) }, shops)
      : NOBODY_NAMED,
  }
}
