import { alias } from '../../core/db/define-table.ts'
import type { Fact, Narrowing } from '../../rules/condition/fact.ts'
import { PRODUCT_ROLES } from '../../rules/schema/product-rules.ts'
import { daysSinceSql, hoursSinceSql, startOfLastDays } from '../facts/days-since-sql.ts'
import { isOneOf } from '../facts/is-one-of.ts'
import { aggregateFact, type CustomerRows, lastFact, narrowableFact, setFact } from '../facts/row-facts.ts'
import type { LifeSign } from '../facts/silence-fact.ts'
import { SHOP_ORDER_ORIGIN } from './order-origin-tables.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM } from './order-tables.ts'

const o = alias(SHOP_ORDER, 'o')
const w = alias(SHOP_ORDER_ORIGIN, 'w')
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
/** Of paid orders the lines that have not wholly come back. */
const IS_KEPT = `${i.quantity} > ${i.refunded_quantity}`
const PAID_ITEMS: CustomerRows = {
  ...ORDERS,
  from: `${o} JOIN ${i} ON ${i.shop_order_id} = ${o.id}`,
  where: `${IS_PAID} AND ${IS_KEPT}`,
}
/** What stands of a line after part of it came back. */
const LINE_NET = `(${i.price_fen} * ${i.quantity} - ${i.refunded_fen})`
const SHIPPED: CustomerRows = { ...ORDERS, where: `${IS_PAID} AND ${o.shipped_at} IS NOT NULL` }
const ON_THE_WAY: CustomerRows = { ...ORDERS, where: `${SHIPPED.where} AND ${o.signed_at} IS NULL` }
const SIGNED: CustomerRows = { ...ORDERS, where: `${IS_PAID} AND ${o.signed_at} IS NOT NULL` }
/** Money was paid, whatever became of it. */
const EVER_PAID: CustomerRows = {
  ...ORDERS,
  where: `${o.paid_at} IS NOT NULL AND ${o.status} IN ('paid', 'refunded')`,
}

const EVER_PAID_ITEMS: CustomerRows = { ...EVER_PAID, from: PAID_ITEMS.from }

/** As products.yaml says, else as the shop does. */
const CATEGORY = `COALESCE(${i.catalog_category}, ${i.category})`
/** What of an order's origin rules may ask for; whose hand it went through credit.yaml asks. */
const BY_ORIGIN = ['store', 'scene', 'campaign'] as const
const BY_ORDER = ['category', 'product', 'role', ...BY_ORIGIN] as const
const BY_ORDER_AND_TIME = [...BY_ORDER, 'days'] as const

const isFrom = (part: (typeof BY_ORIGIN)[number], words: readonly string[]): { where: string; params: string[] } => {
  const { where, params } = isOneOf([`${w.word}`], words)
  const isOurs = `${w.shop_order_id} = ${o.id} AND ${w.part} = '${part}'`
  return { where: `EXISTS (SELECT 1 FROM ${w} WHERE ${isOurs} AND ${where})`, params }
}

/** Paid orders, or lines of them where goods are asked for. */
function paidBy(narrowing: Narrowing, whole = PAID, lines = PAID_ITEMS): CustomerRows {
  const { category, product, role, days } = narrowing
  const ofGoods = [
    ...(category === undefined ? [] : [isOneOf([CATEGORY], category)]),
    ...(product === undefined ? [] : [isOneOf([`${i.name}`, `${i.sku}`], product)]),
    ...(role === undefined ? [] : [isOneOf([`${i.role}`], role)]),
  ]
  const rows = ofGoods.length === 0 ? whole : lines
  const asked = [
    ...ofGoods,
    ...BY_ORIGIN.flatMap((part) => {
      const words = narrowing[part]
      return words === undefined ? [] : [isFrom(part, words)]
    }),
  ]
  return {
    ...rows,
    where: (nowMs) =>
      [
        String(rows.where),
        ...asked.map(({ where }) => where),
        ...(days === undefined ? [] : [`${o.paid_at} >= ${startOfLastDays(days, nowMs)}`]),
      ].join(' AND '),
    params: asked.flatMap(({ params }) => params),
  }
}

const asksGoods = ({ category, product, role }: Narrowing): boolean =>
  category !== undefined || product !== undefined || role !== undefined
/** Of lines, each order counts once. */
const ordersOf = (narrowing: Narrowing): string => (asksGoods(narrowing) ? `COUNT(DISTINCT ${o.id})` : 'COUNT(*)')

const counted = { type: 'number', of: 'COUNT(*)', missing: 0 } as const
const summed = { type: 'money', of: `COALESCE(SUM(${NET}), 0)`, missing: 0 } as const

/** How many of his own usual intervals have passed since the last payment, in tenths and rounded down: who buys each ten
 *  days and has not for twenty-five is at 2.5. Known from the third order on: one gap is no habit. */
function intervalsSinceLast(nowMs: number, orders: string): string {
  const [first, last] = [`MIN(${o.paid_at})`, `MAX(${o.paid_at})`].map((instant) => daysSinceSql(instant, nowMs))
  const span = `(${first} - ${last})`
  const tenths = `(10 * ${last} * (${orders} - 1))`
  return `CASE WHEN ${orders} >= 3 AND ${span} > 0 THEN (${tenths} - ${tenths} % ${span}) / ${span} / 10.0 END`
}

/** Of all the money that was ever paid, how many of a hundred came back, rounded down. */
const percentOf = (paid: string, back: string): string => `CASE WHEN SUM(${paid}) > 0
  THEN (100 * SUM(${back}) - (100 * SUM(${back})) % SUM(${paid})) / SUM(${paid}) END`
const REFUNDED_PERCENT = percentOf(`${o.total_fen}`, `${o.refunded_fen}`)
/** Of a line: all of it where the whole order came back, whatever lines were named. */
const LINE_BACK = `CASE WHEN ${o.status} = 'refunded' THEN ${i.price_fen} * ${i.quantity} ELSE ${i.refunded_fen} END`

/** Nearest whole number of days between two payments: the days from the first to the last, shared by the gaps. In whole
 *  numbers, which both databases divide alike once the remainder is taken off. */
function averageInterval(nowMs: number, orders: string): string {
  const days = `(${daysSinceSql(`MIN(${o.paid_at})`, nowMs)} - ${daysSinceSql(`MAX(${o.paid_at})`, nowMs)})`
  const gaps = `(${orders} - 1)`
  const doubled = `(2 * ${days} + ${gaps})`
  return `CASE WHEN ${orders} >= 2 THEN (${doubled} - ${doubled} % (2 * ${gaps})) / (2 * ${gaps}) END`
}

export const orderFacts: Fact[] = [
  aggregateFact(ORDERS, { path: 'orders.created.count', zh: '下单次数', ...counted }),
  narrowableFact(BY_ORDER_AND_TIME, (narrowing) =>
    aggregateFact(paidBy(narrowing), {
      ...counted,
      ...{ path: 'orders.paid.count', zh: '已付款订单数' },
      of: ordersOf(narrowing),
    }),
  ),
  narrowableFact(BY_ORDER_AND_TIME, (narrowing) =>
    aggregateFact(paidBy(narrowing), {
      ...summed,
      ...{ path: 'orders.paid.sum', zh: '累计付款金额' },
      of: asksGoods(narrowing) ? `COALESCE(SUM(${LINE_NET}), 0)` : summed.of,
    }),
  ),
  narrowableFact(BY_ORDER_AND_TIME, (narrowing) =>
    aggregateFact(
      { ...paidBy(narrowing), from: PAID_ITEMS.from },
      {
        ...counted,
        ...{ path: 'orders.paid.pieces', zh: '买过的件数' },
        of: `COALESCE(SUM(${i.quantity} - ${i.refunded_quantity}), 0)`,
      },
    ),
  ),
  aggregateFact(PAID_LATELY, { path: 'orders.paid.count365', zh: '近一年付款订单数', ...counted }),
  aggregateFact(PAID_LATELY, { path: 'orders.paid.sum365', zh: '近一年付款金额', ...summed }),
  lastFact(PAID, {
    path: 'orders.paid.lastSum',
    type: 'money',
    zh: '最近一单金额',
    column: NET,
    by: [`${o.paid_at}`, `${o.id}`],
  }),
  narrowableFact(BY_ORDER, (narrowing) =>
    aggregateFact(paidBy(narrowing), {
      path: 'orders.paid.daysSinceFirst',
      type: 'number',
      zh: '距首次付款天数',
      of: (nowMs) => daysSinceSql(`MIN(${o.paid_at})`, nowMs),
    }),
  ),
  narrowableFact(BY_ORDER, (narrowing) =>
    aggregateFact(paidBy(narrowing), {
      path: 'orders.paid.daysSinceLast',
      type: 'number',
      zh: '距最近付款天数',
      of: (nowMs) => daysSinceSql(`MAX(${o.paid_at})`, nowMs),
    }),
  ),
  aggregateFact(PAID, {
    path: 'orders.paid.hoursSinceLast',
    type: 'number',
    zh: '距最近付款小时数',
    of: (nowMs) => hoursSinceSql(`MAX(${o.paid_at})`, nowMs),
  }),
  narrowableFact(BY_ORDER, (narrowing) =>
    aggregateFact(paidBy(narrowing), {
      path: 'orders.paid.avgIntervalDays',
      type: 'number',
      zh: '平均几天买一次',
      of: (nowMs) => averageInterval(nowMs, ordersOf(narrowing)),
    }),
  ),
  narrowableFact(BY_ORDER, (narrowing) =>
    aggregateFact(paidBy(narrowing), {
      path: 'orders.paid.intervalsSinceLast',
      type: 'number',
      zh: '已经过了几个自己的购买间隔',
      of: (nowMs) => intervalsSinceLast(nowMs, ordersOf(narrowing)),
    }),
  ),
  setFact(PAID_ITEMS, { path: 'orders.paid.categories', zh: '买过的品类', member: CATEGORY }),
  setFact(PAID_ITEMS, {
    path: 'orders.paid.roles',
    zh: '买过哪些角色的商品',
    member: `${i.role}`,
    oneOf: PRODUCT_ROLES,
  }),
  setFact(
    {
      ...PAID_ITEMS,
      where: `${o.id} = (SELECT ${l.id} FROM ${l} WHERE ${l.external_userid} = ${o.external_userid} AND ${l.status} = 'paid'
        ORDER BY ${l.paid_at} DESC, ${l.id} DESC LIMIT 1)`,
    },
    { path: 'orders.paid.lastCategories', zh: '最近一单的品类', member: CATEGORY },
  ),
  aggregateFact(REFUNDED, { path: 'orders.refunded.count', zh: '退款订单数', ...counted }),
  aggregateFact(ORDERS, {
    path: 'orders.refunded.daysSinceLast',
    type: 'number',
    zh: '距最近退款天数',
    of: (nowMs) => daysSinceSql(`MAX(${o.refunded_at})`, nowMs),
  }),
  aggregateFact(ORDERS, {
    path: 'orders.refunded.sum',
    zh: '累计退款金额',
    ...summed,
    of: `COALESCE(SUM(${o.refunded_fen}), 0)`,
  }),
  narrowableFact(BY_ORDER_AND_TIME, (narrowing) =>
    aggregateFact(paidBy(narrowing, EVER_PAID, EVER_PAID_ITEMS), {
      path: 'orders.refunded.percent',
      type: 'number',
      zh: '退款占付款金额的百分比',
      of: asksGoods(narrowing) ? percentOf(`${i.price_fen} * ${i.quantity}`, LINE_BACK) : REFUNDED_PERCENT,
    }),
  ),
  aggregateFact(ON_THE_WAY, { path: 'parcel.onTheWay', zh: '货在路上的订单数', ...counted }),
  aggregateFact(SHIPPED, {
    path: 'parcel.daysSinceShipped',
    type: 'number',
    zh: '距最近发货天数',
    of: (nowMs) => daysSinceSql(`MAX(${o.shipped_at})`, nowMs),
  }),
  lastFact(SHIPPED, {
    path: 'parcel.signed',
    type: 'flag',
    zh: '最近发的货已签收',
    column: `CASE WHEN ${o.signed_at} IS NULL THEN 0 ELSE 1 END`,
    by: [`${o.shipped_at}`, `${o.id}`],
  }),
  aggregateFact(SIGNED, {
    path: 'parcel.daysSinceSigned',
    type: 'number',
    zh: '距最近签收天数',
    of: (nowMs) => daysSinceSql(`MAX(${o.signed_at})`, nowMs),
  }),
]

/** They ordered; they paid. */
export const orderSigns: LifeSign[] = [
  { ...ORDERS, at: `${o.created_at}` },
  { ...ORDERS, at: `${o.paid_at}` },
]
