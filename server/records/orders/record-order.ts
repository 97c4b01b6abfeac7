import { createHash } from 'node:crypto'
import type { Tx } from '../../core/db/tx.ts'
import { whyNobody } from '../customers/given-customer.ts'
import { createAnnounceOrder } from './announce-order.ts'
import { correctionsBy, namesOf, paidAtBy, saysItems, toldAtMs } from './corrections-by.ts'
import { isOnlyForGoods } from './goods-only.ts'
import type { OrderMessage } from './order-body.ts'
import { OrderOriginTold } from './order-events.ts'
import { orderKeys } from './order-keys.ts'
import { noteKeyOf, orderKeyOf } from './order-note.ts'
import { withoutErased } from './order-of-erased.ts'
import {
  addStatus,
  changeOrder,
  correctStatusTime,
  holdOrder,
  type OrderKeys,
  putItems,
  type StoredOrder,
  statusesOf,
  untellStatus,
} from './order-store.ts'
import { originsOf, putOrigin, versionOf } from './origin-store.ts'
import { createRecordSet } from './record-set.ts'
import type { RecordedOrder, RecordOrderDeps } from './recorded-order.ts'
import { addRefund, type RefundResult, refundBy, refundsOf, untellRefunds } from './refund-store.ts'
import { createSettleOrder } from './settle-order.ts'
import { standingBy } from './standing-by.ts'
import { takeWhole, whoseBy } from './take-whole.ts'

/** The one way in for orders, from the shop's calls and from files alike. */
export function createRecordOrder(deps: RecordOrderDeps) {
  const { clock, timeline, phoneHash } = deps
  const announce = createAnnounceOrder(deps)
  const settle = createSettleOrder({ ...deps, announce })
  const keysOf = ({ customer }: OrderMessage): OrderKeys => orderKeys(customer, phoneHash)

  /** What came back by this message. */
  async function addRefundOf(tx: Tx, order: OrderMessage, row: StoredOrder, atMs: number): Promise<RefundResult> {
    const told = refundBy(order, atMs)
    return told === undefined ? 'unchanged' : addRefund(tx, row.id, told)
  }

  /** Keeps where the order stands now. A whole refund that turns out to have been a part is one no more, and another whole
   *  refund will be news. */
  async function restand(tx: Tx, row: StoredOrder, corrections: Partial<StoredOrder>): Promise<void> {
    const told = [await statusesOf(tx, row.id), await refundsOf(tx, row.id)] as const
    const stands = standingBy({ ...row, ...corrections }, ...told)
    await changeOrder(tx, row.id, { ...corrections, ...stands })
    if (row.status !== 'refunded' || stands.status === 'refunded') return
    await untellStatus(tx, row.id, 'refunded')
    await untellRefunds(tx, row.id)
  }

  /** Takes over another instant of what was told before; of a refund, its parts have their own. */
  async function correctTime(tx: Tx, order: OrderMessage, row: StoredOrder): Promise<boolean> {
    const toldMs = toldAtMs(order)
    if (toldMs === undefined || order.status === 'refunded') return false
    if (!(await correctStatusTime(tx, row.id, order.status, toldMs))) return false
    await timeline.correctTime(tx, noteKeyOf(await orderKeyOf(tx, row), order.status), toldMs)
    return true
  }

  /** Stores one message about an order; the same message twice changes nothing, messages may come in any order, and one that
   *  says something else of what is known corrects it. Raises an event when the order's standing changes and its customer is
   *  known; a correction raises none again. Throws orders.two-shops. */
  async function record(tx: Tx, told: OrderMessage): Promise<RecordedOrder> {
    const now = clock.now()
    const order = await withoutErased(tx, told, deps)
    const keys = keysOf(order)
    const { row, isFirst } = await holdOrder(tx, order, keys, now)
    const taken = await take(tx, order, { row, isFirst, keys, now })
    const came = await putOrigin(tx, row.id, { origin: order.origin, version: versionOf(order.whole) })
    const result = taken === 'unchanged' && came.length > 0 ? 'corrected' : taken
    const matched = result === 'unchanged' ? row.external_userid !== null : await settle(tx, row.id)
    if (came.includes('staff') || came.includes('store')) await tellOrigin(tx, row)
    return { result, matched, nobody: matched || namesOf(row, keys) ? undefined : whyNobody(order.customer) }
  }

  /** Told with its payment it is no news of its own. `row`: as it was before. */
  async function tellOrigin(tx: Tx, row: StoredOrder): Promise<void> {
    const { id, order_id: orderId, source, external_userid: externalUserId, paid_at: paidAtMs } = row
    if (externalUserId === null || paidAtMs === null) return
    const told = Object.values((await originsOf(tx, [id])).get(id) ?? {}).join('/')
    const key = `${id}:${clock.now()}:${createHash('sha1').update(told).digest('hex')}`
    await deps.emit(tx, OrderOriginTold, { key, payload: { orderId, source, externalUserId } })
  }

  async function take(
    tx: Tx,
    order: OrderMessage,
    { row, isFirst, keys, now }: { row: StoredOrder; isFirst: boolean; keys: OrderKeys; now: number },
  ): Promise<RecordedOrder['result']> {
    const { whole } = order
    const catalogue = deps.rules?.current().catalogue
    if (whole !== undefined) {
      const result = await takeWhole(tx, { ...order, whole }, { row, keys, nowMs: now, catalogue })
      return isFirst ? 'stored' : result
    }
    if (row.version !== null) {
      // Whoever tells the whole order has the last word; a file may still say whose it is.
      const whose = whoseBy(order, row, keys)
      await changeOrder(tx, row.id, whose)
      return Object.keys(whose).length > 0 ? 'corrected' : 'unchanged'
    }
    // Where it stands and what it is worth is told by another file, or the shop.
    if (await isOnlyForGoods(tx, order, { row, isFirst })) {
      return (await putItems(tx, row.id, order.items, catalogue)) ? 'corrected' : 'unchanged'
    }
    const atMs = toldAtMs(order) ?? order.supposedAtMs ?? now
    const isNews = await addStatus(tx, row.id, order.status, atMs)
    const refund = await addRefundOf(tx, order, row, atMs)
    const hasOtherTime = !isNews && (await correctTime(tx, order, row))
    const corrections = { ...(isFirst ? {} : correctionsBy(order, row, keys)), ...paidAtBy(order, row, atMs) }
    const hasOtherItems =
      (order.tells === 'goods' || saysItems(order, row)) && (await putItems(tx, row.id, order.items, catalogue))
    const isCorrected = hasOtherTime || refund === 'corrected' || Object.keys(corrections).length > 0
    if (isNews || refund === 'news' || isCorrected) await restand(tx, row, corrections)
    if (isNews || refund === 'news') return 'stored'
    return isCorrected || hasOtherItems ? 'corrected' : 'unchanged'
  }

  return { record, settle, announce, recordSet: createRecordSet(deps) }
}
export type RecordOrder = ReturnType<typeof createRecordOrder>
