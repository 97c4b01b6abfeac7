import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { holds } from '../../rules/condition/holds.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import { type AskAgainDeps, type Asking, createAskAgain } from './ask-again.ts'
import { furtherThan, lesserThan, liesBefore } from './further-pools.ts'
import { beginInvitation, type Invitation, invitationQueries } from './invitation-queries.ts'
import type { InvitedBy } from './invitation-states.ts'
import type { AskedSo } from './reach-out.ts'

export interface InviteDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'of'>
  groups: { queries: Pick<Groups['queries'], 'isInPool' | 'hasRoom'> }
  timeline: Pick<Timeline, 'note'>
  reachOut: (tx: Tx, invitation: Invitation, so?: AskedSo) => Promise<void>
  handTo: AskAgainDeps['handTo']
  tasks: AskAgainDeps['tasks']
  withdraw: (tx: Tx, invitation: Invitation, note: string) => Promise<void>
  privacy: AskConsent
}

/** `userId`: the guide in whose name. */
export interface InviteRequest extends Asking {
  /** Once per reason; ≤190 characters. */
  key: string
  /** How it reaches the customer; default `task`. `welcome`, `mass-send`: the pool's code goes with that message. */
  by?: InvitedBy
  /** The to-do in the words of whoever invites; with it one that nobody is at any more is asked for again. */
  so?: AskedSo
}

export type InviteOutcome = 'invited' | 'asked-again' | 'already-open' | 'already-member' | 'not-eligible' | 'no-room'

const DEFAULT_LAPSE_DAYS = 7

/** What a repeat of an earlier reason is told. */
function again(earlier: Invitation): InviteOutcome {
  if (earlier.state === 'open') return 'already-open'
  if (earlier.state === 'waiting') return 'no-room'
  return earlier.state === 'joined' ? 'already-member' : 'not-eligible'
}

/** Who is invited into a pool, and who waits for room. */
export function createInvite(deps: InviteDeps) {
  const { clock, rules, facts, groups, timeline, reachOut, withdraw, privacy } = deps
  const lapseAt = (pool: string): number =>
    clock.now() + (rules.current().pools.get(pool)?.value.lapseDays ?? DEFAULT_LAPSE_DAYS) * DAY_MS

  const { isBeforeGuide, askAgain, wantToo } = createAskAgain({ ...deps, lapseAt })

  async function isEligible(tx: Tx, externalUserId: string, pool: string): Promise<boolean> {
    const rule = rules.current().pools.get(pool)
    if (rule === undefined) return false
    const known = (await facts.of(tx, [externalUserId], clock.now(), factPaths(rule.entry))).get(externalUserId)
    return holds(rule.entry, known ?? new Map())
  }

  /** They belong in a further group, and are in it or asked into it. */
  async function isFurther(tx: Tx, externalUserId: string, pool: string): Promise<boolean> {
    for (const { name } of furtherThan(rules.current().pools, pool)) {
      if (!(await isEligible(tx, externalUserId, name))) continue
      if (await groups.queries.isInPool(tx, externalUserId, name)) return true
      if ((await invitationQueries.openFor(tx, name, externalUserId))?.state === 'open') return true
    }
    return false
  }

  /** Nobody is asked into two groups of which one will do. What they belong in no more is withdrawn for that reason. `note`: why,
   *  one Chinese line. */
  async function withdrawLesser(
    tx: Tx,
    externalUserId: string,
    pool: string,
    note = `改请进「${pool}」`,
  ): Promise<void> {
    for (const open of await invitationQueries.openOf(tx, externalUserId)) {
      if (!liesBefore(rules.current().pools, open.pool, pool)) continue
      if (await isEligible(tx, externalUserId, open.pool)) await withdraw(tx, open, note)
    }
  }

  /** They belong there and have not said that they want no invitations. */
  async function mayBeAsked(tx: Tx, externalUserId: string, pool: string): Promise<boolean> {
    const refused = await privacy.consents.refusedAmong(tx, 'marketing', [externalUserId], 'invites')
    return !refused.has(externalUserId) && isEligible(tx, externalUserId, pool)
  }

  async function besideUnderWay(tx: Tx, underWay: Invitation, request: InviteRequest): Promise<InviteOutcome> {
    const { so } = request
    if (so === undefined) await wantToo(tx, underWay, request)
    else if (underWay.state === 'open' && (await askAgain(tx, underWay, request, so))) return 'asked-again'
    return again(underWay)
  }

  /** Invites a customer into a pool, once per reason and never twice at a time. Safe to repeat: a repeat is told how the
   *  first one stands (`not-eligible` when it lapsed or was withdrawn). `not-eligible` as well for whoever has a further group. `no-room`: kept waiting until there is room. */
  async function invite(tx: Tx, request: InviteRequest): Promise<InviteOutcome> {
    const { externalUserId, userId, pool, key, reason } = request
    const { earlier, underWay } = await invitationQueries.standing(tx, { pool, externalUserId, key })
    if (earlier !== undefined) return again(earlier)
    if (await groups.queries.isInPool(tx, externalUserId, pool)) return 'already-member'
    if (!(await mayBeAsked(tx, externalUserId, pool))) return 'not-eligible'
    if (underWay !== undefined) return besideUnderWay(tx, underWay, request)
    if (await isFurther(tx, externalUserId, pool)) return 'not-eligible'
    if (request.so !== undefined && (await isBeforeGuide(tx, request))) return 'already-open'
    const hasRoom = await groups.queries.hasRoom(tx, pool)
    const invitation = await beginInvitation(tx, {
      ...{ externalUserId, userId, pool, key, reason, openedAtMs: clock.now(), lapseAtMs: lapseAt(pool) },
      ...{ state: hasRoom ? 'open' : 'waiting', invitedBy: request.by ?? 'task' },
    })
    if (invitation === undefined) return 'already-open'
    if (hasRoom) {
      await withdrawLesser(tx, externalUserId, pool)
      await reachOut(tx, invitation, request.so)
      return 'invited'
    }
    const text = `「${pool}」没有空位，等有了空位再邀请`
    const noteKey = `invitation:${invitation.id}:waiting`
    await timeline.note(tx, { key: noteKey, externalUserId, userId, kind: 'invitation.waiting', text, reason })
    return 'no-room'
  }

  /** Who did not come into the further group is asked into the lesser one after all, where they belong in it. Safe to repeat. */
  async function inviteLesser(tx: Tx, lapsed: Invitation): Promise<void> {
    const { externalUserId, userId, id } = lapsed
    const earlier = await invitationQueries.ofCustomer(tx, externalUserId)
    for (const { name, version, value } of lesserThan(rules.current().pools, lapsed.pool)) {
      // Into a group that people are only asked into by hand, or by a journey, whoever was asked before.
      const wasAsked = earlier.some(({ pool, state }) => pool === name && state === 'withdrawn')
      if ((value.inviteOn ?? []).length === 0 && !wasAsked) continue
      await invite(tx, {
        ...{ externalUserId, userId, pool: name, key: `lapse:${id}:${name}` },
        reason: {
          text: `「${lapsed.pool}」的邀请过期了，符合群池「${name}」的入群条件`,
          rule: { kind: 'pool', name, version },
        },
      })
    }
  }

  return { invite, inviteLesser, isEligible, isFurther, lapseAt, mayBeAsked, withdrawLesser }
}
