import { createHash } from 'node:crypto'
import { encrypt, getSignature } from '@wecom/crypto'
import type { Clock } from '../../server/core/kernel/clock.ts'
import { wechatShopAccount } from '../credentials.ts'
import { createSeededRandom } from '../random.ts'
import { createCouponDesk } from './coupon-desk.ts'
import { createChance, type Manners, UNKIND } from './manners.ts'
import { type Origin, originAt, packedBy } from './origins.ts'
import { createPushes, type Push } from './pushes.ts'
import { json, perhapsLost, perhapsWrong, type ShopReply, type ShopRequest } from './shop-answer.ts'
import { createShopTokens } from './tokens-of-shop.ts'

export interface ShopLine {
  sku: string
  name: string
  quantity: number
  /** Of one piece. */
  priceFen: number
}

export interface Bought {
  unionId: string | undefined
  lines: readonly ShopLine[]
}

export interface PastOrder extends Bought {
  /** When it was paid and received, UTC milliseconds. */
  atMs: number
}

interface Aftersale {
  id: string
  fen: number
  line: ShopLine & { skuId: string }
  count: number
  status: string
  atMs: number
}

export interface DoubleOrder {
  orderId: string
  unionId: string | undefined
  status: number
  createdMs: number
  updatedMs: number
  paidMs: number | undefined
  totalFen: number
  lines: (ShopLine & { skuId: string })[]
  parcels: { number: string; company: string; atMs: number }[]
  signedMs: number | undefined
  aftersales: Aftersale[]
  origin: Origin
}

const WEEK_SEC = 7 * 86_400
const PAGE = 100
/** Numbers are of 19 digits and begin so. */
const FIRST_ORDER = 3_700_000_000_000_000_000n
const COUPON_ERRCODES = { given: 0, unknown: 10021001, 'sold-out': 10021002, limit: 10021004 } as const
const BUSY = { errcode: -1, errmsg: 'system error' }
const sec = (ms: number): number => Math.floor(ms / 1_000)

/** 微信小店 on your desk: its interfaces, its pushes, and the people who buy. Source: shops.md §3 and payloads/wechat-shop.json. */
export function createWechatShopDouble(options: {
  clock: Clock
  /** Base URL of Huoshui with the shop's path: `http://127.0.0.1:3000/shops/muye`. */
  target: () => string | undefined
  seed?: number
  manners?: Partial<Manners>
}) {
  const { clock, target, seed = 1 } = options
  let manners: Manners = { ...UNKIND, ...options.manners }
  const chance = createChance(seed)
  const random = createSeededRandom(seed)
  const tokens = createShopTokens({ clock, random, lifeSec: 7_200 })
  const orders = new Map<string, DoubleOrder>()
  const aftersales = new Map<string, { order: DoubleOrder; aftersale: Aftersale }>()
  const coupons = createCouponDesk({ clock, lagMs: () => manners.readLagMs })
  let pushesOfCoupons = 0
  let areCouponsAway = false
  let noOfCoupons: number | undefined
  const pushes = createPushes({
    chance,
    manners: () => manners,
    target,
    isTaken: (status, body) => status === 200 && body === 'success',
  })

  /** Order numbers stand in events as bare numbers, beyond what JSON.parse can hold. */
  function push(event: string, fields: string): void {
    const plain = `{"ToUserName":"gh_sandbox0001","FromUserName":"oSANDBOX","CreateTime":${sec(clock.now())},"MsgType":"event","Event":"${event}",${fields}}`
    pushes.send((): Push => {
      const { token, aesKey, appid } = wechatShopAccount
      const sealed = encrypt(aesKey, plain, appid)
      const timestamp = String(sec(clock.now()))
      const nonce = random.hex(10)
      const signature = getSignature(token, timestamp, nonce, sealed)
      const query = `signature=${getSignature(token, timestamp, nonce, '')}&timestamp=${timestamp}&nonce=${nonce}&openid=oSANDBOX&encrypt_type=aes&msg_signature=${signature}`
      const body = JSON.stringify({ ToUserName: 'gh_sandbox0001', Encrypt: sealed })
      return { method: 'POST', path: `?${query}`, headers: { 'content-type': 'application/json' }, body }
    })
  }
  const people = wechatShopPeople({ clock, orders, aftersales, push })

  function list(body: Record<string, unknown>): ShopReply {
    const range = (body.update_time_range ?? body.create_time_range) as
      | { start_time?: number; end_time?: number }
      | undefined
    const { start_time: from = 0, end_time: to = 0 } = range ?? {}
    if (range === undefined || to < from || to - from > WEEK_SEC)
      return json({ errcode: 10020051, errmsg: 'bad time range' })
    const of = (order: DoubleOrder): number =>
      sec(body.update_time_range === undefined ? order.createdMs : order.updatedMs)
    const found = [...orders.values()].filter((order) => of(order) >= from && of(order) <= to)
    const at = Number(String(body.next_key ?? '').replace(/^K/, '') || 0)
    const wanted = Math.min(PAGE, Number(body.page_size ?? 10))
    const size = chance(manners.partPages, 'part') ? Math.max(1, Math.floor(wanted / 3)) : wanted
    const page = found.slice(at, at + size)
    const hasMore = at + size < found.length
    return json({
      errcode: 0,
      errmsg: 'ok',
      order_id_list: page.map(({ orderId }) => orderId),
      next_key: hasMore ? `K${at + size}` : 'K',
      has_more: hasMore,
    })
  }

  function answer(path: string, body: Record<string, unknown>): ShopReply {
    if (path === '/channels/ec/order/list/get') return list(body)
    if (path === '/channels/ec/order/get') {
      const order = orders.get(String(body.order_id))
      const isSeen = order !== undefined && order.createdMs + manners.readLagMs <= clock.now()
      return order === undefined || !isSeen
        ? json({ errcode: 10020050, errmsg: 'order not found' })
        : json({ errcode: 0, errmsg: 'ok', order: orderJson(order, clock.now()) })
    }
    if (path === '/channels/ec/aftersale/getaftersaleorder') {
      const found = aftersales.get(String(body.after_sale_order_id))
      return found === undefined
        ? json({ errcode: 10020204, errmsg: 'after sale not found' })
        : json({ errcode: 0, errmsg: 'ok', after_sale_order: aftersaleJson(found) })
    }
    if (areCouponsAway && path.startsWith('/channels/ec/coupon/'))
      return { status: 503, contentType: 'text/plain', body: 'down' }
    if (noOfCoupons !== undefined && path.startsWith('/channels/ec/coupon/'))
      return json({ errcode: noOfCoupons, errmsg: '…' })
    if (path === '/channels/ec/coupon/get_user_coupon_list') {
      const [page, size] = [Number(body.page), Number(body.page_size)]
      const shown = coupons.listed(String(body.openid)).slice((page - 1) * size, page * size)
      const user_coupon_list = shown.map(({ id, coupon }) => ({ user_coupon_id: id, coupon_id: Number(coupon) }))
      return json({ errcode: 0, errmsg: 'ok', user_coupon_list, page_ctx: `P${page}` })
    }
    if (path === '/channels/ec/coupon/push') {
      pushesOfCoupons += 1
      const given = (): ShopReply => {
        const errcode = knows(String(body.openid))
          ? COUPON_ERRCODES[coupons.give(String(body.openid), String(body.coupon_id))]
          : 40003
        return json({ errcode, errmsg: errcode === 0 ? 'ok' : '…' })
      }
      return perhapsLost(given, { chance, manners })
    }
    return json({ errcode: 48001, errmsg: 'api unauthorized' })
  }
  /** Whoever has bought here. */
  const knows = (openid: string): boolean => [...orders.values()].some(({ unionId }) => openId(unionId) === openid)

  return {
    ...people,
    account: wechatShopAccount,
    coupons: {
      make: coupons.make,
      /** By union id. */
      heldBy: (unionId: string): string[] => coupons.heldBy(openId(unionId)),
      /** The interfaces of coupons alone answer nobody. */
      away: (isAway: boolean): void => {
        areCouponsAway = isAway
      },
      /** They say no to whoever asks, with this errcode; undefined: not any more. */
      refuse: (errcode: number | undefined): void => {
        noOfCoupons = errcode
      },
      /** How often somebody asked to give one. */
      asked: (): number => pushesOfCoupons,
    },
    orders: (): readonly DoubleOrder[] => [...orders.values()],
    orderOf: (orderId: string): DoubleOrder | undefined => orders.get(orderId),
    manners: (): Readonly<Manners> => manners,
    setManners: (next: Partial<Manners>): void => {
      manners = { ...manners, ...next }
    },
    tokens,
    pushLog: pushes.log,
    settle: pushes.settle,
    /** One call of the platform's interfaces. */
    handle: ({ path, query, body }: ShopRequest): ShopReply => {
      const fields = JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>
      if (path === '/cgi-bin/stable_token') {
        const isKnown = fields.appid === wechatShopAccount.appid && fields.secret === wechatShopAccount.secret
        if (!isKnown) return json({ errcode: 40125, errmsg: 'invalid appsecret' })
        const { value, expiresInSec } = tokens.fetch(fields.force_refresh === true)
        return json({ access_token: value, expires_in: expiresInSec })
      }
      if (chance(manners.expiredTokens, 'token')) tokens.expire()
      if (!tokens.isGood(query.access_token)) return json({ errcode: 42001, errmsg: 'access_token expired' })
      return perhapsWrong(() => answer(path, fields), {
        chance,
        manners,
        busy: BUSY,
        // Of a gift it would say that it was given.
        withoutField: path === '/channels/ec/coupon/push' ? BUSY : { errcode: 0, errmsg: 'ok' },
      })
    },
  }
}
export type WechatShopDouble = ReturnType<typeof createWechatShopDouble>

/** What buyers and the shop's people do. */
function wechatShopPeople({
  clock,
  orders,
  aftersales,
  push,
}: {
  clock: Clock
  orders: Map<string, DoubleOrder>
  aftersales: Map<string, { order: DoubleOrder; aftersale: Aftersale }>
  push: (event: string, fields: string) => void
}) {
  let made = 0
  const pushOrder = (event: string, order: DoubleOrder, more = ''): void =>
    push(event, `"order_info":{"order_id":${order.orderId}${more}}`)

  function begin({ unionId, lines }: Bought, atMs: number): DoubleOrder {
    made += 1
    return {
      orderId: String(FIRST_ORDER + BigInt(made)),
      unionId,
      status: 10,
      createdMs: atMs,
      updatedMs: atMs,
      paidMs: undefined,
      totalFen: lines.reduce((sum, line) => sum + line.priceFen * line.quantity, 0),
      lines: lines.map((line, index) => ({ ...line, skuId: `2000${made}${index}` })),
      parcels: [],
      signedMs: undefined,
      aftersales: [],
      origin: originAt(made, [2, 3, 5]),
    }
  }

  function held(orderId: string): DoubleOrder {
    const order = orders.get(orderId)
    if (order === undefined) throw new Error(`the shop has no order ${orderId}`)
    order.updatedMs = clock.now()
    return order
  }

  return {
    buy: (bought: Bought): string => {
      const order = begin(bought, clock.now())
      const { orderId } = order
      orders.set(orderId, order)
      pushOrder('channels_ec_order_new', order)
      return orderId
    },
    /** An order of before, received and long told of: nothing is pushed. */
    boughtBefore: ({ unionId, lines, atMs }: PastOrder): string => {
      const order = { ...begin({ unionId, lines }, atMs), status: 100, paidMs: atMs, signedMs: atMs }
      orders.set(order.orderId, order)
      return order.orderId
    },
    pay: (orderId: string): void => {
      const order = held(orderId)
      Object.assign(order, { status: 20, paidMs: clock.now() })
      pushOrder('channels_ec_order_pay', order, `,"pay_time":${sec(clock.now())}`)
    },
    cancel: (orderId: string): void => {
      const order = held(orderId)
      order.status = 250
      pushOrder('channels_ec_order_cancel', order, ',"cancel_type":1')
    },
    ship: (orderId: string, parcel: { number: string; company: string }): void => {
      const order = held(orderId)
      order.parcels.push({ ...parcel, atMs: clock.now() })
      order.status = 30
      order.origin = packedBy(Number(orderId.slice(-6)), order.origin)
      pushOrder('channels_ec_order_deliver', order, ',"finish_delivery":1')
    },
    sign: (orderId: string): void => {
      const order = held(orderId)
      Object.assign(order, { status: 100, signedMs: clock.now() })
      pushOrder('channels_ec_order_confirm', order, ',"confirm_type":1')
    },
    /** Money back for the first line of which any is left; default: all that is left of the order. */
    refund: (orderId: string, fen?: number): void => {
      const order = held(orderId)
      const back = order.aftersales.reduce((sum, one) => sum + one.fen, 0)
      const [line] = order.lines
      if (line === undefined) throw new Error('an order without goods')
      const amount = Math.min(fen ?? order.totalFen, order.totalFen - back)
      const id = String(1_000_000 + aftersales.size)
      const isWhole = back + amount >= order.totalFen
      const aftersale = {
        id,
        fen: amount,
        line,
        count: isWhole ? line.quantity : 0,
        status: 'MERCHANT_REFUND_SUCCESS',
        atMs: clock.now(),
      }
      order.aftersales.push(aftersale)
      aftersales.set(id, { order, aftersale })
      if (isWhole) order.status = 200
      push(
        'channels_ec_aftersale_update',
        `"finder_shop_aftersale_status_update":{"status":"${aftersale.status}","after_sale_order_id":"${id}","order_id":"${orderId}"}`,
      )
    },
  }
}

const openId = (unionId: string | undefined): string =>
  unionId === undefined ? '' : `o${createHash('sha1').update(unionId).digest('hex').slice(0, 27)}`

/** Who shared the goods the shop finds out a while after they were bought. */
const SHARER_FOUND_MS = 30_000
const sharerJson = (staff: string | null, isFound: boolean): object | null =>
  staff === null
    ? null
    : { sharer_openid: '', sharer_unionid: isFound ? staff : '', sharer_type: 1, handling_progress: isFound ? 1 : 0 }

function orderJson(order: DoubleOrder, nowMs: number): object {
  const { orderId, status, unionId, createdMs, updatedMs, paidMs, lines, parcels } = order
  return {
    order_id: orderId,
    status,
    openid: openId(unionId),
    unionid: unionId ?? '',
    create_time: sec(createdMs),
    update_time: sec(updatedMs),
    is_present: false,
    aftersale_detail: {
      on_aftersale_order_cnt: 0,
      aftersale_order_list: order.aftersales.map(({ id }) => ({ aftersale_order_id: id, status: 0 })),
    },
    order_detail: {
      product_infos: lines.map((line) => ({
        product_id: `1000${line.skuId}`,
        sku_id: line.skuId,
        sku_cnt: line.quantity,
        sale_price: line.priceFen,
        real_price: line.priceFen,
        title: line.name,
        sku_code: line.sku,
        sku_attrs: [],
        on_aftersale_sku_cnt: 0,
        finish_aftersale_sku_cnt: 0,
      })),
      pay_info:
        paidMs === undefined
          ? {}
          : { prepay_id: 'wx', prepay_time: sec(paidMs), pay_time: sec(paidMs), transaction_id: `42${orderId}` },
      price_info: { product_price: order.totalFen, order_price: order.totalFen, freight: 0, is_discounted: false },
      delivery_info: {
        address_info: { user_name: '测**', tel_number: '199****0001', detail_info: '****', use_tel_number: 1 },
        delivery_product_info: parcels.map((one) => ({
          waybill_id: one.number,
          delivery_id: one.company,
          delivery_name: one.company,
          delivery_time: sec(one.atMs),
        })),
      },
      ext_info: {
        ...(order.signedMs === undefined ? {} : { confirm_receipt_time: sec(order.signedMs) }),
        ...(order.origin.scene === undefined ? {} : { order_scene: order.origin.scene }),
      },
      ...(order.origin.staff === undefined
        ? {}
        : { sharer_info: sharerJson(order.origin.staff, nowMs >= createdMs + SHARER_FOUND_MS) }),
    },
  }
}

const aftersaleJson = ({ order, aftersale }: { order: DoubleOrder; aftersale: Aftersale }): object => ({
  after_sale_order_id: aftersale.id,
  status: aftersale.status,
  order_id: order.orderId,
  openid: openId(order.unionId),
  unionid: order.unionId ?? '',
  type: 'REFUND',
  refund_info: { amount: aftersale.fen, refund_reason: 1 },
  product_info: { product_id: `1000${aftersale.line.skuId}`, sku_id: aftersale.line.skuId, count: aftersale.count },
  create_time: sec(aftersale.atMs),
  update_time: sec(aftersale.atMs),
})
