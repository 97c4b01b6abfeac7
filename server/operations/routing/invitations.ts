import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { holds } from '../../rules/condition/holds.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { changeInvitation, type Invitation, invitationQueries, slotOf, UNDER_WAY } from './invitation-queries.ts'
import type { InvitedBy } from './invitation-states.ts'
import { INVITATION } from './routing-tables.ts'

export interface InvitationsDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'of'>
  groups: { queries: Pick<Groups['queries'], 'isInPool' | 'hasRoom' | 'joinWayOf'> }
  tasks: Pick<Tasks, 'open' | 'close'>
  timeline: Pick<Timeline, 'note'>
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
/** A guide should send it within a day. */
const TASK_DUE_MS = DAY_MS

/** Invitations into group pools. The server only invites; people join. */
export function createInvitations({ clock, rules, facts, groups, tasks, timeline }: InvitationsDeps) {
  const lapseAt = (pool: string): number =>
    clock.now() + (rules.current().pools.get(pool)?.value.lapseDays ?? DEFAULT_LAPSE_DAYS) * DAY_MS

  async function isEligible(tx: Tx, externalUserId: string, pool: string): Promise<boolean> {
    const rule = rules.current().pools.get(pool)
    if (rule === undefined) return false
    const known = (await facts.of(tx, [externalUserId], clock.now(), factPaths(rule.entry))).get(externalUserId)
    return holds(rule.entry, known ?? new Map())
  }

  async function noteOpened(tx: Tx, invitation: Invitation): Promise<void> {
    const { id, pool, externalUserId, userId, openedAtMs, reason } = invitation
    await timeline.note(tx, {
      key: `invitation:${id}:opened`,
      externalUserId,
      userId,
      atMs: openedAtMs,
      kind: 'invitation.opened',
      text: `${invitation.invitedBy === 'welcome' ? '随欢迎语' : '随群发'}邀请加入「${pool}」`,
      reason,
    })
  }

  /** Makes the invitation known: to the guide as a to-do, or on the timeline when it rides with a message. Whether a
   *  welcome took it along is only known later. */
  async function reachOut(tx: Tx, invitation: Invitation): Promise<void> {
    const { id, pool, externalUserId, userId, invitedBy, reason } = invitation
    if (invitedBy === 'welcome') return
    if (invitedBy === 'mass-send') return noteOpened(tx, invitation)
    const taskKey = `invite:${id}:${userId}`
    const way = await groups.queries.joinWayOf(tx, pool)
    await tasks.open(tx, {
      key: taskKey,
      externalUserId,
      userId,
      kind: 'invite',
      title: `邀请进「${pool}」`,
      scriptId: rules.current().pools.get(pool)?.value.script,
      detail: { pool, qr_code: way?.qrCode ?? null },
      dueAtMs: clock.now() + TASK_DUE_MS,
      reason,
    })
    await changeInvitation(tx, id, { task_key: taskKey })
  }

  /** What a repeat of an earlier reason is told. */
  function again(earlier: Invitation): InviteOutcome {
    if (earlier.state === 'open') return 'already-open'
    if (earlier.state === 'waiting') return 'no-room'
    return earlier.state === 'joined' ? 'already-member' : 'not-eligible'
  }

  async function invite(tx: Tx, request: InviteRequest): Promise<InviteOutcome> {
    const { externalUserId, userId, pool, key, reason } = request
    const earlier = await invitationQueries.byReasonKey(tx, key)
    if (earlier !== undefined) return again(earlier)
    if (await groups.queries.isInPool(tx, externalUserId, pool)) return 'already-member'
    if (!(await isEligible(tx, externalUserId, pool))) return 'not-eligible'
    const membershipReview = await invitationQueries.openFor(tx, pool, externalUserId)
    if (membershipReview !== undefined) return again(membershipReview)
    const hasRoom = await groups.queries.hasRoom(tx, pool)
    const inserted = await tx.insertIgnore(INVITATION, [
      {
        external_userid: externalUserId,
        userid: userId,
        pool,
        reason_key: key,
        open_slot: slotOf(pool, externalUserId),
        state: hasRoom ? 'open' : 'waiting',
        invited_by: request.by ?? 'task',
        reason: JSON.stringify(reason),
        opened_at: clock.now(),
        lapse_at: lapseAt(pool),
        check_at: hasRoom && request.by === 'welcome' ? clock.now() : null,
      },
    ])
    const invitation = await invitationQueries.byReasonKey(tx, key)
    if (inserted === 0 || invitation === undefined) return 'already-open'
    if (hasRoom) {
      await reachOut(tx, invitation)
      return 'invited'
    }
    const text = `「${pool}」没有空位，等有了空位再邀请`
    const noteKey = `invitation:${invitation.id}:waiting`
    await timeline.note(tx, { key: noteKey, externalUserId, userId, kind: 'invitation.waiting', text, reason })
    return 'no-room'
  }

  return {
    /** Invites a customer into a pool, once per reason and never twice at a time. Safe to repeat: a repeat is told how the
     *  first one stands (`not-eligible` when it lapsed or was withdrawn). `no-room`: kept waiting until there is room. */
    invite,

    isEligible,

    /** Ends an open or waiting invitation and its to-do; false when it has ended already. */
    close: async (
      tx: Tx,
      invitation: Invitation,
      end: { state: 'joined' | 'lapsed' | 'withdrawn'; note: string; chatId?: string },
    ): Promise<boolean> => {
      const changes = set(INVITATION, {
        state: end.state,
        open_slot: null,
        check_at: null,
        closed_at: clock.now(),
        close_note: end.note,
        chat_id: end.chatId ?? null,
      })
      const changed = await tx.run(
        sql`UPDATE ${INVITATION} SET ${changes} WHERE ${INVITATION.id} = ${invitation.id} AND ${UNDER_WAY}`,
      )
      if (changed === 0) return false
      const { id, externalUserId, userId, pool, taskKey } = invitation
      const outcome = end.state === 'joined' ? 'done' : 'dropped'
      if (taskKey !== undefined && (await tasks.close(tx, { key: taskKey, outcome, note: end.note }))) return true
      // Joining has a note of its own, from the group.
      if (end.state === 'joined') return true
      const text = `取消邀请进「${pool}」：${end.note}`
      await timeline.note(tx, {
        key: `invitation:${id}:ended`,
        externalUserId,
        userId,
        kind: `invitation.${end.state}`,
        text,
      })
      return true
    },

    /** Somebody who waited can be invited now; by a to-do, since the welcome is long past. */
    openWaiting: async (tx: Tx, invitation: Invitation): Promise<void> => {
      const changes = set(INVITATION, {
        state: 'open',
        invited_by: 'task',
        opened_at: clock.now(),
        lapse_at: lapseAt(invitation.pool),
      })
      await tx.run(
        sql`UPDATE ${INVITATION} SET ${changes}
            WHERE ${INVITATION.id} = ${invitation.id} AND ${INVITATION.state} = 'waiting'`,
      )
      await reachOut(tx, { ...invitation, state: 'open', invitedBy: 'task' })
    },

    /** The welcome took the code along. */
    wentWithWelcome: async (tx: Tx, invitation: Invitation): Promise<void> => {
      await changeInvitation(tx, invitation.id, { check_at: null })
      await noteOpened(tx, invitation)
    },
    /** Nobody knows yet; look again then. */
    checkLater: (tx: Tx, invitation: Invitation, atMs: number): Promise<void> =>
      changeInvitation(tx, invitation.id, { check_at: atMs }),

    /** Puts an open invitation into a (another) guide's hands as a to-do. */
    handTo: async (tx: Tx, invitation: Invitation, userId: string): Promise<void> => {
      await changeInvitation(tx, invitation.id, { userid: userId, invited_by: 'task', check_at: null })
      if (invitation.state === 'open') await reachOut(tx, { ...invitation, userId, invitedBy: 'task' })
    },
  }
}
export type Invitations = ReturnType<typeof createInvitations>
