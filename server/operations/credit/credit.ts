import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { subscribe } from '../../engine/inbox/subscription.ts'
import { OrderOriginTold, OrderPaid, OrderRefunded, OrderReleased } from '../../records/orders/order-events.ts'
import { paidOrders } from '../../records/orders/paid-orders.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { creditQueries } from './credit-queries.ts'
import { asksShop } from './named-by-shop.ts'
import { reckonCredit } from './reckon-credit.ts'

export interface CreditDeps {
  clock: Clock
  rules: RuleBookHolder
}

/** A send that reached a customer, as WeCom told it afterwards; UTC milliseconds. */
export interface LateContact {
  externalUserId: string
  atMs: number
}

/** Whose an order is, by config/credit.yaml: decided once, when the order is paid and its customer is known. */
export function createCredit({ clock, rules }: CreditDeps) {
  const reckoned = (again: boolean) => {
    const { credit, shops } = rules.current()
    return { rules: credit, shops: [...shops.values()].map(({ value }) => value), nowMs: clock.now(), again }
  }
  const lookAt = async (
    tx: Tx,
    { orderId, source }: { orderId: string; source?: string },
    again = false,
  ): Promise<void> => {
    const { credit } = rules.current()
    if (credit.length === 0 || source === undefined) return
    const order = await paidOrders.byNumber(tx, { orderId, source })
    if (order !== undefined) await reckonCredit(tx, order, reckoned(again))
  }

  return {
    queries: creditQueries,
    /** Does anybody say whose an order is? */
    hasRules: (): boolean => rules.current().credit.length > 0,
    /** Sends are told to have arrived hours after they did: orders that were paid meanwhile are decided again, now that the contact
     *  is known. After it is written down, in the same transaction. Safe to repeat. */
    contactedEarlier: async (tx: Tx, contacts: readonly LateContact[]): Promise<void> => {
      const { credit } = rules.current()
      const counts = credit.some(({ to, by }) => to === 'contact' && (by === undefined || by.includes('send')))
      if (!counts || contacts.length === 0) return
      const sinceOf = new Map<string, number>()
      for (const { externalUserId, atMs } of contacts) {
        sinceOf.set(externalUserId, Math.min(atMs, sinceOf.get(externalUserId) ?? atMs))
      }
      const first = Math.min(...sinceOf.values())
      for (const order of await paidOrders.ofCustomers(tx, [...sinceOf.keys()], first)) {
        if (order.paidAtMs < (sinceOf.get(order.externalUserId) ?? 0)) continue
        await reckonCredit(tx, order, reckoned(true))
      }
    },
    subscriptions: [
      subscribe('credit.paid', OrderPaid, (tx, { payload }) => lookAt(tx, payload), { sideBySide: true }),
      // A shop may know who sold it, or know better, only after the payment.
      subscribe('credit.origin', OrderOriginTold, async (tx, { payload }) => {
        if (asksShop(rules.current().credit)) await lookAt(tx, payload, true)
      }),
      // Another word later gives it to somebody anew; the audit has what a person had decided.
      subscribe('credit.released', OrderReleased, (tx, { payload }) =>
        creditQueries.forget(tx, { id: payload.shopOrderId, externalUserId: payload.externalUserId }),
      ),
      // Of an order that found its customer only then, nothing else is told.
      subscribe('credit.refunded', OrderRefunded, (tx, { payload }) => lookAt(tx, payload), { sideBySide: true }),
    ],
  }
}
export type Credit = ReturnType<typeof createCredit>
