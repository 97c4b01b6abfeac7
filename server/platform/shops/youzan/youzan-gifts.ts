import Type from 'typebox'
import { giveOnce } from '../give-once.ts'
import type { AskedGrant, Gift, Granted } from '../shop-connection.ts'
import { notUnderstood, ShopError } from '../shop-error.ts'
import type { YouzanApi } from './youzan-api.ts'

const VOUCHERS = 'youzan.ump.voucher.query/3.0.0'
const POINTS = 'youzan.crm.customer.points.increase/4.0.0'
const PAGE = 200
const MOST_PAGES = 20
/** By yz_open_id. */
const ACCOUNT_TYPE = 5
/** «重复操作»: this very gift was given before. */
const GIVEN_BEFORE = 142100106

const Id = Type.Union([Type.String(), Type.Number()])
const Vouchers = Type.Array(Type.Object({ activity_id: Type.Optional(Id) }))
const Raised = Type.Object({ is_success: Type.Optional(Type.Union([Type.String(), Type.Boolean(), Type.Null()])) })

const NO_POINTS: Record<number, string> = {
  142100002: '连锁店的积分只能由总部发：用总部的 kdt_id 接有赞',
}

/** Coupons and points of a 有赞 shop. A voucher's sending has no number of ours, so the member's are counted; points are given once
 *  a number. Source: shops.md §2.5 [7][10][15]; that the list of vouchers names its activity comes from an SDK alone. */
export function createYouzanGifts(api: Pick<YouzanApi, 'ask'>) {
  async function holds(yz_open_id: string, gift: Gift): Promise<string | undefined> {
    if (gift.kind !== 'coupon') return undefined
    let many = 0
    for (let page_num = 1; page_num <= MOST_PAGES; page_num++) {
      const body = { yz_open_id, activity_type_group: 1, status: 0, page_num, page_size: PAGE }
      const list = await api.ask(VOUCHERS, body, Vouchers)
      // Without it nobody can tell one coupon from another: no «none».
      if (list.some(({ activity_id }) => activity_id === undefined)) throw notUnderstood(VOUCHERS, 'activity_id')
      many += list.filter(({ activity_id }) => String(activity_id) === gift.coupon).length
      // A short page need not be the last: how many come at once no page of the docs says.
      if (list.length === 0) return String(many)
    }
    throw notUnderstood(VOUCHERS, 'data')
  }

  const coupon = (asked: AskedGrant, activity: string): Promise<Granted> => {
    const body = { activity_id: Number(activity), yz_open_id: asked.shopUserId }
    return giveOnce({
      asked,
      given: 1,
      holds: () => holds(asked.shopUserId, asked.gift),
      // No noes: which numbers stay noes no page says.
      send: () => api.ask('youzan.ump.voucheractivity.send/3.0.1', body, Type.Unknown()),
    })
  }

  const points = (asked: AskedGrant, many: number): Promise<Granted> => {
    const { grantId, shopUserId: account_id, name } = asked
    const user = { account_id, account_type: ACCOUNT_TYPE }
    const params = { user, points: many, reason: name, biz_value: grantId, biz_token: `${grantId}:0` }
    return giveOnce({
      asked: { ...asked, before: undefined },
      given: many,
      holds: async () => undefined,
      send: async () => {
        try {
          const { is_success } = await api.ask(POINTS, { params }, Raised)
          if (String(is_success) !== 'true') throw notUnderstood(POINTS, 'is_success')
        } catch (error) {
          if (!(error instanceof ShopError && error.reply === GIVEN_BEFORE)) throw error
        }
      },
      noes: NO_POINTS,
    })
  }

  return {
    holds,
    grant: (asked: AskedGrant): Promise<Granted> =>
      asked.gift.kind === 'coupon' ? coupon(asked, asked.gift.coupon) : points(asked, asked.gift.points),
  }
}
