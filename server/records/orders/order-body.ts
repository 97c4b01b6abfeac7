import Type, { type Static } from 'typebox'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { plainText } from '../../core/kernel/plain-text.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { checkedBody, instantOf, invalidBody } from '../../engine/http/checked-body.ts'
import { GivenCustomer, type NamedCustomer, namedCustomer } from '../customers/given-customer.ts'
import { ORIGIN_FIELDS, type OrderOrigin, originOf } from './order-origin.ts'
import { Fen, Instant, Maybe, NotEmpty, WHOLE_FIELDS, type Whole, wholeOf } from './whole-body.ts'

export const OrderStatus = Type.Union([
  Type.Literal('created'),
  Type.Literal('paid'),
  Type.Literal('refunded'),
  Type.Literal('closed'),
])
export type OrderStatus = Static<typeof OrderStatus>

const Line = Type.Number({ minimum: -1_000_000, maximum: 1_000_000 })

const OrderCustomer = Type.Optional(
  Type.Intersect([
    GivenCustomer,
    Type.Union([Type.Object({ shopUserId: Maybe(Type.String({ maxLength: 64 })) }), Type.Null()]),
  ]),
)

/** Body of POST /api/orders. Money in fen. Empty and null are absent. */
export const OrderBody = Type.Object({
  orderId: NotEmpty(100),
  status: OrderStatus,
  /** Without any of the three the order is kept and belongs to nobody. `shopUserId`: the shop's own number of its buyer, by which
   *  a person may say who that is. */
  customer: OrderCustomer,
  /** What the order is worth; with `refunded` and without a version, what came back: less than that, and the rest stands. */
  totalFen: Fen,
  paidAt: Instant,
  createdAt: Instant,
  /** When it came to this status; absent: `paidAt`, or now. */
  at: Instant,
  /** Of one refund among several: then `totalFen` is what came back by this one, else by all until now. */
  refundId: Maybe(Type.String({ maxLength: 100 })),
  items: Maybe(
    Type.Array(
      Type.Object({
        sku: Maybe(Type.String({ maxLength: 100 })),
        name: NotEmpty(500),
        quantity: Line,
        priceFen: Type.Integer({ minimum: -100_000_000_000, maximum: 100_000_000_000 }),
        category: Maybe(Type.String({ maxLength: 60 })),
        /** The shop's number of this line, where it has one; refunds name it. */
        lineId: Maybe(Type.String({ maxLength: 100 })),
      }),
      { maxItems: 500 },
    ),
  ),
  source: NotEmpty(60),
  /** From which store, whose hand, which channel and campaign it came, in the shop's own words. */
  ...ORIGIN_FIELDS,
  ...WHOLE_FIELDS,
})

export interface OrderItem {
  sku: string
  name: string
  quantity: number
  priceFen: number
  category?: string
  lineId?: string
}

/** An order message as the rest of the program knows it. */
export interface OrderMessage {
  orderId: string
  status: OrderStatus
  customer: NamedCustomer & { shopUserId?: string }
  totalFen: number
  /** UTC milliseconds, like all `…AtMs`. */
  paidAtMs: number | undefined
  createdAtMs: number | undefined
  /** When it came to this status, where that is told. */
  atMs: number | undefined
  /** Taken instead of now where it is not told; corrects nothing. */
  supposedAtMs: number | undefined
  refundId: string | undefined
  /** Of the order what has come back until now, where the message tells. */
  refundedFen: number | undefined
  items: OrderItem[]
  /** Lines that are no goods: discounts, nothing of something. */
  itemsLeftOut: number
  /** Undefined: whichever shop has this number. */
  source: string | undefined
  /** What a file of goods only, or of their names in one cell, has to say less about. */
  tells?: 'goods' | 'summary' | undefined
  /** Undefined: nothing is told of where it came from. */
  origin?: OrderOrigin | undefined
  /** The whole order, where the message tells it; else it is a piece of news. */
  whole: Whole | undefined
}

const ABOUT = { what: 'orders', zh: '订单' }

/** Clocks differ; a day is no clock any more. */
const AHEAD_MS = DAY_MS

/** Checks one order. Throws orders.invalid (400) naming fields, never their values. */
export function parseOrder(value: unknown, nowMs: number): OrderMessage {
  const body = checkedBody(OrderBody, value, ABOUT)
  const readInstant = (written: unknown, field: string): number | undefined => {
    if ((typeof written !== 'string' && typeof written !== 'number') || written === '') return undefined
    const instantMs = instantOf(written, { field, ...ABOUT })
    if (instantMs <= nowMs + AHEAD_MS) return instantMs
    throw invalidBody([`${field} is in the future`], ABOUT)
  }
  const instant = (field: 'paidAt' | 'createdAt' | 'at'): number | undefined => readInstant(body[field], `/${field}`)
  const refuse = (fault: string): never => {
    throw invalidBody([fault], ABOUT)
  }
  const word = (written: string | null | undefined, field: string, most: number): string => {
    const text = plainText(written ?? '')
    // Some letters become many.
    return text.length <= most ? text : refuse(`${field} must not have more than ${most} characters`)
  }
  const needed = (written: string, field: string, most = 100): string =>
    word(written, field, most) || refuse(`${field} must not be blank`)
  const orderId = needed(body.orderId, '/orderId')
  const source = needed(body.source, '/source', 60)
  const whole = wholeOf(body, { instant: readInstant, number: needed, refuse })
  const alone = (['refunds', 'payments', 'parcels'] as const).filter(
    (field) => (body[field] ?? undefined) !== undefined,
  )
  if (whole === undefined && alone.length > 0) {
    throw invalidBody(
      alone.map((field) => `/${field} needs /version: only the whole order has them`),
      ABOUT,
    )
  }
  const shopUserId = word(body.customer?.shopUserId, '/customer/shopUserId', 64)
  const lines = body.items ?? []
  const items = lines.flatMap((item) => goodsOf(item) ?? [])
  return {
    orderId,
    status: body.status,
    customer: { ...namedCustomer(body.customer), ...(shopUserId === '' ? {} : { shopUserId }) },
    totalFen: body.totalFen,
    paidAtMs: instant('paidAt'),
    createdAtMs: instant('createdAt'),
    atMs: instant('at'),
    supposedAtMs: undefined,
    refundId: word(body.refundId, '/refundId', 100) || undefined,
    refundedFen: body.refundedFen ?? undefined,
    items,
    itemsLeftOut: lines.length - items.length,
    source,
    origin: originOf(body),
    whole,
  }
}

/** A name keeps what joins its emoji. */
const cleaned = (name: string): string =>
  maskPhones(
    name
      .toWellFormed()
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim(),
  )

/** One line as goods, without the phones that a top-up or a note has in its name. Half a kilo is one piece that says so, at the price of the line; undefined for what is no goods. */
export function goodsOf(line: {
  sku?: string | null | undefined
  name: string
  quantity: number
  priceFen: number
  category?: string | null | undefined
  lineId?: string | null | undefined
}): OrderItem | undefined {
  const { quantity, priceFen } = line
  const name = cleaned(line.name)
  if (quantity <= 0 || priceFen < 0 || name === '') return undefined
  const category = cleaned(line.category ?? '').slice(0, 60)
  const sku = maskPhones(plainText(line.sku ?? '')).slice(0, 100) || name.slice(0, 100)
  const lineId = plainText(line.lineId ?? '').slice(0, 100)
  const isWhole = Number.isInteger(quantity)
  return {
    sku,
    name: isWhole ? name : `${name} ×${quantity}`,
    quantity: isWhole ? quantity : 1,
    priceFen: isWhole ? priceFen : Math.round(priceFen * quantity),
    ...(category === '' ? {} : { category }),
    ...(lineId === '' ? {} : { lineId }),
  }
}
