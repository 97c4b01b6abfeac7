import { mustHaveTaken } from '../../core/db/taken-meanwhile.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { isUnfinished } from '../tasks/task-queries.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { isSameReason } from './ask-again.ts'
import type { HandTo } from './hand-to.ts'
import { type Invitation, invitationQueries } from './invitation-queries.ts'
import { ownTaskKey } from './reach-out.ts'

export interface DropAskedDeps {
  tasks: Pick<Tasks, 'close'> & { queries: Pick<Tasks['queries'], 'byKey'> }
  handTo: HandTo['handTo']
  mayBeAsked(tx: Tx, externalUserId: string, pool: string): Promise<boolean>
  withdraw(tx: Tx, invitation: Invitation, note: string): Promise<void>
}

/** What was asked for by a to-do, or waits for room to be. */
export interface Asked {
  key: string
  externalUserId: string
  /** Why; undefined: nobody knows any more. */
  reason: Reason | undefined
}

/** Also what waited for room or went to another guide since, and is asked for in the words of the pool, for the same reason. */
function isAskedBy(invitation: Invitation, { key, externalUserId, reason }: Asked): boolean {
  if (invitation.state === 'waiting') return invitation.key === key
  if (invitation.taskKey === key) return true
  const isInWordsOfPool = invitation.taskKey?.startsWith(ownTaskKey(invitation, '')) === true
  if (!isInWordsOfPool || invitation.externalUserId !== externalUserId) return false
  return reason !== undefined && isSameReason(invitation.reason, reason)
}

/** Whoever asked wants none of these any more. `why`: one Chinese line. Where nobody else has asked since, the invitation is
 *  withdrawn with its to-do; otherwise the pool asks in its own words. What a guide has sent stands. Safe to repeat. */
export function createDropAsked({ tasks, handTo, mayBeAsked, withdraw }: DropAskedDeps) {
  async function isWantedByOthers(tx: Tx, invitation: Invitation, { reason }: Asked): Promise<boolean> {
    if (reason === undefined || isSameReason(invitation.reason, reason)) return false
    return mayBeAsked(tx, invitation.externalUserId, invitation.pool)
  }

  return async function dropAsked(tx: Tx, asked: readonly Asked[], why: string): Promise<void> {
    const customers = [...new Set(asked.map((one) => one.externalUserId))]
    for (const invitation of await invitationQueries.openAmong(tx, customers)) {
      const { state, taskKey } = invitation
      const one = asked.find((by) => isAskedBy(invitation, by))
      if (one === undefined) continue
      const task = state === 'waiting' || taskKey === undefined ? undefined : await tasks.queries.byKey(tx, taskKey)
      if (state === 'open' && (task === undefined || !isUnfinished(task))) continue
      if (!(await isWantedByOthers(tx, invitation, one))) await withdraw(tx, invitation, why)
      else if (task !== undefined) {
        await tasks.close(tx, { key: task.key, outcome: 'dropped', note: why })
        mustHaveTaken(Number(await handTo(tx, invitation, task.userId)), 1)
      }
    }
  }
}
export type DropAsked = ReturnType<typeof createDropAsked>
