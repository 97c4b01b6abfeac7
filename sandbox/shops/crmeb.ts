import type { Clock } from '../../server/core/kernel/clock.ts'
import { createSeededRandom } from '../random.ts'
import {
  type CrmebDoubleOrder,
  type CrmebDoubleRefund,
  type CrmebOrders,
  type CrmebRefunds,
  createCrmebOrders,
  createCrmebRefunds,
  madeBetween,
} from './crmeb-orders.ts'
import { createChance, type Manners, UNKIND } from './manners.ts'
import { type Origin, originAt, packedBy } from './origins.ts'
import { createPushes } from './pushes.ts'
import { json, perhapsLost, perhapsWrong, type ShopReply, type ShopRequest } from './shop-answer.ts'
import { createShopTokens } from './tokens-of-shop.ts'
import type { ShopLine } from './wechat-shop.ts'

/** Not secrets: they open nothing but the sandbox. */
export const crmebAccount = {
  appid: 'huoshui01',
  secret: 'sandbox-crmeb-secret-00000',
  pushAccount: 'pusher',
  pushPassword: 'sandbox-push-password-00',
}

const sec = (ms: number): number => Math.floor(ms / 1_000)
const yuan = (fen: number): string => (fen / 100).toFixed(2)
const TOKEN_GONE = { status: 110006, msg: '登录已过期,请重新登录', data: [] }
const DAY_MS = 86_400_000
/** `2026/11/27-2026/11/28`, both days included, as instants: from the first until before the second. */
function daysOf(range: string | undefined): [number, number] {
  const [from, to] = (range ?? '').split('-').map((one) => Date.parse(`${one.replaceAll('/', '-')}T00:00:00+08:00`))
  return range === undefined ? [0, Number.POSITIVE_INFINITY] : [from ?? Number.NaN, (to ?? Number.NaN) + DAY_MS]
}

/** CRMEB 标准版 on your desk: HTTP 200 whatever happens, lists that know no time of change, pushes without seal or time that
 *  tell neither parcels nor money back, and orders that fall apart into parts. Source: shops.md §1, payloads/crmeb.json. */
export function createCrmebDouble(options: {
  clock: Clock
  target: () => string | undefined
  seed?: number
  manners?: Partial<Manners>
}) {
  const { clock, target, seed = 1 } = options
  let manners: Manners = { ...UNKIND, ...options.manners }
  const chance = createChance(seed)
  const tokens = createShopTokens({ clock, random: createSeededRandom(seed), lifeSec: 30 * 86_400 })
  const orders = createCrmebOrders()
  const refunds = createCrmebRefunds()
  const phones = new Map<number, string>()
  const points = new Map<number, number>()
  let pushToken = { value: '', untilMs: 0 }
  let made = 9_000
  const pushes = createPushes({
    chance,
    manners: () => manners,
    target,
    isTaken: (status, body) => status === 200 && (JSON.parse(body) as { code?: number }).code === 0,
  })

  /** When its own call for a token fails it pushes all the same, with an empty one. */
  async function askForToken(): Promise<string> {
    if (pushToken.untilMs > clock.now()) return pushToken.value
    const { pushAccount: push_account, pushPassword: push_password } = crmebAccount
    const body = JSON.stringify({ push_account, push_password })
    const answer = await fetch(`${target()}/token`, { method: 'POST', body }).catch(() => undefined)
    const told = (await answer?.json().catch(() => undefined)) as
      | { code?: number; token?: string; time?: number }
      | undefined
    if (told?.code !== 0) return ''
    pushToken = { value: told.token ?? '', untilMs: clock.now() + (told.time ?? 0) * 1_000 }
    return pushToken.value
  }

  const push = (path: string, body: object): void =>
    pushes.send(async () => {
      const isLost = chance(manners.expiredTokens, 'push')
      const token = isLost ? '' : await askForToken()
      const headers = { 'content-type': 'application/json' }
      return { method: 'POST', path: `/${path}?pushToken=${token}`, headers, body: JSON.stringify(body) }
    })

  const people = crmebPeople({ clock, orders, refunds, push, next: () => ++made })

  function list(query: Record<string, string>): ShopReply {
    const [from, before] = daysOf(query.data)
    const all = query.field_key === 'uid' ? orders.ofBuyer(Number(query.real_name)) : orders.newestFirst()
    const newestFirst = madeBetween(all, from, before).filter(({ pid }) => pid >= 0)
    const [page, limit] = [Number(query.page), Number(query.limit)]
    // Without both the whole table comes back.
    const shown = page > 0 && limit > 0 ? newestFirst.slice((page - 1) * limit, page * limit) : newestFirst
    return json({ status: 200, msg: 'success', data: { list: shown.map(listed), count: newestFirst.length } })
  }

  function refundList(query: Record<string, string>): ShopReply {
    const [from, before] = daysOf(query.time)
    const found =
      query.order_id === undefined
        ? refunds.between(from, before)
        : refunds.numbered(query.order_id).filter(({ atMs }) => atMs >= from && atMs < before)
    const [page, limit] = [Number(query.page), Number(query.limit)]
    const shown = found.slice((page - 1) * limit, page * limit)
    return json({ status: 200, msg: 'success', data: { list: shown.map(refundJson), count: found.length } })
  }

  const givePoints = (uid: number, many: number): void => void points.set(uid, (points.get(uid) ?? 0) + many)

  const asked: Record<string, number> = {}
  function answer(path: string, query: Record<string, string>, body: string): ShopReply {
    const [, kind = ''] = /^\/outapi\/(order\/list|refund\/list|order|user)/.exec(path) ?? []
    asked[kind] = (asked[kind] ?? 0) + 1
    if (kind === 'order/list') return list(query)
    if (kind === 'refund/list') return refundList(query)
    const [, uid] = /^\/outapi\/user\/info\/(\d+)$/.exec(path) ?? []
    if (uid !== undefined) {
      const phone = phones.get(Number(uid)) ?? ''
      const integral = String(points.get(Number(uid)) ?? 0)
      const data = { uid: Number(uid), nickname: '测试昵称', phone, integral }
      return json({ status: 200, msg: 'success', data: { data } })
    }
    const [, member] = /^\/outapi\/user\/give_point\/(\d+)$/.exec(path) ?? []
    if (member !== undefined) {
      const { integration_status: way, integration: many } = JSON.parse(body) as Record<string, number>
      const given = (): ShopReply => {
        givePoints(Number(member), way === 1 ? Number(many) : -Number(many))
        return json({ status: 200, msg: '操作成功', code: 100010 })
      }
      return perhapsLost(given, { chance, manners })
    }
    const [, orderId = ''] = /^\/outapi\/order\/([\w-]+)$/.exec(path) ?? []
    const order = orders.get(orderId)
    if (order === undefined) return json({ status: 400118, msg: '…' })
    return json({ status: 200, msg: 'success', data: detailed(order) })
  }

  return {
    ...people,
    account: crmebAccount,
    orders: (): readonly CrmebDoubleOrder[] => orders.all(),
    /** How often each interface was asked: `order/list`, `order` … */
    asked: (): Readonly<Record<string, number>> => ({ ...asked }),
    refunds: (): readonly CrmebDoubleRefund[] => refunds.all,
    /** The account's phone, bound by its owner. */
    bindPhone: (uid: number, phone: string): void => void phones.set(uid, phone),
    pointsOf: (uid: number): number => points.get(uid) ?? 0,
    /** Of buying, signing in, and whatever else a shop rewards. */
    givePoints,
    /** What an admin does every day: tokens end early. */
    clearCache: tokens.expire,
    setManners: (next: Partial<Manners>): void => {
      manners = { ...manners, ...next }
    },
    tokens,
    settle: pushes.settle,
    handle: ({ path, query, headers, body }: ShopRequest): ShopReply => {
      if (path === '/outapi/access_token') {
        const { appid, appsecret } = JSON.parse(body) as Record<string, unknown>
        if (appid !== crmebAccount.appid) return json({ status: 410141, msg: '没有此用户' })
        if (appsecret !== crmebAccount.secret) return json({ status: 400744, msg: 'appid或appsecret错误' })
        const { value, expiresInSec } = tokens.fetch()
        const data = { access_token: value, exp_time: sec(clock.now()) + expiresInSec, auth_info: { id: 1, appid } }
        return json({ status: 200, msg: '操作成功', code: 100010, data })
      }
      if (chance(manners.expiredTokens, 'token')) tokens.expire()
      // The server strips letters of «Bearer» from the left, whether they are that word or not.
      const token = (headers['authori-zation'] ?? '').replace(/^[Bear]+/, '').trim()
      if (!tokens.isGood(token)) return json(TOKEN_GONE)
      const busy = { status: 400, msg: '系统繁忙' }
      // Of points it would say that they were given.
      const withoutField = path.includes('give_point') ? busy : { status: 200, msg: 'success', data: {} }
      return perhapsWrong(() => answer(path, query, body), { chance, manners, busy, withoutField })
    },
  }
}
export type CrmebDouble = ReturnType<typeof createCrmebDouble>

interface PeopleDeps {
  clock: Clock
  orders: CrmebOrders
  refunds: CrmebRefunds
  push: (path: string, body: object) => void
  next: () => number
}

/** What buyers and the shop's people do. */
function crmebPeople({ clock, orders, refunds, push, next }: PeopleDeps) {
  const held = (orderId: string): CrmebDoubleOrder => {
    const order = orders.get(orderId)
    if (order === undefined) throw new Error(`the shop has no order ${orderId}`)
    return order
  }
  const numbered = (id: number): string => `cp50000000000${String(id).padStart(7, '0')}`
  /** All that stands in place of an order once it is split. */
  const standing = (order: CrmebDoubleOrder): CrmebDoubleOrder[] =>
    order.pid === -1 ? orders.partsOf(order.id) : [order]

  /** Goods that go another way than the rest become an order of their own: the parent leaves the list. */
  function split(order: CrmebDoubleOrder): CrmebDoubleOrder[] {
    if (order.pid === -1 || order.items.length < 2) return standing(order)
    const sum = order.items.reduce((all, item) => all + item.priceFen * item.quantity, 0)
    let left = order.payFen
    const parts = order.items.map((item, index): CrmebDoubleOrder => {
      const isLast = index === order.items.length - 1
      const payFen = isLast ? left : Math.round((order.payFen * item.priceFen * item.quantity) / Math.max(1, sum))
      left -= payFen
      const id = next()
      return { ...order, id, pid: order.id, orderId: numbered(id), payFen, items: [item] }
    })
    order.pid = -1
    for (const part of parts) orders.add(part)
    return parts
  }

  function asked(order: CrmebDoubleOrder, fen: number): CrmebDoubleRefund {
    const refundId = `tk${numbered(next()).slice(2)}`
    const refund: CrmebDoubleRefund = { refundId, order, fen, atMs: clock.now(), type: 1 }
    refunds.add(refund)
    push('refund-create', refundJson(refund))
    return refund
  }

  return {
    buy: ({ uid, lines }: { uid: number; lines: readonly ShopLine[] }): string => {
      const id = next()
      const orderId = numbered(id)
      const items = lines.map((line, index) => ({ ...line, cartId: `${id}${index}`, refunded: 0 }))
      const payFen = lines.reduce((all, line) => all + line.priceFen * line.quantity, 0)
      const order: CrmebDoubleOrder = {
        ...{ id, pid: 0, orderId, uid, payFen, createdMs: clock.now(), paidMs: undefined },
        ...{ status: 0, refundStatus: 0, parcel: undefined, items, origin: originAt(id, [0, 1, 4]) },
      }
      orders.add(order)
      push('order-create', detailed(order))
      return orderId
    },
    pay: (orderId: string): void => {
      const order = held(orderId)
      order.paidMs = clock.now()
      push('order-pay', detailed(order))
    },
    /** Nobody pushes it. */
    ship: (orderId: string, parcel: { number: string; company: string }): void => {
      const order = held(orderId)
      order.origin = packedBy(order.id, order.origin)
      for (const one of standing(order)) Object.assign(one, { parcel, status: 1 })
    },
    /** The first of the goods alone; the order falls apart. */
    shipPart: (orderId: string, parcel: { number: string; company: string }): void => {
      const [first] = split(held(orderId))
      if (first !== undefined) Object.assign(first, { parcel, status: 1 })
    },
    /** Nobody pushes it. */
    sign: (orderId: string): void => {
      for (const one of standing(held(orderId))) one.status = 2
    },
    /** The customer asks, which is pushed; that it was paid back is not. Default: all that is left. */
    refund: (orderId: string, fen?: number): void => {
      const order = held(orderId)
      const ones = [...new Set([order, ...standing(order)])]
      const back = ones.flatMap(refunds.ofOrder).reduce((all, one) => all + one.fen, 0)
      const amount = Math.min(fen ?? order.payFen, order.payFen - back)
      const isWhole = back + amount >= order.payFen
      const [part = order] = isWhole ? [order] : standing(order)
      const refund = asked(part, amount)
      Object.assign(refund, { type: 6 })
      for (const one of isWhole ? [order, ...standing(order)] : [part]) one.refundStatus = isWhole ? 2 : 3
      for (const item of isWhole ? standing(order).flatMap(({ items }) => items) : []) item.refunded = item.quantity
    },
    /** Asked for before the order fell apart, agreed to afterwards: its own number alone is marked. */
    refundParent: (orderId: string, fen: number): void => {
      const order = held(orderId)
      Object.assign(asked(order, fen), { type: 6 })
      order.refundStatus = 2
    },
  }
}

function listed(order: CrmebDoubleOrder): object {
  const { parcel, items } = order
  return {
    ...{
      id: order.id,
      pid: order.pid,
      order_id: order.orderId,
      trade_no: order.paidMs === undefined ? '' : `42${order.id}`,
    },
    ...{
      uid: order.uid,
      freight_price: '0.00',
      real_name: '测试甲',
      user_phone: '19900000001',
      user_address: '测试街道1号',
    },
    ...{
      total_num: items.length,
      total_price: yuan(order.payFen),
      total_postage: '0.00',
      pay_price: yuan(order.payFen),
    },
    ...{ coupon_price: '0.00', deduction_price: '0.00', paid: order.paidMs === undefined ? 0 : 1, pay_type: 'weixin' },
    ...{
      pay_time: order.paidMs === undefined ? null : sec(order.paidMs),
      add_time: sec(order.createdMs),
      status: order.status,
    },
    ...{ delivery_name: parcel?.company ?? null, delivery_code: null, delivery_id: parcel?.number ?? null },
    items: items.map((item) => ({
      ...{ cart_id: item.cartId, store_name: item.name, suk: '', image: '', price: yuan(item.priceFen) },
      ...{ cart_num: item.quantity, surplus_num: item.quantity - item.refunded, refund_num: item.refunded },
    })),
    pay_type_name: '微信支付',
  }
}

/** Numbers are 0 where there is none, names are not. */
const originJson = ({ store, staff, scene, campaign }: Origin): object => ({
  ...(store === undefined ? {} : { store_id: store || 0 }),
  ...(staff === undefined ? {} : { staff_id: staff }),
  ...(scene === undefined ? {} : { is_channel: scene }),
  ...(campaign === undefined ? {} : { seckill_id: campaign }),
})

const detailed = (order: CrmebDoubleOrder): object => ({
  ...listed(order),
  ...{
    shipping_type: 1,
    refund_status: order.refundStatus,
    delivery_type: order.parcel === undefined ? null : 'express',
  },
  ...originJson(order.origin),
  ...{ use_integral: '0.00', back_integral: '0.00', invoice: {}, status_name: '', vip_true_price: '0.00' },
})

const refundJson = ({ refundId, order, fen, atMs, type }: CrmebDoubleRefund): object => ({
  ...{
    id: Number(refundId.slice(-7)),
    store_order_id: order.id,
    order_id: refundId,
    uid: order.uid,
    refund_type: type,
  },
  ...{ refund_num: 1, refund_price: yuan(fen), refunded_price: type === 6 ? yuan(fen) : '0.00' },
  ...{ refunded_time: type === 6 ? sec(atMs) : 0, is_cancel: 0, is_del: 0, add_time: sec(atMs) },
  order: { id: order.id, order_id: order.orderId },
})
