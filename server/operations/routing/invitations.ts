import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { changeInvitation, changeInvitations, type Invitation, UNDER_WAY } from './invitation-queries.ts'
import { createInvite, type InviteDeps } from './invite.ts'
import { type AskedSo, createReachOut, type ReachOutDeps } from './reach-out.ts'
import { INVITATION } from './routing-tables.ts'

export type InvitationsDeps = Omit<InviteDeps, 'reachOut' | 'handTo' | 'withdraw'> &
  ReachOutDeps & { tasks: Pick<Tasks, 'close'> }

const idsOf = (those: readonly Invitation[]): number[] => those.map(({ id }) => id)

/** Invitations into group pools. The server only invites; people join. */
export function createInvitations(deps: InvitationsDeps) {
  const { clock, tasks, timeline } = deps
  const { reachOut, noteOpened } = createReachOut(deps)

  /** Ends an open or waiting invitation and its to-do. Safe to repeat. */
  async function close(
    tx: Tx,
    invitation: Invitation,
    end: { state: 'joined' | 'lapsed' | 'withdrawn'; note: string; chatId?: string },
  ): Promise<void> {
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
    if (changed === 0) return
    const { id, externalUserId, userId, pool, taskKey } = invitation
    const outcome = end.state === 'joined' ? 'done' : 'dropped'
    if (taskKey !== undefined && (await tasks.close(tx, { key: taskKey, outcome, note: end.note }))) return
    // Joining has a note of its own, from the group.
    if (end.state === 'joined') return
    const text = `取消邀请进「${pool}」：${end.note}`
    await timeline.note(tx, {
      key: `invitation:${id}:ended`,
      externalUserId,
      userId,
      kind: `invitation.${end.state}`,
      text,
    })
  }

  /** Puts an open invitation into a (another) guide's hands as a to-do. */
  async function handTo(tx: Tx, invitation: Invitation, userId: string, so?: AskedSo): Promise<void> {
    await changeInvitation(tx, invitation.id, { userid: userId, invited_by: 'task', check_at: null })
    if (invitation.state === 'open') await reachOut(tx, { ...invitation, userId, invitedBy: 'task' }, so)
  }

  const { invite, inviteLesser, isEligible, isFurther, lapseAt, withdrawLesser } = createInvite({
    ...{ ...deps, reachOut, handTo },
    withdraw: (tx, invitation, note) => close(tx, invitation, { state: 'withdrawn', note }),
  })

  return {
    invite,
    inviteLesser,
    isEligible,
    isFurther,
    withdrawLesser,
    close,
    handTo,

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
      await withdrawLesser(tx, invitation.externalUserId, invitation.pool)
      await reachOut(tx, { ...invitation, state: 'open', invitedBy: 'task' })
    },

    /** Their welcomes took the code along. */
    wentWithWelcome: async (tx: Tx, those: readonly Invitation[]): Promise<void> => {
      await changeInvitations(tx, idsOf(those), { check_at: null })
      for (const invitation of those) await noteOpened(tx, invitation)
    },
    /** Nobody knows yet; look again then. */
    checkLater: (tx: Tx, those: readonly Invitation[], atMs: number): Promise<void> =>
      changeInvitations(tx, idsOf(those), { check_at: atMs }),
  }
}
export type Invitations = ReturnType<typeof createInvitations>
