import Type, { type Static } from 'typebox'
import { under, wordOf } from '../said-words.ts'
import type { ShopOrder } from '../shop-connection.ts'

const Any = Type.Union([Type.String(), Type.Number(), Type.Null()])
const Maybe = Type.Optional(Any)
const Needed = Type.Union([Type.String({ minLength: 1 }), Type.Number()])
const Times = Type.Optional(Type.Union([Type.String(), Type.Null()]))

const Whatever = Type.Optional(Type.Unknown())

const Line = Type.Object({
  oid: Maybe,
  title: Maybe,
  num: Maybe,
  price: Maybe,
  payment: Maybe,
  outer_sku_id: Maybe,
  outer_item_id: Maybe,
  item_id: Maybe,
})

/** Of the list and of the detail; addresses and phones, sealed or not, are left alone. */
export const YouzanOrder = Type.Object({
  order_info: Type.Object({
    tid: Type.String({ minLength: 1 }),
    status: Type.String(),
    refund_state: Maybe,
    created: Type.String(),
    update_time: Type.String(),
    pay_time: Times,
    consign_time: Times,
    success_time: Times,
    order_extra: Whatever,
    channel_info: Whatever,
    offline_id: Whatever,
    node_kdt_id: Whatever,
    root_kdt_id: Whatever,
  }),
  source_info: Whatever,
  channel_info: Whatever,
  buyer_info: Type.Optional(Type.Union([Type.Object({ yz_open_id: Maybe }), Type.Null()])),
  pay_info: Type.Object({
    payment: Needed,
    transaction: Type.Optional(Type.Union([Type.Array(Any), Type.Null()])),
  }),
  orders: Type.Array(Line, { maxItems: 500 }),
})
export type YouzanOrder = Static<typeof YouzanOrder>

export const YouzanRefund = Type.Object({
  refund_id: Needed,
  tid: Maybe,
  refund_fee: Maybe,
  status: Maybe,
  modified: Times,
})
export type YouzanRefund = Static<typeof YouzanRefund>

const textOf = (value: string | number | null | undefined): string => String(value ?? '').trim()
const numberOf = (value: string | number | null | undefined): number => {
  const number = Number(value ?? 0)
  return Number.isFinite(number) ? number : 0
}
/** Yuan as text. */
const fenOf = (yuan: string | number | null | undefined): number => Math.round(numberOf(yuan) * 100)
/** `2026-11-28 10:00:09` in Shanghai. */
export function instantOf(text: string | null | undefined): number | undefined {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})$/.exec((text ?? '').trim()) ?? []
  const atMs = day === undefined ? Number.NaN : Date.parse(`${day}T${time}+08:00`)
  return Number.isNaN(atMs) ? undefined : atMs
}

const PAID = new Set([
  'TRADE_PAID',
  'WAIT_CONFIRM',
  'WAIT_SELLER_SEND_GOODS',
  'WAIT_BUYER_CONFIRM_GOODS',
  'TRADE_SUCCESS',
])
const ALL_BACK = 12
/** In progress: they pass. */
const PASSING = new Set([1, 11])
const isPaidBack = ({ status }: YouzanRefund): boolean => textOf(status).toUpperCase().endsWith('SUCCESS')

export const isPassing = ({ order_info }: YouzanOrder): boolean => PASSING.has(numberOf(order_info.refund_state))
export const mayHaveRefunds = ({ order_info }: YouzanOrder): boolean => numberOf(order_info.refund_state) > 0

/** The order as it stands. `parcels`: numbers found in its deliveries; `promotion`: what the detail says of what was taken off. Source: shops.md §2.2 [6][7][8]. */
export function youzanOrder(
  order: YouzanOrder,
  refunds: readonly YouzanRefund[],
  { parcels, promotion }: { parcels: readonly string[]; promotion?: unknown },
): ShopOrder {
  const { order_info: info, pay_info, orders } = order
  const paidAt = instantOf(info.pay_time)
  const updatedAt = instantOf(info.update_time) ?? 0
  const isAllBack = numberOf(info.refund_state) === ALL_BACK
  const status = isAllBack
    ? 'refunded'
    : info.status === 'TRADE_CLOSED'
      ? 'closed'
      : PAID.has(info.status) || paidAt !== undefined
        ? 'paid'
        : 'created'
  const totalFen = fenOf(pay_info.payment)
  const done = refunds.filter(isPaidBack)
  const transaction = textOf(pay_info.transaction?.[0])
  const createdAt = instantOf(info.created)
  const shippedAt = instantOf(info.consign_time)
  const signedAt = instantOf(info.success_time)
  return {
    orderId: info.tid,
    // Whole seconds: of two snapshots of one the one that knows more refunds is the newer.
    version: updatedAt + Math.min(999, done.length),
    status,
    totalFen,
    createdAt,
    paidAt,
    at: status === 'paid' ? paidAt : status === 'created' ? createdAt : updatedAt || undefined,
    refunds: done.map((one) => {
      const at = instantOf(one.modified)
      return { refundId: textOf(one.refund_id), fen: fenOf(one.refund_fee), ...(at === undefined ? {} : { at }) }
    }),
    payments:
      paidAt !== undefined && transaction !== ''
        ? [{ paymentId: transaction, fen: totalFen, at: paidAt, way: '有赞' }]
        : [],
    parcels: parcels.map((number) => ({
      number,
      ...(shippedAt === undefined ? {} : { shippedAt }),
      ...(signedAt === undefined ? {} : { signedAt }),
    })),
    items: orders.map((line) => {
      const quantity = Math.max(1, numberOf(line.num))
      const lineId = textOf(line.oid)
      return {
        sku: textOf(line.outer_sku_id) || textOf(line.outer_item_id) || textOf(line.item_id),
        name: textOf(line.title) || '商品',
        quantity,
        // `payment` is of the line, after all that was taken off.
        priceFen: Math.round(fenOf(line.payment ?? line.price) / (line.payment === undefined ? 1 : quantity)),
        ...(lineId === '' ? {} : { lineId }),
      }
    }),
    ...originOf(order, promotion),
    buyer: { shopUserId: textOf(order.buyer_info?.yz_open_id) || undefined },
  }
}

/** Of a chain the branch has a number of its own beside the head's. Where these stand no page says for sure. */
function originOf(
  { order_info: info, source_info, channel_info }: YouzanOrder,
  promotion: unknown,
): Pick<ShopOrder, 'store' | 'staff' | 'scene' | 'campaign'> {
  const branch = wordOf(info.node_kdt_id)
  const offers = under(promotion, 'order')
  const [offer] = Array.isArray(offers) ? (offers as unknown[]) : []
  return {
    store: wordOf(info.offline_id) ?? (branch === wordOf(info.root_kdt_id) ? undefined : branch),
    staff: wordOf(under(info.order_extra, 'sales_guide'), under(info.order_extra, 'service_guide')),
    scene: wordOf(
      ...[under(channel_info, 'entrance'), under(info.channel_info, 'entrance')],
      ...[under(source_info, 'source', 'wx_entrance'), under(source_info, 'source', 'platform')],
    ),
    campaign: wordOf(under(offer, 'promotion_title'), under(offer, 'promotion_type_name')),
  }
}
