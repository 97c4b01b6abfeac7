import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { holds } from '../../rules/condition/holds.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import { beginInvitation, type Invitation, invitationQueries } from './invitation-queries.ts'
import type { InvitedBy } from './invitation-states.ts'

export interface InviteDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'of'>
  groups: { queries: Pick<Groups['queries'], 'isInPool' | 'hasRoom'> }
  timeline: Pick<Timeline, 'note'>
  reachOut: (tx: Tx, invitation: Invitation) => Promise<void>
  privacy: AskConsent
}

export interface InviteRequest {
  externalUserId: string
  /** The guide in whose name. */
  userId: string
  pool: string
  /** Once per reason; ≤190 characters. */
  key: string
  reason: Reason
  /** How it reaches the customer; default `task`. `welcome`, `mass-send`: the pool's code goes with that message. */
  by?: InvitedBy
}

export type InviteOutcome = 'invited' | 'already-open' | 'already-member' | 'not-eligible' | 'no-room'

const DEFAULT_LAPSE_DAYS = 7

/** What a repeat of an earlier reason is told. */
function again(earlier: Invitation): InviteOutcome {
  if (earlier.state === 'open') return 'already-open'
  if (earlier.state === 'waiting') return 'no-room'
  return earlier.state === 'joined' ? 'already-member' : 'not-eligible'
}

/** Who is invited into a pool, and who waits for room. */
export function createInvite({ clock, rules, facts, groups, timeline, reachOut, privacy }: InviteDeps) {
  const lapseAt = (pool: string): number =>
    clock.now() + (rules.current().pools.get(pool)?.value.lapseDays ?? DEFAULT_LAPSE_DAYS) * DAY_MS

  async function isEligible(tx: Tx, externalUserId: string, pool: string): Promise<boolean> {
    const rule = rules.current().pools.get(pool)
    if (rule === undefined) return false
    const known = (await facts.of(tx, [externalUserId], clock.now(), factPaths(rule.entry))).get(externalUserId)
    return holds(rule.entry, known ?? new Map())
  }

  /** Invites a customer into a pool, once per reason and never twice at a time. Safe to repeat: a repeat is told how the
   *  first one stands (`not-eligible` when it lapsed or was withdrawn). `no-room`: kept waiting until there is room. */
  async function invite(tx: Tx, request: InviteRequest): Promise<InviteOutcome> {
    const { externalUserId, userId, pool, key, reason } = request
    const { earlier, underWay } = await invitationQueries.standing(tx, { pool, externalUserId, key })
    if (earlier !== undefined) return again(earlier)
    if (await groups.queries.isInPool(tx, externalUserId, pool)) return 'already-member'
    if ((await privacy.consents.refusedAmong(tx, 'marketing', [externalUserId], 'invites')).has(externalUserId))
      return 'not-eligible'
    if (!(await isEligible(tx, externalUserId, pool))) return 'not-eligible'
    if (underWay !== undefined) return again(underWay)
    const hasRoom = await groups.queries.hasRoom(tx, pool)
    const invitation = await beginInvitation(tx, {
      ...{ externalUserId, userId, pool, key, reason, openedAtMs: clock.now(), lapseAtMs: lapseAt(pool) },
      ...{ state: hasRoom ? 'open' : 'waiting', invitedBy: request.by ?? 'task' },
    })
    if (invitation === undefined) return 'already-open'
    if (hasRoom) {
      await reachOut(tx, invitation)
      return 'invited'
    }
    const text = `「${pool}」没有空位，等有了空位再邀请`
    const noteKey = `invitation:${invitation.id}:waiting`
    await timeline.note(tx, { key: noteKey, externalUserId, userId, kind: 'invitation.waiting', text, reason })
    return 'no-room'
  }

  return { invite, isEligible, lapseAt }
}
