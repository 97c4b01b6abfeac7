import type { ReadTx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { startOfShanghaiDay, startOfShanghaiMonth } from '../core/kernel/shanghai.ts'
import type { creditQueries } from '../operations/credit/credit-queries.ts'
import type { ownFriends, Span } from '../records/customers/own-friends.ts'
import type { orderQueries } from '../records/orders/order-queries.ts'
import type { MyNumbers } from './contract.ts'

export interface MyNumbersDeps {
  clock: Clock
  customers: { own: Pick<typeof ownFriends, 'growth' | 'everOf'> }
  orders: { queries: Pick<typeof orderQueries, 'guideSales'> }
  credit: { queries: Pick<typeof creditQueries, 'netOfGuide'>; hasRules(): boolean }
}

/** Up to now. Last month is cut where this one has come to; one that is shorter is taken whole. */
export function spansAt(nowMs: number): Record<keyof MyNumbers, Span> {
  const monthMs = startOfShanghaiMonth(nowMs)
  const lastMs = startOfShanghaiMonth(monthMs - 1)
  const untilMs = nowMs + 1
  return {
    today: { fromMs: startOfShanghaiDay(nowMs), untilMs },
    month: { fromMs: monthMs, untilMs },
    lastMonth: { fromMs: lastMs, untilMs: Math.min(lastMs + (untilMs - monthMs), monthMs) },
    lastMonthWhole: { fromMs: lastMs, untilMs: monthMs },
  }
}

/** How a guide does. Two statements, however many customers; a third where rules say whose an order is. */
export function createMyNumbers({ clock, customers, orders, credit }: MyNumbersDeps) {
  return async function myNumbers(tx: ReadTx, userId: string): Promise<MyNumbers> {
    const spans = spansAt(clock.now())
    const growth = await customers.own.growth(tx, userId, { ...spans })
    const sales = await orders.queries.guideSales(tx, customers.own.everOf(userId), { ...spans })
    const nets = credit.hasRules() ? await credit.queries.netOfGuide(tx, userId, { ...spans }) : undefined
    const of = (name: keyof MyNumbers): MyNumbers['today'] => {
      const { adds = 0, friendsAtStart = 0 } = growth.get(name) ?? {}
      const { firstOrders = 0, paidFen = 0 } = sales.get(name) ?? {}
      const valuePerFriendFen = friendsAtStart === 0 ? null : Math.round(paidFen / friendsAtStart)
      return { adds, firstOrders, paidFen, friendsAtStart, valuePerFriendFen, creditFen: nets?.get(name) ?? null }
    }
    return { today: of('today'), month: of('month'), lastMonth: of('lastMonth'), lastMonthWhole: of('lastMonthWhole') }
  }
}
