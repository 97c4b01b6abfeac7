import type { OrderMessage } from './order-body.ts'
import { DEFAULT_SOURCE, isOfWorth, type StoredOrder } from './order-store.ts'

type Known = Pick<StoredOrder, 'order_id' | 'source' | 'total_fen'>

/** Why one cannot say whether an order of a file is one of these, which have its number: one Chinese sentence; undefined: one can.
 *  Taken all the same it would count twice, or spoil the order of another shop. */
export function inDoubt(order: Pick<OrderMessage, 'source' | 'status' | 'totalFen'>, known: readonly Known[]) {
  const { source } = order
  if (source === undefined) {
    const [only, another] = known
    // Of two it is told with both names.
    if (only === undefined || another !== undefined || only.source === DEFAULT_SOURCE) return undefined
    return `「${only.source}」已经有这个订单号，文件里没有写是哪家店，这一单没有导入：是「${only.source}」的就加 --shop "${only.source}" 再导入，不是就写它自己的店名`
  }
  const unnamed = known.find((one) => one.source === DEFAULT_SOURCE)
  if (unnamed === undefined || known.some((one) => one.source === source)) return undefined
  if (isOfWorth(order, unnamed.total_fen)) return undefined
  return `以前没写店铺的文件里已经有这个订单号，金额不一样，这一单没有导入：是同一单，先把那个文件加 --shop "${source}" 再导一次；不是同一单，这个文件也加上 --shop "${source}" 再导入`
}
