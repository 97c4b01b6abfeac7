import type { ShopOrder } from '../shop-connection.ts'

type Refund = NonNullable<ShopOrder['refunds']>[number]

const backOf = ({ refunds = [] }: ShopOrder): number => refunds.reduce((sum, { fen }) => sum + fen, 0)

/** The parts of an order that are taken as orders of their own, with what was paid back on their parent: money that was asked for before
 *  the order was split, and agreed to as a whole afterwards, stays with the parent's number, and the shop marks none of its parts. Each
 *  refund is taken from the parts in their order, as far as each still has money; read again it falls on the same ones, as long as no
 *  part pays back by itself in between, and all of them together never give back more than was paid.
 *  Source: StoreOrderRefundServices::agreeSplitRefundOrder of CRMEB 5.4 (整单退款). */
export function spreadRefunds(parts: readonly ShopOrder[], parent: ShopOrder): ShopOrder[] {
  const left = (parent.refunds ?? []).map((refund) => ({ ...refund }))
  return parts.map((part) => {
    let room = part.totalFen - backOf(part)
    const own: Refund[] = []
    for (const refund of left) {
      const fen = Math.min(refund.fen, room)
      if (fen <= 0) continue
      own.push({ ...refund, fen })
      refund.fen -= fen
      room -= fen
    }
    if (own.length === 0) return part
    const refunds = [...(part.refunds ?? []), ...own]
    const isAllBack = part.status === 'paid' && room <= 0
    const at = Math.max(0, ...refunds.map((one) => one.at ?? 0)) || parent.at
    return { ...part, refunds, ...(isAllBack ? { status: 'refunded' as const, at } : {}) }
  })
}
