import Type from 'typebox'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { Reading, ShopAccess, ShopConnection, ShopPage, ShopWindow } from '../shop-connection.ts'
import { noSuchOrder } from '../shop-error.ts'
import { createWechatShopApi } from './wechat-shop-api.ts'
import { createWechatShopCoupons } from './wechat-shop-coupons.ts'
import {
  aftersaleIdsOf,
  isSharerOpen,
  WechatShopAftersale,
  WechatShopOrder,
  wechatShopOrder,
} from './wechat-shop-order.ts'
import { createWechatShopPush } from './wechat-shop-push.ts'

const Text = Type.Union([Type.String(), Type.Number()])
const List = Type.Object({
  order_id_list: Type.Optional(Type.Union([Type.Array(Text, { maxItems: 1_000 }), Type.Null()])),
  next_key: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  // Without it nobody knows whether there is more: no empty list.
  has_more: Type.Boolean(),
})
const Detail = Type.Object({ order: WechatShopOrder })
const Aftersale = Type.Object({ after_sale_order: WechatShopAftersale })

const PAGE = 100
/** Of one order; a shop that refunds piece by piece has as many as pieces. */
const MOST_AFTERSALES = 50

/** 微信小店 (视频号小店). The union id stands in each order, if the shop is bound to an open-platform account, and only in
 *  orders made after that. Source: shops.md §3 [17]. */
export function createWechatShop(access: ShopAccess): ShopConnection {
  const api = createWechatShopApi(access)
  const { token = '', aes_key: aesKey = '' } = access.secrets
  const verify = createWechatShopPush({ token, aesKey, appid: access.account })

  const aftersale = async (id: string): Promise<WechatShopAftersale> =>
    (await api.ask('/channels/ec/aftersale/getaftersaleorder', { after_sale_order_id: id }, Aftersale)).after_sale_order

  async function order(orderId: string, known?: WechatShopAftersale): Promise<Reading> {
    const { order: found } = await api.ask('/channels/ec/order/get', { order_id: orderId }, Detail)
    if (found.order_id !== orderId) throw noSuchOrder()
    // The order's own list lags behind the after-sale itself.
    const ids = new Set(aftersaleIdsOf(found).slice(0, MOST_AFTERSALES))
    const aftersales = known === undefined ? [] : [known]
    for (const id of ids) if (id !== String(known?.after_sale_order_id)) aftersales.push(await aftersale(id))
    const orders = [wechatShopOrder(found, aftersales)]
    // Whoever is not known after an hour will hardly be.
    const isFresh = Number(found.create_time ?? 0) * 1_000 > access.clock.now() - HOUR_MS
    return isSharerOpen(found) && isFresh ? { orders, again: MINUTE_MS } : { orders }
  }

  return {
    abilities: {
      push: true,
      pollBy: 'updated',
      identity: 'unionid',
      longestWindowMs: 7 * DAY_MS - MINUTE_MS,
      readDelayMs: 0,
      gifts: ['coupon'],
    },
    verify,
    ...createWechatShopCoupons(api),
    read: async (subject) => {
      const [kind, id = ''] = subject.split('/')
      if (kind !== 'aftersale') return order(id)
      const found = await aftersale(id)
      return order(String(found.order_id), found)
    },
    subjectOf: (orderId) => `order/${orderId}`,
    changedSince: async ({ fromMs, toMs, page }: ShopWindow): Promise<ShopPage> => {
      const update_time_range = { start_time: Math.floor(fromMs / 1_000), end_time: Math.ceil(toMs / 1_000) }
      const body = { update_time_range, page_size: PAGE, next_key: page ?? '' }
      const found = await api.ask('/channels/ec/order/list/get', body, List)
      const next = found.has_more ? (found.next_key ?? '') : ''
      return {
        subjects: (found.order_id_list ?? []).map((id) => ({ subject: `order/${id}` })),
        orders: [],
        next: next === '' || next === page ? undefined : next,
      }
    },
    probe: async () => {
      const now = Math.floor(access.clock.now() / 1_000)
      const update_time_range = { start_time: now - 60, end_time: now }
      await api.ask('/channels/ec/order/list/get', { update_time_range, page_size: 1, next_key: '' }, List)
    },
    close: api.close,
  }
}
