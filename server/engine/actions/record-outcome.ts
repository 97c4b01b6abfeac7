import type { Db } from '../../core/db/db.ts'
import { createSharedTx } from '../../core/db/shared-tx.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type Action, type ActionState, type Executor, type Failure, rankOf } from './action-kind.ts'
import { actionOutcome } from './action-outcome.ts'
import type { ClaimedAction } from './claim.ts'
import type { Trouble } from './trouble.ts'

export interface RecordOutcomeDeps {
  db: Db
  clock: Clock
  onEnded?: (kind: string, state: ActionState, waitedMs: number) => void
  /** How long an outcome waits for others to be recorded with; default 10. 0: where every call ends at once. */
  gatherMs?: number
  /** Handles, in the same transaction, the events that recording outcomes has led to. */
  handOn?: (tx: Tx) => Promise<void>
}

/** An action that may be performed. */
export interface Ready {
  row: ClaimedAction
  action: Action
}

export interface Performed extends Ready {
  result: unknown
}

/** Writes down what came of actions, in their rows and in the tables of their capability. */
export function createRecordOutcome({ db, clock, onEnded, gatherMs, handOn }: RecordOutcomeDeps) {
  const shared = {
    // Others wait for their welcome: nothing is handed on before them.
    welcome: createSharedTx(db, { rank: 'welcome', gatherMs }),
    other: createSharedTx(db, { gatherMs, follow: handOn }),
  }

  /** What has been performed; of one customer where they are several. */
  async function complete(executor: Executor, performed: Performed[]): Promise<void> {
    const recordOne = async (tx: Tx, { row, action, result }: Performed): Promise<void> => {
      // What a capability records it keeps in its own way: phones hashed, for one. The row shall not hold it once more.
      const kept = executor.record === undefined ? JSON.stringify(result ?? null) : null
      if (!(await actionOutcome.done(tx, row, kept, clock.now()))) return
      await executor.record?.(tx, action, result)
      tx.afterCommit(() => onEnded?.(row.kind, 'done', clock.now() - row.createdAtMs))
    }
    const [first] = performed
    if (first === undefined) return
    const { lane, externalUserId } = first.row
    const record = async (tx: Tx): Promise<void> => {
      // Nothing may be asked of a transaction that has ended, so each is waited for, whatever became of the others.
      const ends = await Promise.allSettled(performed.map((one) => recordOne(tx, one)))
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    }
    if (executor.sideBySide === true && externalUserId !== undefined)
      await shared[rankOf(lane)](externalUserId, record, { isSeveral: performed.length > 1 })
    else await db.tx(record, rankOf(lane))
  }

  async function end(
    row: ClaimedAction,
    executor: Executor,
    action: Action,
    why: Trouble & Pick<Failure, 'state'>,
  ): Promise<void> {
    await db.tx(async (tx) => {
      if (!(await actionOutcome.failed(tx, row, why, clock.now()))) return
      await executor.abandoned?.(tx, action, { ...why, mayHaveHappened: row.mayHaveHappened })
      tx.afterCommit(() => onEnded?.(row.kind, why.state, clock.now() - row.createdAtMs))
    }, rankOf(row.lane))
  }

  async function postpone(
    row: ClaimedAction,
    { afterMs, countsAsAttempt }: { afterMs: number; countsAsAttempt: boolean },
    why: Trouble,
  ): Promise<void> {
    const attempts = countsAsAttempt ? row.attempts : row.attempts - 1
    const next = { dueAtMs: clock.now() + afterMs, attempts }
    await db.tx((tx) => actionOutcome.again(tx, row, why, next), rankOf(row.lane))
  }

  return { complete, end, postpone }
}
