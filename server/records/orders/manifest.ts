import { nothing } from '../../core/kernel/nothing.ts'
import type { FromShop } from '../customers/given-customer.ts'
import { defineCapability } from '../define-capability.ts'
import { OrderClosed, OrderCreated, OrderPaid, OrderRefunded } from './order-events.ts'
import { orderFacts, orderSigns } from './order-facts.ts'
import { orderTables } from './order-tables.ts'
import { createOrders, type OrdersDeps } from './orders.ts'
import { createOrdersRewind } from './orders-rewind.ts'

export const orders = defineCapability({
  name: 'orders',
  needs: ['timeline', 'customers'],
  tables: orderTables,
  facts: orderFacts,
  lifeSigns: orderSigns,
  events: [OrderCreated, OrderPaid, OrderRefunded, OrderClosed],
  rewind: createOrdersRewind,
  renames: nothing('holds no userid'),
  identified: (tx, externalUserId, { matchWaiting }) => matchWaiting(tx, externalUserId),
  create: ({ customers, ordersSecret, ...deps }: Omit<OrdersDeps, 'customers' | 'secret'> & FromShop) =>
    createOrders({ ...deps, customers: customers.queries, secret: ordersSecret }),
})
