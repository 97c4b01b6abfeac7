import Type from 'typebox'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, shanghaiIso } from '../../../core/kernel/shanghai.ts'
import type { Buyer, ShopAccess, ShopConnection, ShopPage, ShopWindow } from '../shop-connection.ts'
import { noSuchOrder } from '../shop-error.ts'
import { createYouzanApi } from './youzan-api.ts'
import { createYouzanGifts } from './youzan-gifts.ts'
import { isPassing, mayHaveRefunds, YouzanOrder, YouzanRefund, youzanOrder } from './youzan-order.ts'
import { createYouzanPush } from './youzan-push.ts'

const PAGE = 100
/** `page_no` and `page_size` go to a hundred each. */
const MOST_A_WINDOW = 10_000
const LEAST_WINDOW_MS = MINUTE_MS

const Detail = Type.Object({
  full_order_info: Type.Optional(Type.Union([YouzanOrder, Type.Null()])),
  delivery_order: Type.Optional(Type.Unknown()),
  order_promotion: Type.Optional(Type.Unknown()),
})
const Sold = Type.Object({
  total_results: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  full_order_info_list: Type.Optional(
    Type.Union([Type.Array(Type.Object({ full_order_info: YouzanOrder })), Type.Null()]),
  ),
})
const Refunds = Type.Object({ refunds: Type.Optional(Type.Union([Type.Array(YouzanRefund), Type.Null()])) })
const Users = Type.Object({ user_list: Type.Optional(Type.Union([Type.Array(Type.Unknown()), Type.Null()])) })

/** 有赞: the read side lags behind the push, refunds pass through states that mean nothing yet. Source: shops.md §2 [6][7]. */
export function createYouzan(access: ShopAccess): ShopConnection {
  const { account: clientId, kdtId, secrets } = access
  const api = createYouzanApi(access)

  async function refundsOf(tid: string): Promise<YouzanRefund[]> {
    const { refunds } = await api.ask('youzan.trade.refund.search/3.0.1', { tid, page_no: 1, page_size: PAGE }, Refunds)
    return (refunds ?? []).filter((one) => one.tid === undefined || one.tid === tid)
  }

  /** The window as far as it is asked for now: `from to page`. One that holds too many is cut in two. */
  async function changedSince(window: ShopWindow): Promise<ShopPage> {
    const [fromMs = window.fromMs, toMs = window.toMs, no = 1] = (window.page?.split(' ') ?? []).map(Number)
    const body = { start_update: timeText(fromMs), end_update: timeText(toMs), page_no: no, page_size: PAGE }
    const found = await api.ask('youzan.trades.sold.get/4.0.4', body, Sold)
    const all = found.total_results ?? 0
    if (all > MOST_A_WINDOW && toMs - fromMs > LEAST_WINDOW_MS) {
      return { subjects: [], orders: [], next: `${fromMs} ${Math.floor((fromMs + toMs) / 2)} 1` }
    }
    const list = found.full_order_info_list ?? []
    const subjects = list.map(({ full_order_info: { order_info: info } }) => ({
      subject: `order/${info.tid}`,
      mark: `${info.update_time} ${info.status.slice(0, 24)} ${info.refund_state ?? 0}`.slice(0, 64),
    }))
    const isMore = list.length > 0 && no * PAGE < all && no < MOST_A_WINDOW / PAGE
    const next = isMore
      ? `${fromMs} ${toMs} ${no + 1}`
      : toMs < window.toMs
        ? `${toMs} ${Math.min(window.toMs, toMs + Math.max(LEAST_WINDOW_MS, toMs - fromMs))} 1`
        : undefined
    return { subjects, orders: [], next }
  }

  return {
    abilities: {
      push: true,
      pollBy: 'updated',
      identity: 'unionid',
      longestWindowMs: DAY_MS,
      readDelayMs: 30 * SECOND_MS,
      gifts: ['coupon', 'points'],
    },
    verify: createYouzanPush({ clientId, secret: secrets.secret ?? '', kdtId }),
    read: async (subject) => {
      const tid = subject.split('/')[1] ?? ''
      const found = await api.ask('youzan.trade.get/4.0.2', { tid }, Detail)
      const order = found.full_order_info ?? undefined
      if (order === undefined || order.order_info.tid !== tid) throw noSuchOrder()
      const refunds = mayHaveRefunds(order) ? await refundsOf(tid) : []
      const told = { parcels: expressNumbers(found.delivery_order), promotion: found.order_promotion }
      const orders = [youzanOrder(order, refunds, told)]
      return isPassing(order) ? { orders, again: MINUTE_MS } : { orders }
    },
    changedSince,
    identify: async (yz_open_id): Promise<Buyer> => {
      const body = { yz_open_id, result_type_list: [0, 1, 2, 9] }
      const { user_list } = await api.ask('youzan.users.info.query/1.0.1', body, Users)
      const ids = new Set((user_list ?? []).flatMap((user) => textsUnder(user, /^(weixin_)?union_?id$/i)))
      // Several: nobody, rather than the wrong one.
      const [unionId] = ids
      return ids.size === 1 && unionId !== undefined ? { unionId } : {}
    },
    memberOf: async (weixin_union_id) => {
      const body = { weixin_union_id, result_type_list: [0, 1, 2, 9] }
      const { user_list } = await api.ask('youzan.users.info.query/1.0.1', body, Users)
      const ids = new Set((user_list ?? []).flatMap((user) => textsUnder(user, /^yz_open_id$/)))
      const [openId] = ids
      return ids.size === 1 ? openId : undefined
    },
    ...createYouzanGifts(api),
    probe: async () => {
      const now = access.clock.now()
      const body = { start_update: timeText(now - HOUR_MS), end_update: timeText(now), page_no: 1, page_size: 1 }
      await api.ask('youzan.trades.sold.get/4.0.4', body, Sold)
    },
    close: api.close,
  }
}

/** `2026-11-28 10:00:09`, Shanghai. */
const timeText = (atMs: number): string => shanghaiIso(atMs).slice(0, 19).replace('T', ' ')

/** Where deliveries keep their numbers no page says for sure. */
const expressNumbers = (deliveries: unknown): string[] =>
  [...new Set(textsUnder(deliveries, /^express_no$/))].slice(0, 100)

/** All texts that stand under such a name, however deep. */
function textsUnder(value: unknown, name: RegExp, depth = 0): string[] {
  if (typeof value !== 'object' || value === null || depth > 6) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    name.test(key) && (typeof inner === 'string' || typeof inner === 'number') && String(inner) !== ''
      ? [String(inner)]
      : textsUnder(inner, name, depth + 1),
  )
}
