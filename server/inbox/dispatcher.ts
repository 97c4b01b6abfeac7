import Value from 'typebox/value'
import type { Db } from '../db/db.ts'
import { isDeadlock } from '../db/deadlock.ts'
import { takeRows } from '../db/take-rows.ts'
import type { Tx } from '../db/tx.ts'
import { describeError } from '../kernel/app-error.ts'
import { backoffMs } from '../kernel/backoff.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import { createPump } from '../kernel/pump.ts'
import type { StoredEvent } from './event-kind.ts'
import type { Subscription } from './subscription.ts'

const RETRY_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000]
const MAX_ATTEMPTS = 12
/** Events per transaction: enough to share a commit, few enough that a welcome behind it hardly waits. */
const BATCH = [16, 4] as const
const RANK = ['welcome', 'other'] as const

interface EventRow {
  id: number
  dedupe_key: string
  kind: string
  payload: string
  event_at: number
  received_at: number
  attempts: number
  done_subscriptions: string | null
}

export interface DispatcherDeps {
  db: Db
  clock: Clock
  log: Logger
  subscriptions: Subscription[]
  onHandled?: (kind: string, outcome: 'done' | 'kept' | 'retry' | 'dead') => void
}

/** A subscription failed in a pass without savepoints: the pass is undone and made again, with them. */
class PassSpoiled extends Error {}

/** Brings stored events to the subscriptions, welcome events first. A subscription that fails is undone alone, tried again
 *  later and neither blocks nor repeats the others: a batch is first tried without savepoints (on MySQL each costs two
 *  round trips), and once more with them when something in it fails. Several processes may run on MySQL. */
export function createDispatcher({ db, clock, log, subscriptions, onHandled }: DispatcherDeps) {
  const byKind = new Map<string, Subscription[]>()
  for (const subscription of subscriptions) {
    const { kind } = subscription.kind
    byKind.set(kind, [...(byKind.get(kind) ?? []), subscription])
  }

  const claim = (tx: Tx, lane: 0 | 1): Promise<EventRow[]> =>
    takeRows<EventRow>(tx, {
      table: 'inbound_event',
      columns: 'id, dedupe_key, kind, payload, event_at, received_at, attempts, done_subscriptions',
      where: `state = 'new' AND lane = ? AND due_at <= ?`,
      params: [lane, clock.now()],
      orderBy: 'due_at, id',
      limit: BATCH[lane],
    })

  async function step(lane: 0 | 1): Promise<boolean> {
    // A plain look first: most find nothing, and a transaction costs three.
    const due = await db.statement(
      (tx) =>
        tx.row(`SELECT id FROM inbound_event WHERE state = 'new' AND lane = ? AND due_at <= ? LIMIT 1`, [
          lane,
          clock.now(),
        ]),
      RANK[lane],
    )
    if (due === undefined) return false
    try {
      return await pass(lane, false)
    } catch (error) {
      if (!(error instanceof PassSpoiled)) throw error
      return pass(lane, true)
    }
  }

  const pass = (lane: 0 | 1, careful: boolean): Promise<boolean> =>
    db.tx(async (tx) => {
      const rows = await claim(tx, lane)
      for (const row of rows) await handle(tx, row, lane, careful)
      return rows.length > 0
    }, RANK[lane])

  async function handle(tx: Tx, row: EventRow, lane: 0 | 1, careful: boolean): Promise<void> {
    const done = new Set<string>(JSON.parse(row.done_subscriptions ?? '[]') as string[])
    const interested = byKind.get(row.kind) ?? []
    const urgent = lane === 0 ? interested.filter((subscription) => subscription.isUrgent?.() === true) : []
    const now = urgent.length > 0 ? urgent : interested
    const faults: string[] = []
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
        faults.push(`${subscription.name}: ${describeError(error)}`)
        log.warn(
          { eventId: row.id, kind: row.kind, subscription: subscription.name, err: describeError(error) },
          'subscription failed',
        )
      }
    }
    if (faults.length === 0 && now.length < interested.length) return leaveToOthers(tx, row, done)
    await finish(tx, row, interested.length, done, faults)
  }

  /** What a welcome needs is done; the rest takes its turn behind the other welcomes. */
  async function leaveToOthers(tx: Tx, row: EventRow, done: Set<string>): Promise<void> {
    await tx.run('UPDATE inbound_event SET lane = 1, done_subscriptions = ? WHERE id = ?', [
      JSON.stringify([...done]),
      row.id,
    ])
    tx.afterCommit(() => normal.nudge())
  }

  async function finish(tx: Tx, row: EventRow, interested: number, done: Set<string>, faults: string[]): Promise<void> {
    const now = clock.now()
    if (faults.length === 0) {
      const state = interested === 0 ? 'kept' : 'done'
      await tx.run('UPDATE inbound_event SET state = ?, finished_at = ? WHERE id = ?', [state, now, row.id])
      tx.afterCommit(() => onHandled?.(row.kind, state))
      return
    }
    const attempts = row.attempts + 1
    const dead = attempts >= MAX_ATTEMPTS
    if (dead) log.error({ eventId: row.id, kind: row.kind }, 'event given up; see inbound_event.last_error')
    await tx.run(
      'UPDATE inbound_event SET state = ?, attempts = ?, due_at = ?, done_subscriptions = ?, last_error = ? WHERE id = ?',
      [
        dead ? 'dead' : 'new',
        attempts,
        now + backoffMs(RETRY_MS, attempts),
        JSON.stringify([...done]),
        faults.join('\n'),
        row.id,
      ],
    )
    tx.afterCommit(() => onHandled?.(row.kind, dead ? 'dead' : 'retry'))
  }

  const onError = (error: unknown): void =>
    log.warn({ err: describeError(error) }, 'dispatcher could not reach the database')
  // One for each lane: on MySQL they run side by side, on SQLite a welcome waits for one small batch at most.
  const express = createPump(() => step(0), onError)
  const normal = createPump(() => step(1), onError)
  const pumps = [express, normal]
  const busy = (): boolean => pumps.some((pump) => pump.busy())

  return {
    nudge: () => {
      for (const pump of pumps) pump.nudge()
    },
    busy,
    /** Resolves when no event is due. */
    drained: async () => {
      do {
        for (const pump of pumps) await pump.drained()
      } while (busy())
    },
    stop: async () => {
      await Promise.all(pumps.map((pump) => pump.stop()))
    },
    isHandled: (kind: string): boolean => byKind.has(kind),
  }
}
