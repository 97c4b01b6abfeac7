import { set, sql } from '../../core/db/sql.ts'
import { mustHaveTaken } from '../../core/db/taken-meanwhile.ts'
import type { Tx } from '../../core/db/tx.ts'
import { changeChecks, sameTask } from './change-invitation.ts'
import { createDropAsked, type DropAskedDeps } from './drop-asked.ts'
import { createHandTo, type HandToDeps } from './hand-to.ts'
import { type Invitation, invitationQueries, UNDER_WAY } from './invitation-queries.ts'
import { createInvite, type InviteDeps } from './invite.ts'
import { createReachOut, type ReachOutDeps } from './reach-out.ts'
import { INVITATION } from './routing-tables.ts'

export type InvitationsDeps = Omit<InviteDeps, 'reachOut' | 'handTo' | 'withdraw'> &
  ReachOutDeps &
  Omit<HandToDeps, 'askGuide'> &
  Pick<DropAskedDeps, 'tasks'>

/** Invitations into group pools. The server only invites; people join. */
export function createInvitations(deps: InvitationsDeps) {
  const { clock, tasks, timeline } = deps
  const { reachOut, askGuide, noteOpened } = createReachOut(deps)
  const { handTo, guideLost } = createHandTo({ ...deps, askGuide })

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
      sql`UPDATE ${INVITATION} SET ${changes}
          WHERE ${INVITATION.id} = ${invitation.id} AND ${UNDER_WAY} AND ${sameTask(invitation)}`,
    )
    if (changed === 0) {
      // With another to-do by now it is to be read again, so that that one ends with it.
      const underWay = await invitationQueries.openOf(tx, invitation.externalUserId)
      mustHaveTaken(0, underWay.filter((one) => one.id === invitation.id).length)
      return
    }
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

  const withdraw = (tx: Tx, invitation: Invitation, note: string): Promise<void> =>
    close(tx, invitation, { state: 'withdrawn', note })
  const invite = createInvite({ ...deps, reachOut, handTo, withdraw })
  const { lapseAt, withdrawLesser } = invite

  return {
    ...invite,
    close,
    handTo,
    guideLost,
    dropAsked: createDropAsked({ ...deps, handTo, withdraw, mayBeAsked: invite.mayBeAsked }),

    /** Somebody who waited can be invited now; by a to-do, since the welcome is long past. */
    openWaiting: async (tx: Tx, invitation: Invitation): Promise<void> => {
      const changes = set(INVITATION, {
        state: 'open',
        invited_by: 'task',
        opened_at: clock.now(),
        lapse_at: lapseAt(invitation.pool),
      })
      const opened = await tx.run(
        sql`UPDATE ${INVITATION} SET ${changes}
            WHERE ${INVITATION.id} = ${invitation.id} AND ${INVITATION.state} = 'waiting'`,
      )
      if (opened === 0) return
      await withdrawLesser(tx, invitation.externalUserId, invitation.pool)
      await reachOut(tx, { ...invitation, state: 'open', invitedBy: 'task' })
    },

    /** Their welcomes took the code along. */
    wentWithWelcome: async (tx: Tx, those: readonly Invitation[]): Promise<void> => {
      mustHaveTaken(await changeChecks(tx, those, null), those.length)
      for (const invitation of those) await noteOpened(tx, invitation)
    },
    /** Nobody knows yet; look again then. */
    checkLater: (tx: Tx, those: readonly Invitation[], atMs: number): Promise<number> => changeChecks(tx, those, atMs),
  }
}
export type Invitations = ReturnType<typeof createInvitations>
