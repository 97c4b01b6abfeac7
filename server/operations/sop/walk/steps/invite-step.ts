import type { Routing } from '../../../routing/routing.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'

export interface InviteStepDeps {
  routing: Pick<Routing, 'invite'>
}

type Outcome = Awaited<ReturnType<Routing['invite']>>

/** Why somebody is not asked into a pool, as journeys tell it; undefined: they are. */
export const NOT_INVITED: Record<Outcome, string | undefined> = {
  invited: undefined,
  'asked-again': undefined,
  'already-open': '已有一个未过期的邀请',
  'already-member': '已在群里',
  'not-eligible': '不符合入群条件',
  'no-room': '群已满',
}

export function createInviteStep({ routing }: InviteStepDeps): PerformStep<string> {
  return async (tx, pool, { entry, reason }) => {
    const { externalUserId, userId } = entry
    const outcome = await routing.invite(tx, { externalUserId, userId, reason, key: keyOf(entry), pool })
    const why = NOT_INVITED[outcome]
    if (why === undefined) return done(`${pool}：已邀请`, true)
    return done(`${pool}：没有${outcome === 'already-open' ? '再' : ''}邀请：${why}`, false)
  }
}
