import { alias } from '../../core/db/define-table.ts'
import { sql } from '../../core/db/sql.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { createTold, type ToldDeps } from '../told/told.ts'
import type { WaitingRows } from '../told/waiting-rows.ts'
import { createBindOrder } from './bind-order.ts'
import { createLabelItems } from './label-items.ts'
import { parseOrder } from './order-body.ts'
import { orderQueries } from './order-queries.ts'
import { SHOP_ORDER, SHOP_ORDER_STATUS } from './order-tables.ts'
import { createRecordOrder } from './record-order.ts'
import type { RecordOrderDeps } from './recorded-order.ts'

export type OrdersDeps = RecordOrderDeps & ToldDeps & { rules: RuleBookHolder }

const o = alias(SHOP_ORDER, 'o')
const s = alias(SHOP_ORDER_STATUS, 's')
const waiting: WaitingRows = {
  table: o,
  isWaiting: sql`${o.external_userid} IS NULL`,
  age: o.created_at,
  toldSince: (fromMs) => sql`EXISTS (
    SELECT 1 FROM ${s} WHERE ${s.shop_order_id} = ${o.id} AND ${s.announced} = 0 AND ${s.at} > ${fromMs})`,
  lent: {
    where: sql`${o.matched_by} = 'link'`,
    owner: o.external_userid,
    member: { source: o.source, id: o.shop_user_id },
  },
}

/** Orders of the shop: who bought what, what was paid and stands. */
export function createOrders(deps: OrdersDeps) {
  const { record, recordSet, settle, announce } = createRecordOrder(deps)
  const told = createTold(deps, {
    name: 'orders',
    path: '/api/orders',
    parse: (value) => parseOrder(value, deps.clock.now()),
    record: async (tx, order) => {
      const { result, matched, nobody } = await record(tx, order)
      const { orderId, status, itemsLeftOut } = order
      return {
        orderId,
        status,
        result,
        matched,
        ...(nobody === undefined ? {} : { nobody }),
        ...(itemsLeftOut === 0 ? {} : { itemsLeftOut }),
      }
    },
    waiting,
    settle,
  })
  return {
    /** POST /api/orders: `200 { orderId, status, result, matched, nobody?, itemsLeftOut? }`. */
    ...told,
    jobs: [...told.jobs, createLabelItems(deps)],
    /** One order of whichever way in. The same twice changes nothing. Throws orders.two-shops. */
    record,
    recordSet,
    ...createBindOrder({ ...deps, announce }),
    queries: orderQueries,
  }
}
export type Orders = ReturnType<typeof createOrders>
