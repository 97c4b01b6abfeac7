import type { ShopMemory, ShopOrder } from '../shop-connection.ts'

type Refund = NonNullable<ShopOrder['refunds']>[number]
/** How much of a refund was taken from a part, in fen, by `shareKey`. */
type Shares = ReadonlyMap<string, number>

const shareKey = ({ refundId }: Refund, { orderId }: ShopOrder): string => `spread/${refundId}/${orderId}`

const backOf = ({ refunds = [] }: ShopOrder): number => refunds.reduce((sum, { fen }) => sum + fen, 0)

/** The parts of an order that are taken as orders of their own, with what was paid back on their parent: money that was asked for before
 *  the order was split, and agreed to as a whole afterwards, stays with the parent's number, and the shop marks none of its parts.
 *  `refunds`: the parent's own, those that there is a record of; `kept`: how they were shared out before. Each stays where it is, as far
 *  as that part still has the money (it may have paid back by itself since); what is left is taken from the parts in their order. All of
 *  them together never give back more than was paid. Gives the shares as well, which the next reading begins with.
 *  Source: StoreOrderRefundServices::agreeSplitRefundOrder of CRMEB 5.4 (整单退款). */
export function spreadRefunds(
  parts: readonly ShopOrder[],
  refunds: readonly Refund[],
  kept: Shares,
): { orders: ShopOrder[]; shares: Shares } {
  const room = new Map(parts.map((part) => [part.orderId, part.totalFen - backOf(part)]))
  const shares = new Map<string, number>()
  const take = (refund: Refund, part: ShopOrder, wantedFen: number): number => {
    const left = room.get(part.orderId) ?? 0
    const fen = Math.max(0, Math.min(wantedFen, left))
    const key = shareKey(refund, part)
    if (fen > 0) shares.set(key, (shares.get(key) ?? 0) + fen)
    room.set(part.orderId, left - fen)
    return fen
  }
  const oldestFirst = [...refunds].sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || (a.refundId < b.refundId ? -1 : 1))
  const open = oldestFirst.map((refund) => ({ refund, fen: refund.fen }))
  for (const wanted of [(key: string) => kept.get(key) ?? 0, () => Number.POSITIVE_INFINITY]) {
    for (const one of open)
      for (const part of parts) one.fen -= take(one.refund, part, Math.min(one.fen, wanted(shareKey(one.refund, part))))
  }
  const orders = parts.map((part): ShopOrder => {
    const own = oldestFirst.flatMap((refund) => {
      const fen = shares.get(shareKey(refund, part))
      return fen === undefined ? [] : [{ ...refund, fen }]
    })
    if (own.length === 0) return part
    const all = [...(part.refunds ?? []), ...own]
    const isAllBack = part.status === 'paid' && (room.get(part.orderId) ?? 0) <= 0
    const at = Math.max(0, ...all.map((one) => one.at ?? 0)) || part.at
    return { ...part, refunds: all, ...(isAllBack ? { status: 'refunded' as const, at } : {}) }
  })
  return { orders, shares }
}

/** The same with the shares of the last reading, and keeps these for the next one. */
export async function spreadAsBefore(
  memory: ShopMemory,
  parts: ShopOrder[],
  refunds: readonly Refund[],
): Promise<ShopOrder[]> {
  if (refunds.length === 0) return parts
  const keys = refunds.flatMap((refund) => parts.map((part) => shareKey(refund, part)))
  const kept = new Map([...(await memory.get(keys))].map(([key, fen]) => [key, Number(fen)]))
  const { orders, shares } = spreadRefunds(parts, refunds, kept)
  const changed = keys.filter((key) => (shares.get(key) ?? 0) !== (kept.get(key) ?? 0))
  if (changed.length > 0) await memory.put(new Map(changed.map((key) => [key, String(shares.get(key) ?? 0)])))
  return orders
}
