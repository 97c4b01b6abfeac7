import Type, { type Static } from 'typebox'

/** Numbers may arrive as numbers or as texts. */
const Any = Type.Union([Type.String(), Type.Number(), Type.Null()])
const Maybe = Type.Optional(Any)
const Needed = Type.Union([Type.String({ minLength: 1 }), Type.Number()])

const Whatever = Type.Optional(Type.Unknown())

export const CrmebItem = Type.Object({
  cart_id: Maybe,
  store_name: Maybe,
  suk: Maybe,
  price: Maybe,
  cart_num: Maybe,
  surplus_num: Maybe,
  refund_num: Maybe,
})

/** Of the list and of the detail; the receiver, who may be anybody, is left alone. */
export const CrmebOrder = Type.Object({
  id: Needed,
  pid: Maybe,
  order_id: Needed,
  trade_no: Maybe,
  uid: Maybe,
  pay_price: Needed,
  paid: Needed,
  pay_time: Maybe,
  add_time: Needed,
  status: Needed,
  refund_status: Maybe,
  delivery_type: Maybe,
  delivery_name: Maybe,
  delivery_id: Maybe,
  pay_type_name: Maybe,
  // Columns of the shop's own table: whether its interface gives them no page says.
  store_id: Whatever,
  staff_id: Whatever,
  clerk_id: Whatever,
  spread_uid: Whatever,
  is_channel: Whatever,
  seckill_id: Whatever,
  combination_id: Whatever,
  bargain_id: Whatever,
  items: Type.Array(CrmebItem, { maxItems: 500 }),
})
export type CrmebOrder = Static<typeof CrmebOrder>
export const CrmebOrders = Type.Object({ list: Type.Array(CrmebOrder) })

export const CrmebRefund = Type.Object({
  order_id: Needed,
  refund_type: Maybe,
  refunded_price: Maybe,
  refunded_time: Maybe,
  is_cancel: Maybe,
  order: Type.Optional(Type.Union([Type.Object({ id: Maybe, order_id: Maybe }), Type.Null()])),
})
export type CrmebRefund = Static<typeof CrmebRefund>
export const CrmebRefunds = Type.Object({ list: Type.Array(CrmebRefund) })

/** Nested once more than the others. */
export const CrmebUser = Type.Object({ data: Type.Object({ phone: Maybe, integral: Maybe }) })
export type CrmebUser = Static<typeof CrmebUser>

export const textOf = (value: string | number | null | undefined): string => String(value ?? '').trim()
export const numberOf = (value: string | number | null | undefined): number => {
  const number = Number(value ?? 0)
  return Number.isFinite(number) ? number : 0
}
/** Yuan as text or number. */
export const fenOf = (yuan: string | number | null | undefined): number => Math.round(numberOf(yuan) * 100)
/** Unix seconds; 0 and absent are none. */
export const instantOf = (seconds: string | number | null | undefined): number | undefined =>
  numberOf(seconds) > 0 ? numberOf(seconds) * 1_000 : undefined
