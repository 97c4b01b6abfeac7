import { eachChunk } from '../../core/db/each-chunk.ts'
import {
  all,
  count,
  type Expression,
  every,
  list,
  maybeNumber,
  number,
  pick,
  type Sql,
  select,
  sql,
  words,
} from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { endOfBuyers } from './end-of-buyers.ts'
import { guideSales } from './guide-sales.ts'
import { lastBought } from './last-bought.ts'
import type { OrderStatus } from './order-body.ts'
import type { OrderOrigin } from './order-origin.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM, SHOP_ORDER_PARCEL } from './order-tables.ts'
import { originsOf } from './origin-store.ts'
import { purchaseHistories, whoBoughtAmong } from './purchase-histories.ts'
import { purchasesBy } from './purchases-by.ts'

interface OrderItem {
  sku: string
  name: string
  quantity: number
  priceFen: number
  category: string | undefined
  /** Of `quantity` came back. */
  refundedQuantity: number
}

/** Of one customer's orders. */
export interface OrderPage {
  /** Default 20, at most 100. */
  limit?: number
  /** None that is younger; UTC milliseconds. */
  untilMs?: number | undefined
  /** The last order of the page seen before. */
  before?: { atMs: number; id: number } | undefined
}

export interface Order {
  id: number
  /** UTC milliseconds; paid, or created where it never was: by this they are put in order. */
  atMs: number
  orderId: string
  status: OrderStatus
  totalFen: number
  /** Of it came back. */
  refundedFen: number
  source: string
  /** A guide bound it to this customer. */
  isBoundByHand: boolean
  createdAtMs: number
  paidAtMs: number | undefined
  refundedAtMs: number | undefined
  closedAtMs: number | undefined
  items: OrderItem[]
  /** From where it came, as the shop says. */
  origin: OrderOrigin
  /** In the order in which they went out. */
  parcels: ParcelSeen[]
}

export interface ParcelSeen {
  number: string
  company: string
  shippedAtMs: number | undefined
  signedAtMs: number | undefined
}

/** Paid means: paid now, not refunded. */
export interface OrderSummary {
  paidCount: number
  paidSumFen: number
  lastPaidAtMs: number | undefined
  refundedCount: number
}

const o = SHOP_ORDER
/** What stands of a paid order. */
const NET = sql`(${o.total_fen} - ${o.refunded_fen})`
const i = SHOP_ORDER_ITEM
const p = SHOP_ORDER_PARCEL
/** As products.yaml says, else as the shop does. */
const KIND = sql`COALESCE(${i.catalog_category}, ${i.category})`
const AT = sql`COALESCE(${o.paid_at}, ${o.created_at})`

/** This customer's, as far as a page reaches. */
function ofPage(externalUserId: string, { untilMs, before }: OrderPage): Sql {
  const wanted = [sql`${o.external_userid} = ${externalUserId}`]
  if (untilMs !== undefined) wanted.push(sql`${AT} <= ${untilMs}`)
  if (before !== undefined)
    wanted.push(sql`${AT} < ${before.atMs} OR (${AT} = ${before.atMs} AND ${o.id} < ${before.id})`)
  return every(wanted)
}

const sumWhere = (status: OrderStatus, what: Sql): Expression<number> =>
  number(sql`COALESCE(SUM(CASE WHEN ${o.status} = ${status} THEN ${what} ELSE 0 END), 0)`)

const SUMMARY = select({
  paidCount: sumWhere('paid', sql`1`),
  paidSumFen: sumWhere('paid', NET),
  lastPaidAtMs: maybeNumber(sql`MAX(CASE WHEN ${o.status} = 'paid' THEN ${o.paid_at} END)`),
  refundedCount: sumWhere('refunded', sql`1`),
})

/** Lines of orders; a shop that sells more kinds of goods than that has forgotten some of them. */
const LAST_ORDERED = 10_000

export const orderQueries = {
  /** Whose account at the shop the newest of this customer's orders there was made with. One that a guide bound by its number
   *  proves nothing: numbers are passed on. */
  memberAt: async (tx: ReadTx, externalUserId: string, source: string): Promise<string | undefined> => {
    const isTheirs = every([
      sql`${o.external_userid} = ${externalUserId}`,
      sql`${o.source} = ${source}`,
      sql`${o.shop_user_id} IS NOT NULL`,
      sql`(${o.matched_by} IS NULL OR ${o.matched_by} <> 'hand')`,
    ])
    const row = await tx.row(
      sql`SELECT ${pick(o, 'shop_user_id')} FROM ${o} WHERE ${isTheirs} ORDER BY ${AT} DESC, ${o.id} DESC LIMIT 1`,
    )
    return row?.shop_user_id ?? undefined
  },
  /** The number of the newest order there that this customer is known by while it lacks the shop's own number of them. */
  withoutMemberAt: async (tx: ReadTx, externalUserId: string, source: string): Promise<string | undefined> => {
    const isTheirs = every([
      sql`${o.external_userid} = ${externalUserId}`,
      sql`${o.source} = ${source}`,
      sql`${o.shop_user_id} IS NULL`,
      sql`(${o.matched_by} IS NULL OR ${o.matched_by} <> 'hand')`,
    ])
    const row = await tx.row(
      sql`SELECT ${pick(o, 'order_id')} FROM ${o} WHERE ${isTheirs} ORDER BY ${AT} DESC, ${o.id} DESC LIMIT 1`,
    )
    return row?.order_id
  },
  /** Of all goods that were ever ordered, as the shops say. */
  categories: async (tx: ReadTx): Promise<Set<string>> => {
    const { category } = SHOP_ORDER_ITEM
    const rows = await tx.rows(
      sql`SELECT DISTINCT ${select({ category })} FROM ${SHOP_ORDER_ITEM} WHERE ${category} IS NOT NULL`,
    )
    return new Set(rows.flatMap((row) => row.category ?? []))
  },
  /** Names and codes of the goods that were ordered last. */
  products: async (tx: ReadTx): Promise<Set<string>> => {
    const { id, name, sku } = SHOP_ORDER_ITEM
    const goods = select({ name, sku })
    const rows = await tx.rows(
      sql`SELECT ${goods} FROM ${SHOP_ORDER_ITEM} WHERE ${name} <> '' ORDER BY ${id} DESC LIMIT ${LAST_ORDERED}`,
    )
    return new Set(rows.flatMap((row) => [row.name, row.sku]).filter((text) => text !== ''))
  },
  /** `untilMs`: as far as they were placed until then. */
  summary: async (tx: Tx, externalUserId: string, page: Pick<OrderPage, 'untilMs'> = {}): Promise<OrderSummary> => {
    const row = await tx.row(sql`SELECT ${SUMMARY} FROM ${o} WHERE ${ofPage(externalUserId, page)}`)
    const { paidCount = 0, paidSumFen = 0, lastPaidAtMs, refundedCount = 0 } = row ?? {}
    return { paidCount, paidSumFen, lastPaidAtMs: lastPaidAtMs ?? undefined, refundedCount }
  },
  /** How lately, how often and for how much everybody has bought, page after page. */
  endOfBuyers,
  purchasesBy,
  /** On which days everybody bought, page after page. */
  histories: purchaseHistories,
  whoBoughtAmong,
  /** When the first of all payments that stand was made. */
  firstPaidAtMs: async (tx: Tx): Promise<number | undefined> => {
    const first = select({ atMs: maybeNumber(sql`MIN(${o.paid_at})`) })
    const row = await tx.row(
      sql`SELECT ${first} FROM ${o} WHERE ${o.status} = 'paid' AND ${o.external_userid} IS NOT NULL`,
    )
    return row?.atMs ?? undefined
  },
  /** What each of these customers has paid within their own span of time, refunds left out; those without are left out.
   *  `toMs` is not included. At most some hundred customers at once. */
  paidWithin: async (
    tx: Tx,
    spans: { externalUserId: string; fromMs: number; toMs: number }[],
  ): Promise<Map<string, { count: number; sumFen: number }>> => {
    const found = new Map<string, { count: number; sumFen: number }>()
    if (spans.length === 0) return found
    const spanOf = new Map(spans.map((span) => [span.externalUserId, span]))
    const payment = select({ id: words(sql`${o.external_userid}`), paidAtMs: o.paid_at, fen: number(NET) })
    const rows = await tx.rows(
      sql`SELECT ${payment} FROM ${o} WHERE ${o.status} = 'paid' AND ${o.external_userid} IN ${list([...spanOf.keys()])}`,
    )
    for (const { id, paidAtMs, fen } of rows) {
      const span = spanOf.get(id)
      if (span === undefined || paidAtMs === null || paidAtMs < span.fromMs || paidAtMs >= span.toMs) continue
      const before = found.get(id) ?? { count: 0, sumFen: 0 }
      found.set(id, { count: before.count + 1, sumFen: before.sumFen + fen })
    }
    return found
  },
  /** What stands of all that these customers paid, in fen; those without a paid order are left out. */
  paidSums: async (tx: Tx, externalUserIds: string[]): Promise<Map<string, number>> => {
    const sum = select({ id: words(sql`${o.external_userid}`), fen: number(sql`SUM(${NET})`) })
    const rows = await eachChunk(externalUserIds, (part) =>
      tx.rows(
        sql`SELECT ${sum} FROM ${o} WHERE ${o.status} = 'paid' AND ${o.external_userid} IN ${list(part)}
            GROUP BY ${o.external_userid}`,
      ),
    )
    return new Map(rows.map(({ id, fen }) => [id, fen]))
  },
  guideSales,
  lastBought,
  /** All of one customer, whatever became of them. */
  countOf: async (tx: Tx, externalUserId: string, page: Pick<OrderPage, 'untilMs'> = {}): Promise<number> =>
    (await tx.row(sql`SELECT ${select({ n: count() })} FROM ${o} WHERE ${ofPage(externalUserId, page)}`))?.n ?? 0,
  /** What kinds of goods were paid for and kept, those of most orders first. */
  categoriesOf: (
    tx: Tx,
    externalUserId: string,
    page: Pick<OrderPage, 'untilMs'> & { limit: number },
  ): Promise<{ name: string; orders: number; pieces: number }[]> => {
    const kind = select({
      name: words(KIND),
      orders: number(sql`COUNT(DISTINCT ${i.shop_order_id})`),
      pieces: number(sql`SUM(${i.quantity} - ${i.refunded_quantity})`),
    })
    const paid = every([ofPage(externalUserId, page), sql`${o.status} = 'paid'`])
    return tx.rows(
      sql`SELECT ${kind} FROM ${i} WHERE ${KIND} IS NOT NULL AND ${i.quantity} > ${i.refunded_quantity}
            AND ${i.shop_order_id} IN (SELECT ${o.id} FROM ${o} WHERE ${paid})
          GROUP BY ${KIND} ORDER BY orders DESC, pieces DESC, ${KIND} LIMIT ${page.limit}`,
    )
  },
  /** What was in the last paid order. `untilMs`: of those placed until then. */
  lastPaidItems: async (
    tx: Tx,
    externalUserId: string,
    page: Pick<OrderPage, 'untilMs'> = {},
  ): Promise<Pick<OrderItem, 'name' | 'quantity'>[]> => {
    const last = sql`SELECT ${o.id} FROM ${o} WHERE ${ofPage(externalUserId, page)} AND ${o.status} = 'paid'
                     ORDER BY ${AT} DESC, ${o.id} DESC LIMIT 1`
    return tx.rows(
      sql`SELECT ${pick(i, 'name', 'quantity')} FROM ${i} WHERE ${i.shop_order_id} = (${last}) ORDER BY ${i.line_no}`,
    )
  },
  /** Newest first, with items. */
  ofCustomer: async (tx: Tx, externalUserId: string, page: OrderPage = {}): Promise<Order[]> => {
    const limit = Math.min(Math.max(page.limit ?? 20, 1), 100)
    const orders = await tx.rows(
      sql`SELECT ${all(o)} FROM ${o} WHERE ${ofPage(externalUserId, page)}
          ORDER BY ${AT} DESC, ${o.id} DESC LIMIT ${limit}`,
    )
    if (orders.length === 0) return []
    const items = await tx.rows(
      sql`SELECT ${all(i)} FROM ${i} WHERE ${i.shop_order_id} IN ${list(orders.map((order) => order.id))}
          ORDER BY ${i.shop_order_id}, ${i.line_no}`,
    )
    const itemsOf = groupBy(items, (item) => item.shop_order_id)
    const origins = await originsOf(
      tx,
      orders.map((order) => order.id),
    )
    const parcels = await tx.rows(
      sql`SELECT ${all(p)} FROM ${p} WHERE ${p.shop_order_id} IN ${list(orders.map((order) => order.id))}
          ORDER BY ${p.shop_order_id}, ${p.shipped_at}, ${p.number}`,
    )
    const parcelsOf = groupBy(parcels, (parcel) => parcel.shop_order_id)
    return orders.map((order) => ({
      id: order.id,
      atMs: order.paid_at ?? order.created_at,
      orderId: order.order_id,
      status: order.status,
      totalFen: order.total_fen,
      refundedFen: order.refunded_fen,
      source: order.source,
      isBoundByHand: order.matched_by === 'hand',
      createdAtMs: order.created_at,
      paidAtMs: order.paid_at ?? undefined,
      refundedAtMs: order.refunded_at ?? undefined,
      closedAtMs: order.closed_at ?? undefined,
      items: (itemsOf.get(order.id) ?? []).map((item) => ({
        sku: item.sku,
        name: item.name,
        quantity: item.quantity,
        priceFen: item.price_fen,
        category: item.category ?? undefined,
        refundedQuantity: item.refunded_quantity,
      })),
      origin: origins.get(order.id) ?? {},
      parcels: (parcelsOf.get(order.id) ?? []).map((parcel) => ({
        number: parcel.number,
        company: parcel.company,
        shippedAtMs: parcel.shipped_at ?? undefined,
        signedAtMs: parcel.signed_at ?? undefined,
      })),
    }))
  },
}
