import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { poolAskedBy } from '../../rules/book/pool-asked-by.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { changeUnderWay } from './change-invitation.ts'
import type { HandTo } from './hand-to.ts'
import type { Invitation } from './invitation-queries.ts'
import type { AskedSo } from './reach-out.ts'

export interface AskAgainDeps {
  rules: Pick<RuleBookHolder, 'current'>
  tasks: { queries: Pick<Tasks['queries'], 'unfinishedOf'> }
  handTo: HandTo['handTo']
  lapseAt: (pool: string) => number
}

export interface Asking {
  externalUserId: string
  userId: string
  pool: string
  reason: Reason
}

/** The same reason, as they are stored. */
export const isSameReason = (one: Reason, other: Reason): boolean => JSON.stringify(one) === JSON.stringify(other)

/** What becomes of an invitation under way when somebody asks for another one. */
export function createAskAgain({ rules, tasks, handTo, lapseAt }: AskAgainDeps) {
  /** One group, one to-do, whatever opened it: before there were invitations behind all of them, some stood alone. */
  async function isBeforeGuide(tx: Tx, { externalUserId, pool }: Asking, taskKey?: string): Promise<boolean> {
    const unfinished = await tasks.queries.unfinishedOf(tx, externalUserId)
    return unfinished.some(({ key, scriptId }) => key === taskKey || poolAskedBy(rules.current(), scriptId) === pool)
  }

  return {
    isBeforeGuide,

    /** In these words, unless a guide has it before them or it rides with a message that is still on its way; of a mass send
     *  nobody here knows when it has gone out. False: it stays as it is. */
    askAgain: async (tx: Tx, underWay: Invitation, asking: Asking, so: AskedSo): Promise<boolean> => {
      if (underWay.taskKey === so.key) return true
      if (underWay.checkAtMs !== undefined || underWay.invitedBy === 'mass-send') return false
      if (await isBeforeGuide(tx, asking, underWay.taskKey)) return false
      const lapseAtMs = lapseAt(asking.pool)
      return handTo(tx, underWay, asking.userId, { so, reason: asking.reason, lapseAtMs })
    },

    /** Whoever asks for one that a journey has asked for wants it after the journey's end, too. */
    wantToo: async (tx: Tx, underWay: Invitation, { reason }: Asking): Promise<void> => {
      if (underWay.reason.rule?.kind !== 'sop' || isSameReason(underWay.reason, reason)) return
      await changeUnderWay(tx, underWay.id, { reason: JSON.stringify(reason) })
    },
  }
}
