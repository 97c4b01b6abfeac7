import { nothing } from '../../core/kernel/nothing.ts'
import { defineTold } from '../told/define-told.ts'
import {
  OrderClosed,
  OrderCreated,
  OrderOriginTold,
  OrderPaid,
  OrderPartRefunded,
  OrderRefunded,
  OrderReleased,
  OrderShipped,
  OrderSigned,
} from './order-events.ts'
import { orderFacts, orderSigns } from './order-facts.ts'
import { SHOP_ORDER_ORIGIN } from './order-origin-tables.ts'
import { orderTables } from './order-tables.ts'
import { createOrders } from './orders.ts'
import { createOrdersRewind } from './orders-rewind.ts'

export const orders = defineTold({
  name: 'orders',
  tables: [...orderTables, SHOP_ORDER_ORIGIN],
  facts: orderFacts,
  lifeSigns: orderSigns,
  events: [
    OrderCreated,
    OrderPaid,
    OrderRefunded,
    OrderPartRefunded,
    OrderClosed,
    OrderShipped,
    OrderSigned,
    OrderReleased,
    OrderOriginTold,
  ],
  rewind: createOrdersRewind,
  renames: nothing('holds no userid'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createOrders,
})
