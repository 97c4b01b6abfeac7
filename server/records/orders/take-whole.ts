import type { Tx } from '../../core/db/tx.ts'
import type { Catalogue } from '../../rules/book/catalogue.ts'
import { correctionsBy } from './corrections-by.ts'
import type { OrderMessage } from './order-body.ts'
import { changeOrder, type OrderKeys, putItems, type StoredOrder } from './order-store.ts'
import { pictureOf } from './picture.ts'
import { refundsOf, sumOfRefunds } from './refund-store.ts'
import type { Whole } from './whole-body.ts'
import { putParcels, putPayments, putRefundLines, putRefunds, putSteps } from './whole-store.ts'

/** Makes an order what one message shows of the whole of it. Older than what is known: nothing is changed, so that messages
 *  may come in any order, twice, or not at all, and the order is what the newest of them shows. */
export async function takeWhole(
  tx: Tx,
  order: OrderMessage & { whole: Whole },
  {
    row,
    keys,
    nowMs,
    catalogue,
  }: { row: StoredOrder; keys: OrderKeys; nowMs: number; catalogue?: Catalogue | undefined },
): Promise<'stored' | 'corrected' | 'unchanged'> {
  const { whole } = order
  if (row.version !== null && whole.version < row.version) return 'unchanged'
  const elseAtMs = order.atMs ?? nowMs
  const knownRefundedFen = sumOfRefunds(await refundsOf(tx, row.id)).fen
  const picture = pictureOf(order, { row, knownRefundedFen, nowMs })
  const hasSteps = await putSteps(tx, row.id, picture.steps)
  const hasRefunds = picture.refunds !== undefined && (await putRefunds(tx, row.id, picture.refunds))
  const hasParcels = whole.parcels !== undefined && (await putParcels(tx, row.id, whole.parcels))
  const hasPayments = whole.payments !== undefined && (await putPayments(tx, row.id, whole.payments, elseAtMs))
  const hasItems = await putItems(tx, row.id, order.items, catalogue)
  const { refunds } = whole
  const hasLines = refunds !== undefined && (await putRefundLines(tx, row.id, { refunds, elseAtMs }))
  const columns: Partial<StoredOrder> = { ...whoseBy(order, row, keys), ...picture.columns }
  const changed = Object.entries(columns).some(([name, value]) => row[name as keyof StoredOrder] !== value)
  await changeOrder(tx, row.id, { ...columns, version: whole.version })
  if (hasSteps || hasRefunds) return 'stored'
  return changed || hasParcels || hasPayments || hasItems || hasLines ? 'corrected' : 'unchanged'
}

/** What a message says of whose the order is; nothing else. */
export function whoseBy(order: OrderMessage, row: StoredOrder, keys: OrderKeys): Partial<StoredOrder> {
  const { given_external_userid, given_unionid, phone_hash, phone_tail, shop_user_id } = correctionsBy(order, row, keys)
  const whose = { given_external_userid, given_unionid, phone_hash, phone_tail, shop_user_id }
  return Object.fromEntries(Object.entries(whose).filter(([, value]) => value !== undefined))
}
