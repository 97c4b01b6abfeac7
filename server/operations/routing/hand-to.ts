import { mustHaveTaken } from '../../core/db/taken-meanwhile.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { isUnfinished } from '../tasks/task-queries.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { changeIfStill } from './change-invitation.ts'
import type { Invitation } from './invitation-queries.ts'
import { type AskedSo, ownTaskKey, type ReachOut } from './reach-out.ts'

export interface HandToDeps {
  clock: Clock
  tasks: Pick<Tasks, 'close'> & { queries: Pick<Tasks['queries'], 'byKey'> }
  askGuide: ReachOut['askGuide']
}

/** Asked for again: for this reason, in these words, and from then on it waits until then. */
export interface Anew {
  so: AskedSo
  reason: Reason
  /** UTC milliseconds. */
  lapseAtMs: number
}

/** In whose hands an invitation is. */
export function createHandTo({ clock, tasks, askGuide }: HandToDeps) {
  /** Who had it before may get it again; the to-do from then is over. */
  async function keyFor(tx: Tx, invitation: Invitation, userId: string): Promise<string> {
    const key = ownTaskKey(invitation, userId)
    return (await tasks.queries.byKey(tx, key)) === undefined ? key : `${key}:${clock.now()}`
  }

  /** Puts an invitation into a (another) guide's hands, an open one as a to-do. False: somebody else has changed it since it was
   *  read, and nothing happens. */
  async function handTo(tx: Tx, invitation: Invitation, userId: string, anew?: Anew): Promise<boolean> {
    const reason = anew?.reason ?? invitation.reason
    const key = invitation.state === 'open' ? (anew?.so.key ?? (await keyFor(tx, invitation, userId))) : undefined
    const isOurs = await changeIfStill(tx, invitation, {
      userid: userId,
      invited_by: 'task',
      check_at: null,
      ...(key === undefined ? {} : { task_key: key }),
      ...(anew === undefined ? {} : { lapse_at: anew.lapseAtMs, reason: JSON.stringify(reason) }),
    })
    if (isOurs && key !== undefined) await askGuide(tx, { ...invitation, userId, reason }, key, anew?.so)
    return isOurs
  }

  return {
    handTo,

    /** A guide lost the customer, who has this other one. Whoever else has it before them goes on with it; what that guide had
     *  is asked of the other one. Safe to repeat. */
    guideLost: async (tx: Tx, invitation: Invitation, lostUserId: string, owner: string): Promise<void> => {
      const { taskKey } = invitation
      const task = taskKey === undefined ? undefined : await tasks.queries.byKey(tx, taskKey)
      if (invitation.userId !== lostUserId && task?.userId !== lostUserId) return
      if (task !== undefined && task.userId !== lostUserId && task.state !== 'dropped') {
        mustHaveTaken(Number(await changeIfStill(tx, invitation, { userid: task.userId })), 1)
        return
      }
      if (task !== undefined && isUnfinished(task))
        await tasks.close(tx, { key: task.key, outcome: 'dropped', note: '已不是好友' })
      mustHaveTaken(Number(await handTo(tx, invitation, owner)), 1)
    },
  }
}
export type HandTo = ReturnType<typeof createHandTo>
