import type { Clock } from '../../../../core/kernel/clock.ts'
import { durationMs } from '../../../../core/kernel/duration-ms.ts'
import type { GrantStep } from '../../../../rules/schema/sop-step.ts'
import { giftText } from '../../../grants/grant-text.ts'
import type { Grants } from '../../../grants/grants.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'

export interface GrantStepDeps {
  clock: Clock
  grants: Pick<Grants, 'ask' | 'withdraw' | 'tellOutcomesTo'>
}

const DEFAULT_WITHIN = '30d'

/** Gives a coupon or points; the journey goes on without waiting for the shop. */
export function createGrantStep({ clock, grants }: GrantStepDeps): PerformStep<GrantStep> {
  return async (
    tx,
    { shop, coupon, points = 0, name, within = DEFAULT_WITHIN, askGuide = false },
    { entry, reason },
  ) => {
    const { externalUserId, userId } = entry
    const gift = coupon === undefined ? ({ kind: 'points', points } as const) : ({ kind: 'coupon', coupon } as const)
    await grants.ask(tx, {
      ...{ key: keyOf(entry), externalUserId, userId, shop, gift, name, asksGuide: askGuide, reason },
      lapsesAtMs: clock.now() + durationMs(within),
    })
    // The grant tells the timeline what becomes of it.
    return done(`去店铺发${giftText({ gift, name })}`, true)
  }
}
