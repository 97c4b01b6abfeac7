import Value from 'typebox/value'
import type { Db } from '../../core/db/db.ts'
import { isDeadlock } from '../../core/db/deadlock.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { codeOf, describeError } from '../../core/kernel/app-error.ts'
import { backoffMs, MAX_ATTEMPTS } from '../../core/kernel/backoff.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { createWorkLoop } from '../../core/kernel/work-loop.ts'
import type { EventLane, StoredEvent } from './event-kind.ts'
import { type EventRow, eventQueue } from './event-queue.ts'
import { INBOUND_EVENT } from './event-tables.ts'
import type { Subscription } from './subscription.ts'

const RETRY_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000]
/** Per lane: how many work side by side, and how many events they take into one transaction: enough to share a commit, few
 *  enough that a welcome behind it hardly waits. On MySQL a welcome's time is nearly all round trips, one after another;
 *  SQLite has one connection, and nothing to wait for. */
const SHAPE = {
  sqlite: [
    { workers: 1, batch: 16 },
    { workers: 1, batch: 4 },
  ],
  mysql: [
    { workers: 4, batch: 4 },
    { workers: 1, batch: 4 },
  ],
} as const
const RANK = ['welcome', 'other'] as const

/** What came of one event in this pass. */
/** An id that is longer than its column, or none where one must be: told once, not tried for hours. */
const WILL_NEVER_FIT = new Set(['db.too-long', 'db.is-null'])

interface Ended {
  row: EventRow
  /** Names of the subscriptions that need not be asked again. */
  done: string[]
  faults: string[]
  /** Another try may fare better. */
  mayMend: boolean
  /** Only the urgent ones were asked. */
  isLeft: boolean
  /** Nobody listens to it. */
  isKept: boolean
}

export interface DispatcherDeps {
  db: Db
  clock: Clock
  log: Logger
  subscriptions: Subscription[]
  onHandled?: (kind: string, outcome: 'done' | 'kept' | 'retry' | 'dead') => void
}

const rowsOf = (ends: readonly Ended[]): EventRow[] => ends.map(({ row }) => row)

/** A subscription failed in a pass without savepoints: the pass is undone and made again, with them. */
class PassSpoiled extends Error {}

/** Brings stored events to the subscriptions, welcome events first. A subscription that fails is undone alone, tried again
 *  later and neither blocks nor repeats the others: a batch is first tried without savepoints (on MySQL each costs two
 *  round trips), and once more with them when something in it fails. Several processes may run on MySQL. */
export function createDispatcher({ db, clock, log, subscriptions, onHandled }: DispatcherDeps) {
  const shape = SHAPE[db.dialect]
  const byKind = new Map<string, Subscription[]>()
  for (const subscription of subscriptions) {
    const { kind } = subscription.kind
    byKind.set(kind, [...(byKind.get(kind) ?? []), subscription])
  }

  async function step(lane: 0 | 1): Promise<boolean> {
    // A plain look first: most find nothing, and a transaction costs three.
    if (!(await db.statement((tx) => eventQueue.hasDue(tx, lane, clock.now()), RANK[lane]))) return false
    try {
      return await pass(lane, false)
    } catch (error) {
      if (!(error instanceof PassSpoiled)) throw error
      return pass(lane, true)
    }
  }

  const pass = (lane: 0 | 1, careful: boolean): Promise<boolean> =>
    db.tx(async (tx) => {
      const rows = await eventQueue.take(tx, lane, clock.now(), shape[lane])
      // There is more than one worker can take: another helps.
      if (rows.length === shape[lane].batch) nudgeOne(lane)
      const ends: Ended[] = []
      for (const row of rows) ends.push(await handle(tx, row, lane, careful))
      await recordEnds(tx, ends)
      return rows.length > 0
    }, RANK[lane])

  async function handle(tx: Tx, row: EventRow, lane: 0 | 1, careful: boolean): Promise<Ended> {
    const done = new Set<string>(JSON.parse(row.done_subscriptions ?? '[]') as string[])
    const interested = byKind.get(row.kind) ?? []
    const urgent = lane === 0 ? interested.filter((subscription) => subscription.isUrgent?.() === true) : []
    const now = urgent.length > 0 ? urgent : interested
    const faults: string[] = []
    let mayMend = false
    const payload: unknown = JSON.parse(row.payload)
    for (const subscription of now) {
      if (done.has(subscription.name)) continue
      try {
        const event: StoredEvent = {
          id: row.id,
          dedupeKey: row.dedupe_key,
          kind: row.kind,
          eventAtMs: row.event_at,
          receivedAtMs: row.received_at,
          payload: Value.Parse(subscription.kind.schema, payload),
        }
        await (careful ? tx.savepoint(() => subscription.handle(tx, event)) : subscription.handle(tx, event))
        done.add(subscription.name)
      } catch (error) {
        if (isDeadlock(error)) throw error
        if (!careful) throw new PassSpoiled()
        if (!WILL_NEVER_FIT.has(codeOf(error))) mayMend = true
        faults.push(`${subscription.name}: ${describeError(error)}`)
        log.warn(
          { eventId: row.id, kind: row.kind, subscription: subscription.name, err: describeError(error) },
          'subscription failed',
        )
      }
    }
    return {
      row,
      done: [...done],
      faults,
      mayMend,
      isLeft: now.length < interested.length,
      isKept: interested.length === 0,
    }
  }

  /** One statement for all that ended alike. */
  async function recordEnds(tx: Tx, ends: Ended[]): Promise<void> {
    const good = ends.filter(({ faults }) => faults.length === 0)
    for (const [state, rows] of groupBy(
      good.filter(({ isLeft }) => !isLeft),
      ({ isKept }) => (isKept ? ('kept' as const) : ('done' as const)),
    )) {
      await eventQueue.finish(tx, rowsOf(rows), state, clock.now())
      for (const { row } of rows) tx.afterCommit(() => onHandled?.(row.kind, state))
    }
    const left = groupBy(
      good.filter(({ isLeft }) => isLeft),
      ({ done }) => JSON.stringify(done),
    )
    for (const [done, rows] of left) {
      await eventQueue.moveBehind(tx, rowsOf(rows), done)
    }
    if (left.size > 0) tx.afterCommit(() => nudgeOne(1))
    for (const end of ends) if (end.faults.length > 0) await tryLater(tx, end)
  }

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
    tx.afterCommit(() => onHandled?.(row.kind, dead ? 'dead' : 'retry'))
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
    isHandled: (kind: string): boolean => byKind.has(kind),
  }
}
