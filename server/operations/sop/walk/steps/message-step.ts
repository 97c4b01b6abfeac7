import type { Clock } from '../../../../core/kernel/clock.ts'
import type { Customers } from '../../../../records/customers/customers.ts'
import { NO_GUIDE } from '../../../../records/customers/no-guide.ts'
import { startOfLastDays } from '../../../../records/facts/days-since-sql.ts'
import type { Staff } from '../../../../records/staff/staff.ts'
import type { Touches } from '../../../../records/touches/touches.ts'
import type { MessageStep } from '../../../../rules/schema/sop-step.ts'
import type { MassSend } from '../../../mass-send/mass-send.ts'
import { messageQueue } from '../../messages/message-queue.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'

export interface MessageStepDeps {
  clock: Clock
  touches: Pick<Touches, 'countsSince'>
  massSend: { queries: Pick<MassSend['queries'], 'onTheirWay' | 'ceilingOf'> }
  customers: { queries: Pick<Customers['queries'], 'isFollowing'> }
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
}

/** Puts the customer among those who wait for the same words from the same guide; `sop.messages` hands them over. */
export function createMessageStep(deps: MessageStepDeps): PerformStep<MessageStep> {
  const { clock, touches, massSend, customers, staff } = deps
  return async (tx, _message, { entry }) => {
    const { externalUserId, userId } = entry
    const now = clock.now()
    if (!(await customers.queries.isFollowing(tx, userId, externalUserId))) {
      return done(`没有群发：${NO_GUIDE.zh}`, false)
    }
    const limit = await massSend.queries.ceilingOf(tx, externalUserId)
    if (limit !== undefined) {
      const since = startOfLastDays(limit.days, now)
      const had = await touches.countsSince(tx, [externalUserId], since)
      const asked = await massSend.queries.onTheirWay(tx, [externalUserId])
      const waiting = await messageQueue.waitingFor(tx, externalUserId)
      const count = (had.get(externalUserId) ?? 0) + (asked.get(externalUserId) ?? 0) + waiting
      if (count >= limit.most) {
        return done(
          `没有群发：${limit.days} 天内已联系 ${count} 次，${limit.tier === undefined ? '' : `「${limit.tier}」`}最多 ${limit.most} 次`,
          false,
        )
      }
    }
    await messageQueue.add(tx, entry, keyOf(entry), now)
    // The mass-send tells the timeline what becomes of it.
    return done(`准备群发，请导购${(await staff.queries.nameOf(tx, userId)) ?? userId}确认`, true)
  }
}
