import { alias } from '../../core/db/define-table.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { daysSinceSql, startOfLastDays } from '../facts/days-since-sql.ts'
import { aggregateFact, type CustomerRows, lastFact, setFact } from '../facts/row-facts.ts'
import type { LifeSign } from '../facts/silence-fact.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM } from './order-tables.ts'

const o = alias(SHOP_ORDER, 'o')
const l = alias(SHOP_ORDER, 'l')
const i = alias(SHOP_ORDER_ITEM, 'i')
const ORDERS = { from: `${o}`, customer: `${o.external_userid}` }
/** Paid means: paid now, neither refunded nor closed. */
const IS_PAID = `${o.status} = 'paid'`
/** What stands of it after part of it came back. */
const NET = `(${o.total_fen} - ${o.refunded_fen})`
const PAID: CustomerRows = { ...ORDERS, where: IS_PAID }
const REFUNDED: CustomerRows = { ...ORDERS, where: `${o.status} = 'refunded'` }
const PAID_LATELY: CustomerRows = {
  ...ORDERS,
  where: (nowMs) => `${IS_PAID} AND ${o.paid_at} >= ${startOfLastDays(365, nowMs)}`,
}
const PAID_ITEMS: CustomerRows = {
  ...PAID,
  from: `${o} JOIN ${i} ON ${i.shop_order_id} = ${o.id}`,
}

const counted = { type: 'number', of: 'COUNT(*)', missing: 0 } as const
const summed = { type: 'money', of: `COALESCE(SUM(${NET}), 0)`, missing: 0 } as const

/** Nearest whole number of days between two payments: the days from the first to the last, shared by the gaps. In whole
 *  numbers, which both databases divide alike once the remainder is taken off. */
function averageInterval(nowMs: number): string {
  const days = `(${daysSinceSql(`MIN(${o.paid_at})`, nowMs)} - ${daysSinceSql(`MAX(${o.paid_at})`, nowMs)})`
  const gaps = '(COUNT(*) - 1)'
  const doubled = `(2 * ${days} + ${gaps})`
  return `CASE WHEN COUNT(*) >= 2 THEN (${doubled} - ${doubled} % (2 * ${gaps})) / (2 * ${gaps}) END`
}

export const orderFacts: Fact[] = [
  aggregateFact(ORDERS, { path: 'orders.created.count', zh: '下单次数', ...counted }),
  aggregateFact(PAID, { path: 'orders.paid.count', zh: '已付款订单数', ...counted }),
  aggregateFact(PAID, { path: 'orders.paid.sum', zh: '累计付款金额', ...summed }),
  aggregateFact(PAID_LATELY, { path: 'orders.paid.count365', zh: '近一年付款订单数', ...counted }),
  aggregateFact(PAID_LATELY, { path: 'orders.paid.sum365', zh: '近一年付款金额', ...summed }),
  lastFact(PAID, {
    path: 'orders.paid.lastSum',
    type: 'money',
    zh: '最近一单金额',
    column: NET,
    by: [`${o.paid_at}`, `${o.id}`],
  }),
  aggregateFact(PAID, {
    path: 'orders.paid.daysSinceFirst',
    type: 'number',
    zh: '距首次付款天数',
    of: (nowMs) => daysSinceSql(`MIN(${o.paid_at})`, nowMs),
  }),
  aggregateFact(PAID, {
    path: 'orders.paid.daysSinceLast',
    type: 'number',
    zh: '距最近付款天数',
    of: (nowMs) => daysSinceSql(`MAX(${o.paid_at})`, nowMs),
  }),
  aggregateFact(PAID, {
    path: 'orders.paid.avgIntervalDays',
    type: 'number',
    zh: '平均几天买一次',
    of: averageInterval,
  }),
  setFact(PAID_ITEMS, { path: 'orders.paid.categories', zh: '买过的品类', member: `${i.category}` }),
  setFact(
    {
      ...PAID_ITEMS,
      where: `${o.id} = (SELECT ${l.id} FROM ${l} WHERE ${l.external_userid} = ${o.external_userid} AND ${l.status} = 'paid'
        ORDER BY ${l.paid_at} DESC, ${l.id} DESC LIMIT 1)`,
    },
    { path: 'orders.paid.lastCategories', zh: '最近一单的品类', member: `${i.category}` },
  ),
  aggregateFact(REFUNDED, { path: 'orders.refunded.count', zh: '退款订单数', ...counted }),
  aggregateFact(ORDERS, {
    path: 'orders.refunded.sum',
    zh: '累计退款金额',
    ...summed,
    of: `COALESCE(SUM(${o.refunded_fen}), 0)`,
  }),
]

/** They ordered; they paid. */
export const orderSigns: LifeSign[] = [
  { ...ORDERS, at: `${o.created_at}` },
  { ...ORDERS, at: `${o.paid_at}` },
]
