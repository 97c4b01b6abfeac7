import type { Db } from '../../core/db/db.ts'
import { isDeadlock } from '../../core/db/deadlock.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { createWorkLoop } from '../../core/kernel/work-loop.ts'
import type { EventLane } from './event-kind.ts'
import { type EventRow, eventQueue } from './event-queue.ts'
import { INBOUND_EVENT } from './event-tables.ts'
import { createHandOut } from './hand-out.ts'
import { createRecordEnds } from './record-ends.ts'
import type { Subscription } from './subscription.ts'

/** Per lane: how many work side by side, and how many events they take into one transaction: enough to share a commit, few
 *  enough that a welcome behind it hardly waits. On MySQL a welcome's time is nearly all round trips, one after another;
 *  SQLite has one connection, and nothing to wait for. */
const SHAPE = {
  sqlite: [
    { workers: 1, batch: 16 },
    { workers: 1, batch: 16 },
  ],
  mysql: [
    { workers: 4, batch: 16 },
    { workers: 1, batch: 16 },
  ],
} as const
const RANK = ['welcome', 'other'] as const
/** So many times in a row is what events led to handled in the transaction of its cause. */
const MOST_ROUNDS = 4

export interface DispatcherDeps {
  db: Db
  clock: Clock
  log: Logger
  subscriptions: Subscription[]
  /** Late news of which nobody is to hear: it is deleted. */
  isPast?: ((tx: Tx, row: EventRow) => Promise<boolean>) | undefined
  onHandled?: (kind: string, outcome: 'done' | 'kept' | 'retry' | 'dead') => void
}

/** Brings stored events to the subscriptions, welcome events first. A subscription that fails is undone alone, tried again
 *  later and neither blocks nor repeats the others: a batch is first tried without savepoints (on MySQL each costs two
 *  round trips), and once more with them when something in it fails. Several processes may run on MySQL. */
export function createDispatcher({ db, clock, log, subscriptions, isPast, onHandled = () => {} }: DispatcherDeps) {
  const shape = SHAPE[db.dialect]
  const { handOut, isHandled } = createHandOut(subscriptions, log)
  const recordEnds = createRecordEnds({ clock, log, onHandled, onLeft: () => nudgeOne(1) })

  async function step(lane: 0 | 1): Promise<boolean> {
    // A plain look first: most find nothing, and a transaction costs three.
    const found = await db.statement((tx) => eventQueue.look(tx, lane, clock.now(), shape[lane]), RANK[lane])
    if (found.length === 0) return false
    try {
      return await pass(lane, found, false)
    } catch (error) {
      if (isDeadlock(error)) throw error
      return pass(lane, found, true)
    }
  }

  const pass = (lane: 0 | 1, found: readonly number[], careful: boolean): Promise<boolean> =>
    db.tx(async (tx) => {
      for (let round = 1; ; round++) {
        const rows = await eventQueue.take(tx, lane, clock.now(), shape[lane], round === 1 ? found : undefined)
        if (rows.length === 0) return false
        const isFull = rows.length === shape[lane].batch
        // There is more than one worker can take: another helps.
        if (isFull) nudgeOne(lane)
        const present = await withoutPast(tx, rows)
        const ends = await handOut(tx, present, { onlyUrgent: lane === 0, careful })
        const ledToMore = tx.isToCome(INBOUND_EVENT)
        await recordEnds(tx, ends)
        // What this led to goes with it, in the same commit; not while others wait for this one.
        if (careful || isFull || round === MOST_ROUNDS || !ledToMore) return true
      }
    }, RANK[lane])

  async function withoutPast(tx: Tx, rows: EventRow[]): Promise<EventRow[]> {
    if (isPast === undefined) return rows
    const past = new Set<EventRow>()
    for (const row of rows) if (await isPast(tx, row)) past.add(row)
    if (past.size > 0) await eventQueue.drop(tx, [...past])
    return rows.filter((row) => !past.has(row))
  }

  const onError = (error: unknown): void =>
    log.warn({ err: describeError(error) }, 'dispatcher could not reach the database')
  const loopsOf = (lane: 0 | 1) =>
    Array.from({ length: shape[lane].workers }, () => createWorkLoop(() => step(lane), onError))
  const lanes = [loopsOf(0), loopsOf(1)] as const
  const loops = lanes.flat()
  /** One look is enough to see that nothing is there; who finds much calls the next. */
  const nudgeOne = (lane: 0 | 1): void => {
    const workers = lanes[lane]
    const free = workers.find((worker) => !worker.busy()) ?? workers[0]
    free?.nudge()
  }
  const busy = (): boolean => loops.some((loop) => loop.busy())

  return {
    /** Default: both lanes. */
    nudge: (lane?: EventLane) => {
      if (lane !== 'normal') nudgeOne(0)
      if (lane !== 'welcome') nudgeOne(1)
    },
    busy,
    /** Resolves when no event is due. */
    drained: async () => {
      do {
        for (const loop of loops) await loop.drained()
      } while (busy())
    },
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()))
    },
    /** When the first event that waits is due. */
    dueAt: (tx: Tx) => firstDue(tx, INBOUND_EVENT.due_at, sql`${INBOUND_EVENT.state} = 'new'`),
    isHandled,
  }
}
