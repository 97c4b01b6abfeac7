import type { Tx } from '../../core/db/tx.ts'
import { backoffMs, MAX_ATTEMPTS } from '../../core/kernel/backoff.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { type EventRow, eventQueue } from './event-queue.ts'
import type { Ended } from './hand-out.ts'

const RETRY_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000]

export interface RecordEndsDeps {
  clock: Clock
  log: Logger
  onHandled: (kind: string, outcome: 'done' | 'kept' | 'retry' | 'dead') => void
  /** Those who were not urgent wait in the other lane. */
  onLeft: () => void
}

const rowsOf = (ends: readonly Ended[]): EventRow[] => ends.map(({ row }) => row)

/** Writes down what came of events: done, kept for those who may listen one day, tried again later, or given up. */
export function createRecordEnds({ clock, log, onHandled, onLeft }: RecordEndsDeps) {
  async function tryLater(tx: Tx, { row, done, faults, mayMend }: Ended): Promise<void> {
    const attempts = row.attempts + 1
    const dead = attempts >= MAX_ATTEMPTS || !mayMend
    if (dead) log.error({ eventId: row.id, kind: row.kind, faults }, 'event given up; see inbound_event.last_error')
    await eventQueue.tryAgain(tx, row, {
      isDead: dead,
      attempts,
      dueAtMs: clock.now() + backoffMs(RETRY_MS, attempts),
      done: JSON.stringify(done),
      fault: faults.join('\n'),
    })
    tx.afterCommit(() => onHandled(row.kind, dead ? 'dead' : 'retry'))
  }

  /** One statement for all that ended alike. */
  return async function recordEnds(tx: Tx, ends: Ended[]): Promise<void> {
    const good = ends.filter(({ faults }) => faults.length === 0)
    for (const [state, rows] of groupBy(
      good.filter(({ isLeft }) => !isLeft),
      ({ isKept }) => (isKept ? ('kept' as const) : ('done' as const)),
    )) {
      await eventQueue.finish(tx, rowsOf(rows), state, clock.now())
      for (const { row } of rows) tx.afterCommit(() => onHandled(row.kind, state))
    }
    const left = groupBy(
      good.filter(({ isLeft }) => isLeft),
      ({ done }) => JSON.stringify(done),
    )
    for (const [done, rows] of left) {
      await eventQueue.moveBehind(tx, rowsOf(rows), done)
    }
    if (left.size > 0) tx.afterCommit(onLeft)
    for (const end of ends) if (end.faults.length > 0) await tryLater(tx, end)
  }
}
