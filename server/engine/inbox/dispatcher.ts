import type { Db } from '../../core/db/db.ts'
import { isDeadlock } from '../../core/db/deadlock.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { ALONE, type Place } from '../../core/kernel/place.ts'
import { createWorkLoop } from '../../core/kernel/work-loop.ts'
import type { EventLane } from './event-kind.ts'
import { type EventRow, eventQueue } from './event-queue.ts'
import { INBOUND_EVENT } from './event-tables.ts'
import { createHandOut, type Ended } from './hand-out.ts'
import { createRecordEnds } from './record-ends.ts'
import type { Subscription } from './subscription.ts'
import { wantedEvents } from './wanted-events.ts'

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
/** So many that wait are looked at, however many processes there are. */
const FURTHEST_LOOK = 256
/** So many times in a row is what events led to handled in the transaction of its cause. */
const MOST_ROUNDS = 4

interface Pass {
  /** Ids, and those of all that wait as far as was looked: taken when others have what is wanted. */
  wanted: readonly number[]
  all: readonly number[]
  careful: boolean
}

export interface DispatcherDeps {
  db: Db
  clock: Clock
  log: Logger
  subscriptions: Subscription[]
  /** False while this process may take nothing up. */
  mayLease?: (() => boolean) | undefined
  /** Which of all processes this is. Default: alone. */
  place?: (() => Place) | undefined
  /** Late news of which nobody is to hear: it is deleted. */
  isPast?: ((tx: Tx, row: EventRow) => Promise<boolean>) | undefined
  onHandled?: (kind: string, outcome: 'done' | 'kept' | 'retry' | 'dead') => void
}

/** Brings stored events to the subscriptions, welcome events first. A subscription that fails is undone alone, tried again
 *  later and neither blocks nor repeats the others: a batch is first tried without savepoints (on MySQL each costs two
 *  round trips), and once more with them when something in it fails. Several processes may run on MySQL. */
export function createDispatcher({ db, clock, log, subscriptions, isPast, ...more }: DispatcherDeps) {
  const { mayLease = () => true, place = () => ALONE, onHandled = () => {} } = more
  const shape = SHAPE[db.dialect]
  const { handOut, isHandled } = createHandOut(subscriptions, log)
  /** The lane of which is known, at this very moment, that what was put into it has been handled. */
  let quiet: 0 | 1 | undefined
  const recordEnds = createRecordEnds({ clock, log, onHandled, onLeft: () => nudgeOne(1) })

  /** `nth`: of this lane's workers; `turn`: the how manieth time it looks. */
  async function step(lane: 0 | 1, nth: number, turn: number): Promise<boolean> {
    if (!mayLease()) return false
    const { batch, workers } = shape[lane]
    const at = place()
    // A plain look first: most find nothing, and a transaction costs three.
    const far = Math.min(batch * workers * at.of, FURTHEST_LOOK)
    const found = await db.statement((tx) => eventQueue.look(tx, lane, clock.now(), far), RANK[lane])
    if (found.length === 0) return false
    const wanted = wantedEvents(found, at, { nth, of: workers, batch }, turn)
    const all = found.map(({ id }) => id)
    try {
      return await pass(lane, { wanted, all, careful: false })
    } catch (error) {
      if (isDeadlock(error)) throw error
      return pass(lane, { wanted, all, careful: true })
    }
  }

  /** True when there may be more. */
  const pass = (lane: 0 | 1, { wanted, all, careful }: Pass): Promise<boolean> =>
    db.tx(async (tx) => {
      const { heard, over } = unheard(tx, lane)
      const { batch } = shape[lane]
      const areOthers = wanted.length < all.length
      let rows = await eventQueue.take(tx, lane, clock.now(), wanted, batch)
      if (rows.length === 0 && areOthers) rows = await eventQueue.take(tx, lane, clock.now(), all, batch)
      // All in the hands of others: whoever has them goes on.
      if (rows.length === 0) return false
      const isFull = rows.length === batch
      // There is more than one worker can take: another helps.
      if (isFull || areOthers) nudgeOne(lane)
      const areAllHandled = await handle(tx, lane, rows, { careful, rounds: careful || isFull ? 1 : MOST_ROUNDS })
      if (areAllHandled) heard()
      over()
      return areOthers || !areAllHandled
    }, RANK[lane])

  /** Events and what they lead to, in the same commit: `rounds` times in a row, and not while others wait for this one. True
   *  when there is nothing more of it. */
  async function handle(
    tx: Tx,
    lane: 0 | 1,
    rows: EventRow[],
    { careful, rounds }: { careful: boolean; rounds: number },
  ): Promise<boolean> {
    const ends: Ended[] = []
    let next: EventRow[] | undefined = rows
    for (let round = 1; next !== undefined && next.length > 0; round++) {
      const present = await withoutPast(tx, next)
      ends.push(...(await handOut(tx, present, { onlyUrgent: lane === 0, careful })))
      next = round >= rounds ? undefined : await eventQueue.ledTo(tx, lane, clock.now())
    }
    await recordEnds(tx, ends)
    return next !== undefined
  }

  /** Whoever puts an event in tells this lane of it when it is committed. Between the first and the last of what is done
   *  then, it need not be told, once `heard` has said that all of this transaction's have been handled in it. */
  function unheard(tx: Tx, lane: 0 | 1): { heard(): void; over(): void } {
    let areHandled = false
    tx.afterCommit(() => {
      if (areHandled) quiet = lane
    })
    return {
      heard: () => {
        areHandled = true
      },
      over: () =>
        tx.afterCommit(() => {
          quiet = undefined
        }),
    }
  }

  /** Handles what a transaction has put into the normal lane before it is committed. Throws when something of it fails: then
   *  all of it must be undone, and handled by the way of the queue. */
  async function handOn(tx: Tx): Promise<void> {
    if (!tx.isToCome(INBOUND_EVENT)) return
    const rows = await eventQueue.ledTo(tx, 1, clock.now())
    if (rows !== undefined && rows.length <= shape[1].batch)
      await handle(tx, 1, rows, { careful: false, rounds: MOST_ROUNDS })
  }

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
    Array.from({ length: shape[lane].workers }, (_, nth) => {
      let turn = 0
      return createWorkLoop(() => step(lane, nth, turn++), onError)
    })
  const lanes = [loopsOf(0), loopsOf(1)] as const
  const loops = lanes.flat()
  /** One look is enough to see that nothing is there; who finds much calls the next. */
  const nudgeOne = (lane: 0 | 1): void => {
    if (lane === quiet) return
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
    handOn,
    /** Resolves when no event is due. Default: in both lanes. */
    drained: async (lane?: EventLane) => {
      const those = lane === undefined ? loops : lanes[lane === 'welcome' ? 0 : 1]
      do {
        for (const loop of those) await loop.drained()
      } while (those.some((loop) => loop.busy()))
    },
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()))
    },
    /** When the first event that waits is due. */
    dueAt: (tx: Tx) => firstDue(tx, INBOUND_EVENT.due_at, sql`${INBOUND_EVENT.state} = 'new'`),
    isHandled,
  }
}
