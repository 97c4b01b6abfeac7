import type { Routing } from '../../../routing/routing.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'

export interface InviteStepDeps {
  routing: Pick<Routing, 'invite'>
}

const INVITED: Record<Awaited<ReturnType<Routing['invite']>>, string> = {
  invited: '已邀请',
  'already-open': '没有再邀请：已有一个未过期的邀请',
  'already-member': '没有邀请：已在群里',
  'not-eligible': '没有邀请：不符合入群条件',
  'no-room': '没有邀请：群已满',
}

export function createInviteStep({ routing }: InviteStepDeps): PerformStep<string> {
  return async (tx, pool, { entry, reason }) => {
    const { externalUserId, userId } = entry
    const outcome = await routing.invite(tx, { externalUserId, userId, reason, key: keyOf(entry), pool })
    return done(`${pool}：${INVITED[outcome]}`, outcome === 'invited')
  }
}
