import type { Clock } from '../../server/core/kernel/clock.ts'
import { createCouponDesk } from './coupon-desk.ts'
import { json, type ShopReply } from './shop-answer.ts'

export const good = (data: unknown): ShopReply =>
  json({ trace_id: 'yz7-sandbox', code: 200, success: true, message: 'successful', data })

/** Coupons and points of the 有赞 double: of points one number gives once, of coupons every call gives. Source: shops.md §2.5. */
export function createYouzanGiftDesk(deps: { clock: Clock; lagMs: () => number }) {
  const coupons = createCouponDesk(deps)
  const points = new Map<string, { who: string; many: number }>()

  return {
    coupons: { make: coupons.make, heldBy: coupons.heldBy },
    pointsOf: (openId: string): number =>
      [...points.values()].reduce((sum, { who, many }) => sum + (who === openId ? many : 0), 0),
    /** Undefined: it is about something else. */
    answer: (name: string, body: Record<string, unknown>): ShopReply | undefined => {
      if (name === 'youzan.ump.voucher.query/3.0.0') {
        // Its pages are shorter than one may ask for, as those of orders are: no page says how long.
        const [page, size] = [Number(body.page_num), Math.min(Number(body.page_size), 100)]
        const shown = coupons.listed(String(body.yz_open_id)).slice((page - 1) * size, page * size)
        return good(shown.map(({ id, coupon }) => ({ id, activity_id: Number(coupon) })))
      }
      if (name === 'youzan.ump.voucheractivity.send/3.0.1') {
        return coupons.give(String(body.yz_open_id), String(body.activity_id)) === 'given'
          ? good({ voucher_identity: { coupon_id: 6_000_000_001, coupon_type: 0 } })
          : json({ code: 160540000, success: false, message: '…', data: null })
      }
      if (name !== 'youzan.crm.customer.points.increase/4.0.0') return undefined
      const { user, points: many, biz_value: number } = body.params as Record<string, unknown>
      if (points.has(String(number))) return json({ code: 142100106, success: false, message: '重复操作' })
      points.set(String(number), { who: String((user as { account_id: unknown }).account_id), many: Number(many) })
      return good({ is_success: 'true' })
    },
  }
}
