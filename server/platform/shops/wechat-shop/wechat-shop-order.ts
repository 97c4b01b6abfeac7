import Type, { type Static } from 'typebox'
import { under, wordOf } from '../said-words.ts'
import type { ShopOrder } from '../shop-connection.ts'

const Text = Type.Union([Type.String(), Type.Number(), Type.Null()])
const Maybe = Type.Optional(Text)
/** Numbers may come as texts. */
const Whole = Type.Optional(Type.Union([Type.Integer(), Type.String({ pattern: '^\\d{1,15}$' }), Type.Null()]))

const Product = Type.Object({
  product_id: Maybe,
  sku_id: Maybe,
  sku_cnt: Whole,
  sale_price: Whole,
  real_price: Whole,
  title: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  sku_code: Maybe,
  sku_attrs: Type.Optional(Type.Union([Type.Array(Type.Object({ attr_value: Maybe })), Type.Null()])),
  finish_aftersale_sku_cnt: Whole,
})

const Delivered = Type.Object({ waybill_id: Maybe, delivery_name: Maybe, delivery_id: Maybe, delivery_time: Whole })

/** What we read of an order; the rest, and all of the address, is left alone. */
export const WechatShopOrder = Type.Object({
  order_id: Type.String({ minLength: 1 }),
  status: Type.Union([Type.Integer(), Type.String({ pattern: '^\\d{1,5}$' })]),
  unionid: Maybe,
  openid: Maybe,
  is_present: Type.Optional(Type.Union([Type.Boolean(), Type.Number(), Type.Null()])),
  create_time: Whole,
  update_time: Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: '^\\d{1,15}$' })]),
  order_detail: Type.Object({
    product_infos: Type.Array(Product, { maxItems: 500 }),
    pay_info: Type.Optional(Type.Union([Type.Object({ pay_time: Whole, transaction_id: Maybe }), Type.Null()])),
    price_info: Type.Object({
      order_price: Type.Union([Type.Integer(), Type.String({ pattern: '^\\d{1,15}$' })]),
      freight: Whole,
    }),
    delivery_info: Type.Optional(
      Type.Union([
        Type.Object({ delivery_product_info: Type.Optional(Type.Union([Type.Array(Delivered), Type.Null()])) }),
        Type.Null(),
      ]),
    ),
    ext_info: Type.Optional(
      Type.Union([
        Type.Object({ confirm_receipt_time: Whole, order_scene: Type.Optional(Type.Unknown()) }),
        Type.Null(),
      ]),
    ),
    sharer_info: Type.Optional(Type.Unknown()),
  }),
  aftersale_detail: Type.Optional(
    Type.Union([
      Type.Object({
        aftersale_order_list: Type.Optional(
          Type.Union([Type.Array(Type.Object({ aftersale_order_id: Maybe, after_sale_order_id: Maybe })), Type.Null()]),
        ),
      }),
      Type.Null(),
    ]),
  ),
})
export type WechatShopOrder = Static<typeof WechatShopOrder>

export const WechatShopAftersale = Type.Object({
  after_sale_order_id: Type.Union([Type.String({ minLength: 1 }), Type.Number()]),
  order_id: Type.Union([Type.String({ minLength: 1 }), Type.Number()]),
  status: Type.String(),
  refund_info: Type.Optional(Type.Union([Type.Object({ amount: Whole }), Type.Null()])),
  product_info: Type.Optional(
    Type.Union([Type.Object({ sku_id: Maybe, product_id: Maybe, count: Whole }), Type.Null()]),
  ),
  update_time: Whole,
})
export type WechatShopAftersale = Static<typeof WechatShopAftersale>

const PAID = new Set([20, 21, 30, 100])
const CLOSED = new Set([190, 250])
const ALL_BACK = 200
const RECEIVED = 100
/** The money is on its way back to the customer for good. */
const MONEY_BACK = new Set(['MERCHANT_REFUND_SUCCESS', 'MERCHANT_RETURN_SUCCESS'])

const numberOf = (value: string | number | null | undefined): number => {
  const number = Number(value ?? 0)
  return Number.isFinite(number) ? number : 0
}
const textOf = (value: string | number | null | undefined): string => String(value ?? '').trim()
/** Seconds, 0 and absent being none. */
const instantOf = (seconds: string | number | null | undefined): number | undefined =>
  numberOf(seconds) > 0 ? numberOf(seconds) * 1_000 : undefined

export const aftersaleIdsOf = ({ aftersale_detail }: WechatShopOrder): string[] =>
  (aftersale_detail?.aftersale_order_list ?? []).flatMap((one) => {
    const id = textOf(one.aftersale_order_id ?? one.after_sale_order_id)
    return id === '' ? [] : [id]
  })

/** The order as it stands, with the after-sales that have been read. Of two snapshots of one second the one that knows more
 *  after-sales is the newer one. Source: shops.md §3 [17]. */
export function wechatShopOrder(order: WechatShopOrder, aftersales: readonly WechatShopAftersale[]): ShopOrder {
  const { order_detail: detail } = order
  const updatedSec = Math.max(numberOf(order.update_time), ...aftersales.map((one) => numberOf(one.update_time)))
  const standing = Number(order.status)
  const paidAt = instantOf(detail.pay_info?.pay_time)
  const at = instantOf(order.update_time)
  const totalFen = numberOf(detail.price_info.order_price)
  const status = CLOSED.has(standing)
    ? 'closed'
    : standing === ALL_BACK
      ? 'refunded'
      : PAID.has(standing) || paidAt !== undefined
        ? 'paid'
        : 'created'
  const wasPaid = status === 'paid' || status === 'refunded'
  const transaction = textOf(detail.pay_info?.transaction_id)
  return {
    orderId: order.order_id,
    version: updatedSec * 1_000 + Math.min(999, aftersales.length),
    status,
    totalFen,
    createdAt: instantOf(order.create_time),
    paidAt,
    at: status === 'paid' ? (paidAt ?? at) : status === 'created' ? instantOf(order.create_time) : at,
    refunds: refundsOf(aftersales),
    payments:
      wasPaid && transaction !== ''
        ? [{ paymentId: transaction, fen: totalFen, ...(paidAt === undefined ? {} : { at: paidAt }), way: '微信支付' }]
        : [],
    parcels: parcelsOf(order),
    items: itemsOf(order),
    staff: sharerOf(order),
    scene: sceneOf(order),
    // Of a gift the platform names who receives it, and not who has paid.
    buyer:
      order.is_present === true || order.is_present === 1
        ? {}
        : { unionId: textOf(order.unionid) || undefined, shopUserId: textOf(order.openid) || undefined },
  }
}

/** 分享员 of the shop; anybody may share goods, and is no staff. */
const SHOP_SHARER = '1'
const SCENES: Readonly<Record<string, string>> = {
  1: '其他',
  2: '直播间',
  3: '短视频',
  4: '商品分享',
  5: '商品橱窗主页',
  6: '公众号文章商品卡片',
}

function sharerOf({ order_detail: { sharer_info: sharer } }: WechatShopOrder): string | undefined {
  if (wordOf(under(sharer, 'sharer_type')) !== SHOP_SHARER) return undefined
  return wordOf(under(sharer, 'sharer_unionid'), under(sharer, 'sharer_openid'))
}

/** A new number of the platform's stays a number. */
function sceneOf({ order_detail: { ext_info } }: WechatShopOrder): string | undefined {
  const scene = wordOf(ext_info?.order_scene)
  return scene === undefined ? undefined : (SCENES[scene] ?? scene)
}

/** Who shared the goods is not known yet at the shop's side. */
export const isSharerOpen = ({ order_detail: { sharer_info: sharer } }: WechatShopOrder): boolean =>
  String(under(sharer, 'handling_progress')) === '0'

const refundsOf = (aftersales: readonly WechatShopAftersale[]): NonNullable<ShopOrder['refunds']> =>
  aftersales
    .filter(({ status }) => MONEY_BACK.has(status))
    .map(({ after_sale_order_id, refund_info, product_info, update_time }) => {
      const at = instantOf(update_time)
      const lineId = textOf(product_info?.sku_id) || textOf(product_info?.product_id)
      const fen = numberOf(refund_info?.amount)
      return {
        refundId: String(after_sale_order_id),
        fen,
        ...(at === undefined ? {} : { at }),
        ...(lineId === '' ? {} : { lines: [{ lineId, quantity: numberOf(product_info?.count), fen }] }),
      }
    })

function parcelsOf({
  status,
  update_time,
  order_detail: { delivery_info, ext_info },
}: WechatShopOrder): NonNullable<ShopOrder['parcels']> {
  // It stays when the money comes back afterwards.
  const signedAt =
    instantOf(ext_info?.confirm_receipt_time) ?? (Number(status) === RECEIVED ? instantOf(update_time) : undefined)
  return (delivery_info?.delivery_product_info ?? []).flatMap((one) => {
    const number = textOf(one.waybill_id)
    // Goods that are not sent have no number.
    if (number === '') return []
    const shippedAt = instantOf(one.delivery_time)
    return [
      {
        number,
        company: textOf(one.delivery_name) || textOf(one.delivery_id),
        ...(shippedAt === undefined ? {} : { shippedAt }),
        ...(signedAt === undefined ? {} : { signedAt }),
      },
    ]
  })
}

/** `real_price` is what was paid; whether for one piece or for all of the line no page says, so the sums decide. */
function itemsOf({ order_detail: { product_infos: products, price_info } }: WechatShopOrder): ShopOrder['items'] {
  const goodsFen = numberOf(price_info.order_price) - numberOf(price_info.freight)
  const sum = (of: (one: Static<typeof Product>) => number): number => products.reduce((all, one) => all + of(one), 0)
  const paid = (one: Static<typeof Product>): number => numberOf(one.real_price ?? one.sale_price)
  const count = (one: Static<typeof Product>): number => Math.max(1, numberOf(one.sku_cnt))
  const asLines = Math.abs(sum(paid) - goodsFen)
  const asPieces = Math.abs(sum((one) => paid(one) * count(one)) - goodsFen)
  const isOfLine = asLines < asPieces
  return products.map((one) => {
    const lineId = textOf(one.sku_id) || textOf(one.product_id)
    const spec = (one.sku_attrs ?? []).map(({ attr_value }) => textOf(attr_value)).filter((text) => text !== '')
    return {
      sku: textOf(one.sku_code) || lineId,
      name: [textOf(one.title) || '商品', ...spec].join(' '),
      quantity: count(one),
      priceFen: isOfLine ? Math.round(paid(one) / count(one)) : paid(one),
      ...(lineId === '' ? {} : { lineId }),
    }
  })
}
