import { alias } from '../../core/db/define-table.ts'
import { isWithin, type Span } from '../../core/db/span.ts'
import { every, list, number, raw, type Sql, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { isOneOf } from '../facts/is-one-of.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM } from './order-tables.ts'

const o = alias(SHOP_ORDER, 'o')
const i = alias(SHOP_ORDER_ITEM, 'i')
const CATEGORY = `COALESCE(${i.catalog_category}, ${i.category})`
/** Midnight in Shanghai before `paid_at`. */
const SHANGHAI_DAY = sql`(${o.paid_at} - (${o.paid_at} + 28800000) % 86400000)`
const PIECES = sql`(${i.quantity} - ${i.refunded_quantity})`

/** Which paid orders count, and what of them. */
export interface PurchaseMeasure {
  /** None that was paid earlier; undefined: all. */
  fromMs: number | undefined
  category?: readonly string[] | undefined
  product?: readonly string[] | undefined
  role?: readonly string[] | undefined
  shop?: readonly string[] | undefined
  since: 'paid' | 'created' | 'signed'
  count: 'days' | 'orders' | 'pieces'
}

export interface Measured {
  externalUserId: string
  lastAtMs: number
  /** Days, orders or pieces. */
  often: number
  /** What stands of it; where goods are named, of those goods. */
  sumFen: number
}

const AT: Record<PurchaseMeasure['since'], Sql> = {
  paid: sql`${o.paid_at}`,
  created: sql`${o.created_at}`,
  signed: sql`COALESCE(${o.signed_at}, ${o.paid_at})`,
}

/** Everybody in the span with a paid order that counts, by external_userid. */
export function purchasesBy(tx: ReadTx, measure: PurchaseMeasure, span: Span): Promise<Measured[]> {
  const { fromMs, category, product, role, shop, since, count } = measure
  const goods = [
    ...(category === undefined ? [] : [isOneOf([CATEGORY], category)]),
    ...(product === undefined ? [] : [isOneOf([`${i.name}`, `${i.sku}`], product)]),
    ...(role === undefined ? [] : [isOneOf([`${i.role}`], role)]),
  ].map(({ where, params }) => raw(where, params))
  const ofGoods = goods.length > 0
  const piecesOfOrder = sql`(SELECT COALESCE(SUM(${PIECES}), 0) FROM ${i} WHERE ${i.shop_order_id} = ${o.id})`
  const often = {
    days: sql`COUNT(DISTINCT ${SHANGHAI_DAY})`,
    orders: ofGoods ? sql`COUNT(DISTINCT ${o.id})` : sql`COUNT(*)`,
    pieces: sql`SUM(${ofGoods ? PIECES : piecesOfOrder})`,
  }[count]
  const net = ofGoods
    ? sql`(${i.price_fen} * ${i.quantity} - ${i.refunded_fen})`
    : sql`(${o.total_fen} - ${o.refunded_fen})`
  const measured = select({
    externalUserId: words(sql`${o.external_userid}`),
    lastAtMs: number(sql`MAX(${AT[since]})`),
    sumFen: number(sql`SUM(${net})`),
    often: number(often),
  })
  const wanted = [
    sql`${o.status} = 'paid'`,
    sql`${o.paid_at} IS NOT NULL`,
    isWithin(o.external_userid, span),
    ...(fromMs === undefined ? [] : [sql`${o.paid_at} >= ${fromMs}`]),
    ...(shop === undefined ? [] : [sql`${o.source} IN ${list([...shop])}`]),
    ...(ofGoods ? [sql`${i.quantity} > ${i.refunded_quantity}`, ...goods] : []),
  ]
  const from = ofGoods ? sql`${o} JOIN ${i} ON ${i.shop_order_id} = ${o.id}` : sql`${o}`
  return tx.rows(
    sql`SELECT ${measured} FROM ${from} WHERE ${every(wanted)}
        GROUP BY ${o.external_userid} ORDER BY ${o.external_userid}`,
  )
}
