import type { RowOf } from '../../core/db/define-table.ts'
import { list, pick, set, sql } from '../../core/db/sql.ts'
import { lookFor, takeRows } from '../../core/db/take-rows.ts'
import type { Tx } from '../../core/db/tx.ts'
import { INBOUND_EVENT, type StoredEventState, type StoredLane } from './event-tables.ts'

const COLUMNS = [
  'id',
  'dedupe_key',
  'kind',
  'payload',
  'event_at',
  'received_at',
  'attempts',
  'done_subscriptions',
] as const
export type EventRow = Pick<RowOf<typeof INBOUND_EVENT>, (typeof COLUMNS)[number]>

const isDue = (lane: StoredLane, nowMs: number) =>
  sql`${INBOUND_EVENT.state} = 'new' AND ${INBOUND_EVENT.lane} = ${lane} AND ${INBOUND_EVENT.due_at} <= ${nowMs}`
const among = (rows: readonly Pick<EventRow, 'id'>[]) => sql`${INBOUND_EVENT.id} IN ${list(rows.map((row) => row.id))}`

interface Share {
  batch: number
  workers: number
}

const due = (lane: StoredLane, nowMs: number, { batch, workers }: Share) => ({
  table: INBOUND_EVENT,
  where: isDue(lane, nowMs),
  orderBy: sql`${INBOUND_EVENT.due_at}, ${INBOUND_EVENT.id}`,
  limit: batch,
  takers: workers,
})

/** The rows of the events that wait, and what becomes of them. */
export const eventQueue = {
  /** Ids of those that are due, in the order in which they became so. */
  look: (tx: Tx, lane: StoredLane, nowMs: number, share: Share): Promise<number[]> =>
    lookFor(tx, due(lane, nowMs, share)),
  /** For this transaction alone, in the order in which they became due. `among`: found by a look a moment ago. */
  take: (tx: Tx, lane: StoredLane, nowMs: number, share: Share, among?: readonly number[]): Promise<EventRow[]> =>
    takeRows(tx, { ...due(lane, nowMs, share), columns: pick(INBOUND_EVENT, ...COLUMNS), among }),
  /** What this transaction has put in, as far as it is this lane's and due. Undefined where that cannot be told from what
   *  was there before: it waits as any other does. */
  ledTo: async (tx: Tx, lane: StoredLane, nowMs: number): Promise<EventRow[] | undefined> => {
    const fresh = await tx.settleNew(INBOUND_EVENT)
    return fresh
      ?.filter((row) => row.lane === lane && row.state === 'new' && row.due_at <= nowMs)
      .map((row) => ({ ...row, attempts: row.attempts ?? 0, done_subscriptions: row.done_subscriptions ?? null }))
  },
  finish: (tx: Tx, rows: readonly EventRow[], state: StoredEventState, nowMs: number): Promise<number> =>
    tx.run(sql`UPDATE ${INBOUND_EVENT} SET ${set(INBOUND_EVENT, { state, finished_at: nowMs })} WHERE ${among(rows)}`),
  drop: (tx: Tx, rows: readonly EventRow[]): Promise<number> =>
    tx.run(sql`DELETE FROM ${INBOUND_EVENT} WHERE ${among(rows)}`),
  /** What a welcome needs of them is done; the rest takes its turn behind the other welcomes. */
  moveBehind: (tx: Tx, rows: readonly EventRow[], done: string): Promise<number> =>
    tx.run(
      sql`UPDATE ${INBOUND_EVENT} SET ${set(INBOUND_EVENT, { lane: 1, done_subscriptions: done })} WHERE ${among(rows)}`,
    ),
  tryAgain: (
    tx: Tx,
    row: EventRow,
    { isDead, ...next }: { isDead: boolean; attempts: number; dueAtMs: number; done: string; fault: string },
  ): Promise<number> =>
    tx.run(
      sql`UPDATE ${INBOUND_EVENT} SET ${set(INBOUND_EVENT, {
        state: isDead ? 'dead' : 'new',
        attempts: next.attempts,
        due_at: next.dueAtMs,
        done_subscriptions: next.done,
        last_error: next.fault,
      })} WHERE ${INBOUND_EVENT.id} = ${row.id}`,
    ),
}
