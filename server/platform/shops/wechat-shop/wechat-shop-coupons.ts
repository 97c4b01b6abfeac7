import Type from 'typebox'
import { giveOnce } from '../give-once.ts'
import type { AskedGrant, Gift, Granted } from '../shop-connection.ts'
import { notUnderstood } from '../shop-error.ts'
import type { WechatShopApi } from './wechat-shop-api.ts'

const LIST = '/channels/ec/coupon/get_user_coupon_list'
const PAGE = 200
/** Of one member; whoever has more of one shop's coupons is no buyer. */
const MOST_PAGES = 20

const Id = Type.Union([Type.String(), Type.Number()])
const Held = Type.Object({
  user_coupon_list: Type.Optional(Type.Union([Type.Array(Type.Object({ coupon_id: Id })), Type.Null()])),
  page_ctx: Type.Optional(Type.Union([Type.String(), Type.Null()])),
})

/** Nobody gets the coupon until somebody changes it. Source: developer page store/API/coupon/push, read 2026-11-30. */
const NOES_OF_COUPON: Record<number, string> = {
  10021001: '券不在可以发的状态：到小店后台看它生效了没有',
  10021002: '券发完了：到小店后台加库存',
  10021003: '券还在生效中，不能这样发',
  10021010: '不在这张券的领取时间里',
}
/** Not among them: 10021034 优惠券重入失败, 10021038 系统失败. */
const NOES: Record<number, string> = {
  ...NOES_OF_COUPON,
  40003: '小店不认识这位客户的 openid',
}
const SAYS_OF_COUPON = new Set(Object.values(NOES_OF_COUPON))
const LIMITS = { 10021004: '这位客户已经领到这张券的上限' }

/** Coupons of a 微信小店: `push` knows no number of ours, so what the member has is counted. Whether new shops may still use it no
 *  page says for sure. Source: shops.md §3.2 [18]; pages coupon/push and coupon/get_user_coupon_list. */
export function createWechatShopCoupons(api: Pick<WechatShopApi, 'ask'>) {
  async function holds(openid: string, gift: Gift): Promise<string | undefined> {
    if (gift.kind !== 'coupon') return undefined
    let many = 0
    let page_ctx = ''
    for (let page = 1; page <= MOST_PAGES; page++) {
      const found = await api.ask(LIST, { openid, page, page_size: PAGE, page_ctx }, Held)
      // An answer with neither says nothing; taken for «none» it would give a second one.
      if (found.user_coupon_list === undefined && found.page_ctx === undefined) throw notUnderstood(LIST, 'page_ctx')
      const list = found.user_coupon_list ?? []
      many += list.filter(({ coupon_id }) => String(coupon_id) === gift.coupon).length
      if (list.length < PAGE) return String(many)
      page_ctx = found.page_ctx ?? ''
    }
    throw notUnderstood(LIST, 'user_coupon_list')
  }

  const grant = async (asked: AskedGrant): Promise<Granted> => {
    const { gift, shopUserId: openid } = asked
    if (gift.kind !== 'coupon') return { kind: 'refused', zh: '微信小店没有发积分的接口' }
    const granted = await giveOnce({
      asked,
      given: 1,
      holds: () => holds(openid, gift),
      send: () => api.ask('/channels/ec/coupon/push', { openid, coupon_id: gift.coupon }, Type.Object({})),
      noes: NOES,
      limits: LIMITS,
    })
    return granted.kind === 'refused' && SAYS_OF_COUPON.has(granted.zh) ? { ...granted, isOfGift: true } : granted
  }
  return { holds, grant }
}
