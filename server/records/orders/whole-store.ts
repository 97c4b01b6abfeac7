import type { Column, ColumnName, NewRowOf, OnlyColumns, RowOf, Table } from '../../core/db/define-table.ts'
import { list, pick, set, sql } from '../../core/db/sql.ts'
import type { SqlValue, Tx } from '../../core/db/tx.ts'
import {
  SHOP_ORDER_ITEM,
  SHOP_ORDER_PARCEL,
  SHOP_ORDER_PAYMENT,
  SHOP_ORDER_REFUND,
  SHOP_ORDER_REFUND_LINE,
  SHOP_ORDER_STATUS,
} from './order-tables.ts'
import type { Picture } from './picture.ts'
import type { Parcel, Payment, RefundTold } from './whole-body.ts'

type Known = Record<string, SqlValue>
type OfOrder = Table & { readonly shop_order_id: Column<number> }

const isSame = (known: readonly object[], wanted: readonly object[]): boolean => {
  const plain = (rows: readonly object[]): string[] =>
    rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort()
  return JSON.stringify(plain(known)) === JSON.stringify(plain(wanted))
}

/** Makes an order's rows of a table these; true when they were others. What the rows do not say of a known row stays. */
async function putRows<Of extends OfOrder, New extends NewRowOf<Of>>(
  tx: Tx,
  table: Of,
  rows: OnlyColumns<New, Of>[],
  { shopOrderId, key, says }: { shopOrderId: number; key: ColumnName<Of> & string; says: ColumnName<Of>[] },
): Promise<boolean> {
  const isOurs = sql`${table.shop_order_id} = ${shopOrderId}`
  const known = await tx.rows(sql`SELECT ${pick(table, key, ...says)} FROM ${table} WHERE ${isOurs}`)
  const wanted = rows.map(({ shop_order_id: _, ...row }: Known) => row)
  if (isSame(known, wanted)) return false
  const column = (table as unknown as Record<string, Column>)[key] as Column
  const kept = wanted.map((row) => row[key] ?? null)
  const isGone = kept.length === 0 ? isOurs : sql`${isOurs} AND ${column} NOT IN ${list(kept)}`
  await tx.run(sql`DELETE FROM ${table} WHERE ${isGone}`)
  if (rows.length > 0) await tx.upsert(table, rows, ['shop_order_id' as ColumnName<Of>, key], says)
  return true
}

export const putSteps = (tx: Tx, shopOrderId: number, steps: Picture['steps']): Promise<boolean> =>
  putRows(
    tx,
    SHOP_ORDER_STATUS,
    steps.map(({ step, atMs }) => ({ shop_order_id: shopOrderId, status: step, at: atMs })),
    { shopOrderId, key: 'status', says: ['at'] },
  )

/** A refund of another sum is to be told anew. */
export async function putRefunds(
  tx: Tx,
  shopOrderId: number,
  refunds: NonNullable<Picture['refunds']>,
): Promise<boolean> {
  const r = SHOP_ORDER_REFUND
  for (const { refundId, fen } of refunds) {
    await tx.run(
      sql`UPDATE ${r} SET ${set(r, { announced: 0 })}
          WHERE ${r.shop_order_id} = ${shopOrderId} AND ${r.refund_id} = ${refundId} AND ${r.fen} <> ${fen}`,
    )
  }
  const rows = refunds.map(({ refundId, fen, atMs }) => ({
    shop_order_id: shopOrderId,
    refund_id: refundId,
    fen,
    at: atMs,
  }))
  return putRows(tx, r, rows, { shopOrderId, key: 'refund_id', says: ['fen', 'at'] })
}

export const putPayments = (tx: Tx, shopOrderId: number, payments: Payment[], elseAtMs: number): Promise<boolean> =>
  putRows(
    tx,
    SHOP_ORDER_PAYMENT,
    payments.map(({ paymentId, fen, atMs, way }) => ({
      shop_order_id: shopOrderId,
      payment_id: paymentId,
      fen,
      at: atMs ?? elseAtMs,
      way,
    })),
    { shopOrderId, key: 'payment_id', says: ['fen', 'at', 'way'] },
  )

export const putParcels = (tx: Tx, shopOrderId: number, parcels: Parcel[]): Promise<boolean> =>
  putRows(
    tx,
    SHOP_ORDER_PARCEL,
    parcels.map(({ number, company, shippedAtMs, signedAtMs }) => ({
      shop_order_id: shopOrderId,
      number,
      company,
      shipped_at: shippedAtMs ?? signedAtMs ?? null,
      signed_at: signedAtMs ?? null,
    })),
    { shopOrderId, key: 'number', says: ['company', 'shipped_at', 'signed_at'] },
  )

/** In the order in which they went out. */
export const parcelsOf = (tx: Tx, shopOrderId: number): Promise<{ company: string; number: string }[]> => {
  const p = SHOP_ORDER_PARCEL
  return tx.rows(
    sql`SELECT ${pick(p, 'company', 'number')} FROM ${p} WHERE ${p.shop_order_id} = ${shopOrderId}
        ORDER BY ${p.shipped_at}, ${p.number}`,
  )
}

type Item = Pick<RowOf<typeof SHOP_ORDER_ITEM>, 'line_id' | 'sku' | 'quantity' | 'price_fen'>

/** By what refunds name a line. */
const lineOf = (item: Pick<Item, 'line_id' | 'sku'>): string => item.line_id ?? item.sku

/** What these refunds have taken off a line. */
export function backOf(
  item: Item,
  refundLines: readonly { line_id: string; quantity: number; fen: number }[],
): { refunded_quantity: number; refunded_fen: number } {
  const own = refundLines.filter((row) => row.line_id === lineOf(item))
  const sum = (of: 'quantity' | 'fen'): number => own.reduce((total, row) => total + row[of], 0)
  return {
    refunded_quantity: Math.min(item.quantity, sum('quantity')),
    refunded_fen: Math.min(item.quantity * item.price_fen, sum('fen')),
  }
}

/** Keeps which lines came back, and takes it off them. A line told without its pieces came back whole when its price did;
 *  one told without its money came back at its price. */
export async function putRefundLines(
  tx: Tx,
  shopOrderId: number,
  { refunds, elseAtMs }: { refunds: RefundTold[]; elseAtMs: number },
): Promise<boolean> {
  const i = SHOP_ORDER_ITEM
  const items = await tx.rows(
    sql`SELECT ${pick(i, 'id', 'line_id', 'sku', 'quantity', 'price_fen', 'refunded_quantity', 'refunded_fen')} FROM ${i}
        WHERE ${i.shop_order_id} = ${shopOrderId} ORDER BY ${i.line_no}`,
  )
  const itemOf = (lineId: string) => items.find((one) => lineOf(one) === lineId)
  const l = SHOP_ORDER_REFUND_LINE
  const rows = refunds.flatMap(({ refundId, atMs, lines }) =>
    lines.map(({ lineId, quantity, fen }) => {
      const { price_fen: price, quantity: pieces } = itemOf(lineId) ?? { price_fen: 0, quantity: 0 }
      const back = quantity ?? (fen !== undefined && fen >= price * pieces ? pieces : 0)
      const told = { refund_id: refundId, line_id: lineId, quantity: back, fen: fen ?? price * back }
      return { shop_order_id: shopOrderId, ...told, at: atMs ?? elseAtMs }
    }),
  )
  const isOurs = sql`${l.shop_order_id} = ${shopOrderId}`
  const says = ['refund_id', 'line_id', 'quantity', 'fen', 'at'] as const
  const known = await tx.rows(sql`SELECT ${pick(l, ...says)} FROM ${l} WHERE ${isOurs}`)
  const isKnown = isSame(
    known,
    rows.map(({ shop_order_id: _, ...row }) => row),
  )
  if (!isKnown) {
    await tx.run(sql`DELETE FROM ${l} WHERE ${isOurs}`)
    if (rows.length > 0) await tx.insertIgnore(l, rows)
  }
  for (const item of items) {
    // Of two lines of one name the first is meant.
    const back = backOf(item, itemOf(lineOf(item))?.id === item.id ? rows : [])
    if (back.refunded_quantity === item.refunded_quantity && back.refunded_fen === item.refunded_fen) continue
    await tx.run(sql`UPDATE ${i} SET ${set(i, back)} WHERE ${i.id} = ${item.id}`)
  }
  return !isKnown
}
