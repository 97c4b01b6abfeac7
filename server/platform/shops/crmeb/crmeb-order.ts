import { wordOf } from '../said-words.ts'
import type { ShopOrder } from '../shop-connection.ts'
import { type CrmebOrder, type CrmebRefund, fenOf, instantOf, numberOf, textOf } from './crmeb-shapes.ts'

/** An order with the parts that the shop made of it when it shipped or refunded a part: those stand in place of its goods. */
export interface CrmebWhole {
  order: CrmebOrder
  parts: readonly CrmebOrder[]
  refunds: readonly CrmebRefund[]
}

const PAID_BACK = 6
const ALL_BACK = 2
const PART_BACK = 3
const RECEIVED = new Set([2, 3])
const isSplit = ({ pid }: CrmebOrder): boolean => numberOf(pid) === -1

/** What of it was first seen when: the shop tells no instant of these. */
export const firstSeenKeys = ({ order, parts }: CrmebWhole): string[] =>
  [order, ...parts].flatMap((one) => {
    const id = textOf(one.order_id)
    return [
      ...(parcelOf(one) === '' ? [] : [`sent/${id}`]),
      ...(RECEIVED.has(numberOf(one.status)) ? [`got/${id}`] : []),
      ...(numberOf(one.refund_status) === ALL_BACK ? [`back/${id}`] : []),
    ]
  })

const parcelOf = (one: CrmebOrder): string => (isSplit(one) ? '' : textOf(one.delivery_id))

/** The order as it was read at `readAtMs`: there is no other version. `seen`: of each key of `firstSeenKeys`, since when.
 *  Source: shops.md §1.3 [1]. */
export function crmebOrder(
  whole: CrmebWhole,
  { readAtMs, seen }: { readAtMs: number; seen: ReadonlyMap<string, number> },
): ShopOrder {
  const { order, parts } = whole
  const ones = parts.length > 0 ? parts : [order]
  const totalFen = fenOf(order.pay_price)
  const isPaid = numberOf(order.paid) === 1
  const paidAt = instantOf(order.pay_time)
  const refunds = refundsOf(whole, seen)
  const isAllBack = isPaid && (backOf(order) || ones.every(backOf))
  const status = !isPaid ? 'created' : isAllBack ? 'refunded' : 'paid'
  const createdAt = instantOf(order.add_time)
  const backAt = Math.max(0, ...refunds.map(({ at }) => at ?? 0)) || seen.get(`back/${textOf(order.order_id)}`)
  const trade = textOf(order.trade_no)
  return {
    orderId: textOf(order.order_id),
    version: readAtMs,
    status,
    totalFen,
    createdAt,
    paidAt: isPaid ? paidAt : undefined,
    at: status === 'refunded' ? backAt : status === 'paid' ? paidAt : createdAt,
    refunds,
    payments:
      isPaid && trade !== ''
        ? [
            {
              paymentId: trade,
              fen: totalFen,
              ...(paidAt === undefined ? {} : { at: paidAt }),
              way: textOf(order.pay_type_name),
            },
          ]
        : [],
    parcels: ones.flatMap((one) => {
      const number = parcelOf(one)
      if (number === '') return []
      const shippedAt = seen.get(`sent/${textOf(one.order_id)}`)
      const signedAt = seen.get(`got/${textOf(one.order_id)}`)
      return [
        {
          number,
          company: textOf(one.delivery_name),
          ...(shippedAt === undefined ? {} : { shippedAt }),
          ...(signedAt === undefined ? {} : { signedAt }),
        },
      ]
    }),
    items: ones.flatMap(itemsOf),
    ...originOf(order),
    buyer: { shopUserId: numberOf(order.uid) > 0 ? textOf(order.uid) : undefined },
  }
}

const CHANNELS: Readonly<Record<string, string>> = { 0: '公众号', 1: '小程序', 2: 'H5', 3: 'PC', 4: 'APP' }
const CAMPAIGNS = [
  ['秒杀', 'seckill_id'],
  ['拼团', 'combination_id'],
  ['砍价', 'bargain_id'],
] as const

/** Whoever brought a customer by a link (推广员) has a number among the customers, not among the staff. */
export function originOf(order: CrmebOrder): Pick<ShopOrder, 'store' | 'staff' | 'scene' | 'campaign'> {
  const spreader = wordOf(order.spread_uid)
  // Here 0 is a channel.
  const channel = ['0', 0].some((none) => none === order.is_channel) ? '0' : wordOf(order.is_channel)
  const [campaign] = CAMPAIGNS.flatMap(([name, field]) => {
    const id = wordOf(order[field])
    return id === undefined ? [] : [`${name} ${id}`]
  })
  return {
    store: wordOf(order.store_id),
    staff: wordOf(order.staff_id, order.clerk_id) ?? (spreader === undefined ? undefined : `推广员 ${spreader}`),
    scene: channel === undefined ? undefined : (CHANNELS[channel] ?? channel),
    campaign,
  }
}

const backOf = (one: CrmebOrder): boolean => numberOf(one.refund_status) === ALL_BACK

/** There is no product id: what tells goods apart is their name and spec. */
const skuOf = (name: string, spec: string): string => (spec === '' ? name : `${name}/${spec}`).slice(0, 100)

const itemsOf = (one: CrmebOrder): ShopOrder['items'] =>
  one.items.map((item) => {
    const [name, spec] = [textOf(item.store_name) || '商品', textOf(item.suk)]
    const lineId = textOf(item.cart_id)
    return {
      sku: skuOf(name, spec),
      name: spec === '' ? name : `${name} ${spec}`,
      quantity: Math.max(1, numberOf(item.cart_num)),
      priceFen: fenOf(item.price),
      ...(lineId === '' ? {} : { lineId }),
    }
  })

/** Refund orders that were paid back. */
export const paidBack = (refunds: readonly CrmebRefund[]): NonNullable<ShopOrder['refunds']> =>
  refunds
    .filter((one) => numberOf(one.refund_type) === PAID_BACK && fenOf(one.refunded_price) > 0)
    .map((one) => {
      const at = instantOf(one.refunded_time)
      return { refundId: textOf(one.order_id), fen: fenOf(one.refunded_price), ...(at === undefined ? {} : { at }) }
    })

/** Refund orders that were paid back, each once; of a part that came back without one that we can see, what its goods cost. */
function refundsOf(
  { order, parts, refunds }: CrmebWhole,
  seen: ReadonlyMap<string, number>,
): NonNullable<ShopOrder['refunds']> {
  const done = paidBack(refunds)
  if (done.length > 0) return done
  return (parts.length > 0 ? parts : [order]).flatMap((one) => {
    const state = numberOf(one.refund_status)
    if (state !== ALL_BACK && state !== PART_BACK) return []
    const goods = one.items.reduce((sum, item) => sum + fenOf(item.price) * numberOf(item.refund_num), 0)
    const fen = state === ALL_BACK ? fenOf(one.pay_price) : Math.min(goods, fenOf(one.pay_price))
    const at = seen.get(`back/${textOf(one.order_id)}`)
    return fen === 0 ? [] : [{ refundId: `of ${textOf(one.order_id)}`, fen, ...(at === undefined ? {} : { at }) }]
  })
}
