import { createHash } from 'node:crypto'
import type { Clock } from '../../server/core/kernel/clock.ts'
import { createSeededRandom } from '../random.ts'
import { createChance, type Manners, UNKIND } from './manners.ts'
import { type Origin, originAt, packedBy } from './origins.ts'
import { createPushes } from './pushes.ts'
import { json, perhapsLost, perhapsWrong, type ShopReply, type ShopRequest } from './shop-answer.ts'
import { createShopTokens } from './tokens-of-shop.ts'
import type { ShopLine } from './wechat-shop.ts'
import { createYouzanGiftDesk, good } from './youzan-gift-desk.ts'

/** Not secrets: they open nothing but the sandbox. */
export const youzanAccount = {
  clientId: 'sandbox0client0001',
  clientSecret: 'sandbox0youzan0secret000000000001',
  kdtId: '100001',
}

interface Refund {
  id: string
  fen: number
  atMs: number
}

export interface YouzanDoubleOrder {
  tid: string
  openId: string
  status: string
  refundState: number
  createdMs: number
  updatedMs: number
  paidMs: number | undefined
  shippedMs: number | undefined
  doneMs: number | undefined
  totalFen: number
  lines: readonly ShopLine[]
  parcel: { number: string; company: string } | undefined
  refunds: Refund[]
  origin: Origin
}

const yuan = (fen: number): string => (fen / 100).toFixed(2)
const time = (atMs: number | undefined): string =>
  atMs === undefined ? '' : new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
const instant = (text: unknown): number => Date.parse(`${String(text).replace(' ', 'T')}+08:00`)

/** 有赞 on your desk: four shapes of «no» under HTTP 200, a read side that lags, messages in both spellings of a blank.
 *  Source: shops.md §2, payloads/youzan.json, vectors.json. */
export function createYouzanDouble(options: {
  clock: Clock
  target: () => string | undefined
  seed?: number
  manners?: Partial<Manners>
}) {
  const { clock, target, seed = 1 } = options
  let manners: Manners = { ...UNKIND, ...options.manners }
  const chance = createChance(seed)
  const tokens = createShopTokens({ clock, random: createSeededRandom(seed), lifeSec: 7 * 86_400 })
  const orders = new Map<string, YouzanDoubleOrder>()
  const unionIds = new Map<string, string[]>()
  const gifts = createYouzanGiftDesk({ clock, lagMs: () => manners.readLagMs })
  let made = 0
  const pushes = createPushes({
    chance,
    manners: () => manners,
    target,
    isTaken: (status, body) => status === 200 && body.includes('success'),
  })

  function push(type: string, order: YouzanDoubleOrder, msg: object): void {
    const { clientId, clientSecret, kdtId } = youzanAccount
    const encoded = encodeURIComponent(JSON.stringify(msg))
    // Messages about refunds are objects; of the others either spelling of a blank is met.
    const sent = type.startsWith('youzan_trade_') ? msg : chance(0.5, 'plus') ? encoded.replaceAll('%20', '+') : encoded
    const told = { client_id: clientId, kdt_id: Number(kdtId), id: order.tid, type, msg: sent, msg_id: `m${++made}` }
    const body = JSON.stringify({ ...told, version: Math.floor(clock.now() / 1_000), test: false, mode: 1 })
    const sign = createHash('md5').update(`${clientId}${body}${clientSecret}`).digest('hex')
    const headers = {
      'content-type': 'application/json',
      'event-type': type,
      'client-id': clientId,
      'event-sign': sign,
    }
    pushes.send(() => ({ method: 'POST', path: '', headers, body }))
  }

  function held(tid: string): YouzanDoubleOrder {
    const order = orders.get(tid)
    if (order === undefined) throw new Error(`the shop has no order ${tid}`)
    order.updatedMs = clock.now()
    return order
  }
  const told = (order: YouzanDoubleOrder) => ({ full_order_info: fullOrder(order) })

  function sold(body: Record<string, unknown>): ShopReply {
    const [from, to] = [instant(body.start_update), instant(body.end_update)]
    const second = (ms: number): number => Math.floor(ms / 1_000) * 1_000
    // With one end alone the filter is ignored.
    const isFiltered = !Number.isNaN(from) && !Number.isNaN(to)
    const found = [...orders.values()].filter(
      ({ updatedMs: at }) => !isFiltered || (second(at) >= from && second(at) <= to),
    )
    const [page, size] = [Number(body.page_no ?? 1), Math.min(100, Number(body.page_size ?? 20))]
    const shown = found.slice((page - 1) * size, page * size)
    return good({ total_results: found.length, full_order_info_list: shown.map(told) })
  }

  function answer(name: string, body: Record<string, unknown>): ShopReply {
    if (name === 'youzan.trades.sold.get/4.0.4') return sold(body)
    if (name === 'youzan.trade.get/4.0.2') {
      const order = orders.get(String(body.tid))
      const isSeen = order !== undefined && order.createdMs + manners.readLagMs <= clock.now()
      if (order === undefined || !isSeen)
        return json({ code: 5000, success: false, message: 'trade not found', data: null })
      const dists =
        order.parcel === undefined ? [] : [{ express_info: { express_id: 1, express_no: order.parcel.number } }]
      return good({
        ...told(order),
        order_promotion: { item: [], order: [{ promotion_title: order.origin.campaign }], adjust_fee: '0.00' },
        refund_order: [],
        delivery_order: dists.length === 0 ? [] : [{ dists }],
      })
    }
    if (name === 'youzan.trade.refund.search/3.0.1') {
      const order = orders.get(String(body.tid))
      const refunds = (order?.refunds ?? []).map((one) => ({
        ...{
          refund_id: one.id,
          tid: order?.tid,
          refund_fee: yuan(one.fen),
          status: 'SUCCESS',
          modified: time(one.atMs),
        },
      }))
      return good({ refunds, total: refunds.length })
    }
    if (name === 'youzan.users.info.query/1.0.1') {
      const { yz_open_id, weixin_union_id } = body
      const user_list = [...unionIds].flatMap(([open, ids]) =>
        ids
          .filter((id) => open === yz_open_id || id === weixin_union_id)
          .map((union_id) => ({
            ...{ primitive_info: { yz_open_id: open }, wechat_info: { union_id }, platform_type: 2 },
          })),
      )
      return good({ user_list })
    }
    const unknown = json({ gw_err_resp: { err_code: 4005, err_msg: 'no such api', trace_id: 'yz7-sandbox' } })
    const answer = () => gifts.answer(name, body) ?? unknown
    return /^youzan\.(ump\.voucheractivity\.send|crm\.customer\.points)/.test(name)
      ? perhapsLost(answer, { chance, manners })
      : answer()
  }

  return {
    ...youzanPeople({ clock, orders, held, push, told }),
    account: youzanAccount,
    coupons: gifts.coupons,
    pointsOf: gifts.pointsOf,
    orders: (): readonly YouzanDoubleOrder[] => [...orders.values()],
    /** What the platform knows of a buyer; several for one whom nobody should take. */
    knowUnionIds: (openId: string, ids: string[]): void => void unionIds.set(openId, ids),
    setManners: (next: Partial<Manners>): void => {
      manners = { ...manners, ...next }
    },
    tokens,
    settle: pushes.settle,
    handle: ({ path, query, body }: ShopRequest): ShopReply => {
      const fields = JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>
      if (path === '/auth/token') {
        const { clientId, clientSecret, kdtId } = youzanAccount
        const isRight =
          fields.client_id === clientId && fields.client_secret === clientSecret && fields.grant_id === kdtId
        if (!isRight) return json({ success: false, code: 140500101, message: 'client is illegal' })
        const { value, expiresInSec } = tokens.fetch(fields.refresh === true)
        const expires = clock.now() + expiresInSec * 1_000
        return json({
          success: true,
          code: 200,
          data: { access_token: value, expires, scope: 'trade item' },
          message: null,
        })
      }
      if (chance(manners.expiredTokens, 'token')) tokens.expire()
      if (!tokens.isGood(query.access_token)) {
        return json({ gw_err_resp: { trace_id: 'yz7-sandbox', err_msg: '请求凭证过期', err_code: 4202 } })
      }
      const busy = { gw_err_resp: { err_code: 106000001, err_msg: 'timeout' } }
      // Of a coupon it would say that it was given.
      const isGift = path.includes('voucheractivity.send')
      const withoutField = isGift ? busy : { code: 200, success: true, data: { full_order_info_list: [{}] } }
      return perhapsWrong(() => answer(path.replace(/^\/api\//, ''), fields), { chance, manners, busy, withoutField })
    },
  }
}
export type YouzanDouble = ReturnType<typeof createYouzanDouble>

/** What buyers and the shop's people do. */
function youzanPeople({
  clock,
  orders,
  held,
  push,
  told,
}: {
  clock: Clock
  orders: Map<string, YouzanDoubleOrder>
  held: (tid: string) => YouzanDoubleOrder
  push: (type: string, order: YouzanDoubleOrder, msg: object) => void
  told: (order: YouzanDoubleOrder) => object
}) {
  return {
    buy: ({ openId, lines }: { openId: string; lines: readonly ShopLine[] }): string => {
      const now = clock.now()
      const tid = `E${time(now).replaceAll(/\D/g, '')}${String(orders.size + 1).padStart(9, '0')}`
      const totalFen = lines.reduce((sum, line) => sum + line.priceFen * line.quantity, 0)
      const order: YouzanDoubleOrder = {
        ...{ tid, openId, status: 'WAIT_BUYER_PAY', refundState: 0, createdMs: now, updatedMs: now, totalFen, lines },
        ...{ paidMs: undefined, shippedMs: undefined, doneMs: undefined, parcel: undefined, refunds: [] },
        origin: originAt(orders.size + 1, ['wx_video', 'wx_gzh']),
      }
      orders.set(tid, order)
      push('trade_TradeCreate', order, told(order))
      return tid
    },
    pay: (tid: string): void => {
      const order = Object.assign(held(tid), { status: 'WAIT_SELLER_SEND_GOODS', paidMs: clock.now() })
      push('trade_TradePaid', order, told(order))
    },
    cancel: (tid: string): void => {
      const order = Object.assign(held(tid), { status: 'TRADE_CLOSED' })
      push('trade_TradeClose', order, { tid, close_type: 2 })
    },
    ship: (tid: string, parcel: { number: string; company: string }): void => {
      const order = Object.assign(held(tid), { status: 'WAIT_BUYER_CONFIRM_GOODS', shippedMs: clock.now(), parcel })
      order.origin = packedBy(Number(tid.slice(-6)), order.origin)
      push('trade_TradeSellerShip', order, { tid })
    },
    sign: (tid: string): void => {
      const order = Object.assign(held(tid), { status: 'TRADE_SUCCESS', doneMs: clock.now() })
      push('trade_TradeSuccess', order, { tid })
    },
    refund: (tid: string, fen?: number): void => {
      const order = held(tid)
      const back = order.refunds.reduce((sum, one) => sum + one.fen, 0)
      const amount = Math.min(fen ?? order.totalFen, order.totalFen - back)
      const id = `${tid.slice(1)}${order.refunds.length + 1}`
      order.refunds.push({ id, fen: amount, atMs: clock.now() })
      const isAll = back + amount >= order.totalFen
      Object.assign(order, isAll ? { refundState: 12, status: 'TRADE_CLOSED' } : { refundState: 2 })
      const msg = { tid, refund_id: id, version: clock.now(), refunded_fee: yuan(amount), refund_type: 'REFUND_ONLY' }
      push('youzan_trade_RefundSuccess', order, msg)
    },
  }
}

function fullOrder(order: YouzanDoubleOrder): object {
  const { tid, status, refundState, totalFen, lines } = order
  return {
    order_info: {
      ...{
        tid,
        status,
        status_str: '',
        type: 0,
        pay_type: 10,
        close_type: 0,
        express_type: 0,
        refund_state: refundState,
      },
      ...{ created: time(order.createdMs), update_time: time(order.updatedMs), pay_time: time(order.paidMs) },
      ...{ consign_time: time(order.shippedMs), success_time: time(order.doneMs), expired_time: '' },
      ...{
        order_tags: { is_payed: order.paidMs !== undefined },
        order_extra: { is_from_cart: 'true', sales_guide: order.origin.staff },
        node_kdt_id: order.origin.store || 100001,
        root_kdt_id: 100001,
      },
    },
    source_info: { is_offline_order: false, source: { wx_entrance: order.origin.scene } },
    buyer_info: { yz_open_id: order.openId, outer_user_id: '', buyer_phone: '$CIPHER$', fans_type: 0, fans_id: 0 },
    pay_info: {
      ...{ total_fee: yuan(totalFen), post_fee: '0.00', payment: yuan(totalFen), phase_payments: [] },
      ...{ transaction: order.paidMs === undefined ? [] : [`26${tid.slice(1)}`], outer_transactions: [] },
    },
    remark_info: { buyer_message: '', trade_memo: '' },
    address_info: { receiver_name: '$CIPHER$', receiver_tel: '$CIPHER$' },
    orders: lines.map((line, index) => ({
      ...{ oid: `${tid.slice(1)}${index}`, title: line.name, num: line.quantity, price: yuan(line.priceFen) },
      ...{ total_fee: yuan(line.priceFen * line.quantity), payment: yuan(line.priceFen * line.quantity) },
      ...{ discount_price: yuan(line.priceFen), item_id: 800000001, sku_id: 900000001, outer_item_id: line.sku },
      ...{ outer_sku_id: line.sku, sku_properties_name: '[]', is_present: false },
    })),
  }
}
