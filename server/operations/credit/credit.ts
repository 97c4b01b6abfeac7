import type { Clock } from '../../core/kernel/clock.ts'
import { subscribe } from '../../engine/inbox/subscription.ts'
import { OrderPaid } from '../../records/orders/order-events.ts'
import { paidOrders } from '../../records/orders/paid-orders.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { creditQueries } from './credit-queries.ts'
import { reckonCredit } from './reckon-credit.ts'

export interface CreditDeps {
  clock: Clock
  rules: RuleBookHolder
}

/** Whose an order is, by config/credit.yaml: decided once, when the order is paid and its customer is known. */
export function createCredit({ clock, rules }: CreditDeps) {
  return {
    queries: creditQueries,
    /** Does anybody say whose an order is? */
    hasRules: (): boolean => rules.current().credit.length > 0,
    subscriptions: [
      subscribe(
        'credit.paid',
        OrderPaid,
        async (tx, { payload: { orderId, source } }) => {
          const { credit } = rules.current()
          if (credit.length === 0 || source === undefined) return
          const order = await paidOrders.byNumber(tx, { orderId, source })
          if (order !== undefined) await reckonCredit(tx, order, { rules: credit, nowMs: clock.now() })
        },
        { sideBySide: true },
      ),
    ],
  }
}
