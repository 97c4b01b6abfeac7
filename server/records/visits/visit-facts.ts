import { alias } from '../../core/db/define-table.ts'
import type { Fact, Narrowing } from '../../rules/condition/fact.ts'
import { daysSinceSql, hoursSinceSql, startOfLastDays } from '../facts/days-since-sql.ts'
import { isOneOf } from '../facts/is-one-of.ts'
import { aggregateFact, type CustomerRows, existsFact, narrowableFact, setFact } from '../facts/row-facts.ts'
import type { LifeSign } from '../facts/silence-fact.ts'
import { hasPaidSince } from '../orders/has-paid-since.ts'
import { SHOP_VISIT } from './visit-tables.ts'

const v = alias(SHOP_VISIT, 'v')
const w = alias(SHOP_VISIT, 'w')
const VISITS = { from: `${v}`, customer: `${v.external_userid}` }
const UNPAID = `NOT ${hasPaidSince({ customer: `${v.external_userid}`, atMs: `${v.at}` })}`
/** The last word on these goods in the cart; to MySQL 'VIP ' and 'VIP' are the same, their lengths are not. */
const IS_LAST_WORD = `NOT EXISTS (SELECT 1 FROM ${w} WHERE ${w.external_userid} = ${v.external_userid} AND ${w.kind} = 'cart'
  AND ${w.product_id} = ${v.product_id} AND LENGTH(${w.product_id}) = LENGTH(${v.product_id})
  AND (${w.at} > ${v.at} OR (${w.at} = ${v.at} AND ${w.id} > ${v.id})))`
/** What was put into the cart, has not been taken out, and after which nothing was paid. */
const IN_CART: CustomerRows = {
  ...VISITS,
  where: `${v.kind} = 'cart' AND ${v.quantity} > 0 AND ${v.product_id} IS NOT NULL AND ${IS_LAST_WORD} AND ${UNPAID}`,
}

function visitsBy({ category, product, days }: Narrowing): CustomerRows {
  const asked = [
    ...(category === undefined ? [] : [isOneOf([`${v.category}`], category)]),
    ...(product === undefined ? [] : [isOneOf([`${v.product}`, `${v.product_id}`], product)]),
  ]
  const where = asked.map((one) => one.where)
  return {
    ...VISITS,
    where: (nowMs) =>
      [...where, days === undefined ? '1 = 1' : `${v.at} >= ${startOfLastDays(days, nowMs)}`].join(' AND '),
    params: asked.flatMap(({ params }) => params),
  }
}

export const visitFacts: Fact[] = [
  narrowableFact(['category', 'product', 'days'], (narrowing) =>
    aggregateFact(visitsBy(narrowing), {
      path: 'visits.count',
      type: 'number',
      zh: '逛商城的次数',
      of: 'COUNT(*)',
      missing: 0,
    }),
  ),
  narrowableFact(['category', 'product'], (narrowing) =>
    aggregateFact(visitsBy(narrowing), {
      path: 'visits.daysSince',
      type: 'number',
      zh: '距最近逛商城天数',
      of: (nowMs) => daysSinceSql(`MAX(${v.at})`, nowMs),
    }),
  ),
  aggregateFact(VISITS, {
    path: 'visits.hoursSince',
    type: 'number',
    zh: '距最近逛商城小时数',
    of: (nowMs) => hoursSinceSql(`MAX(${v.at})`, nowMs),
  }),
  setFact(VISITS, { path: 'visits.products', zh: '看过的商品', member: `${v.product}` }),
  setFact(VISITS, { path: 'visits.categories', zh: '看过的品类', member: `${v.category}` }),
  setFact(VISITS, { path: 'visits.keywords', zh: '在商城搜过的词', member: `${v.keyword}` }),
  setFact(VISITS, { path: 'visits.scenes', zh: '从哪里进过商城', member: `${v.scene}` }),
  existsFact({ ...VISITS, where: UNPAID }, { path: 'visits.unpaid', zh: '最近逛商城之后没付过款' }),
  aggregateFact(IN_CART, {
    path: 'visits.cart.sum',
    type: 'money',
    zh: '购物车里没付款的金额',
    of: `COALESCE(SUM(${v.price_fen} * ${v.quantity}), 0)`,
    missing: 0,
  }),
  aggregateFact(IN_CART, {
    path: 'visits.cart.hoursOpen',
    type: 'number',
    zh: '购物车放着没付款的小时数',
    of: (nowMs) => hoursSinceSql(`MAX(${v.at})`, nowMs),
  }),
  setFact(IN_CART, { path: 'visits.cart.products', zh: '购物车里没付款的商品', member: `${v.product}` }),
]

/** They looked around. */
export const visitedSign: LifeSign = { ...VISITS, at: `${v.at}` }
