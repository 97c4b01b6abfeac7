import type { RowOf } from '../../core/db/define-table.ts'
import { list, pick, type Sql, set, sql } from '../../core/db/sql.ts'
import { takeRows } from '../../core/db/take-rows.ts'
import { mustHaveTaken } from '../../core/db/taken-meanwhile.ts'
import type { Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { INBOUND_EVENT, type StoredEventState, type StoredLane } from './event-tables.ts'

const COLUMNS = [
  'id',
  'dedupe_key',
  'kind',
  'lane',
  'payload',
  'event_at',
  'received_at',
  'attempts',
  'done_subscriptions',
] as const
export type WaitingEvent = Pick<RowOf<typeof INBOUND_EVENT>, 'id' | 'shard'>
export type EventRow = Pick<RowOf<typeof INBOUND_EVENT>, (typeof COLUMNS)[number]>

const isDue = (lane: StoredLane, nowMs: number) =>
  sql`${INBOUND_EVENT.state} = 'new' AND ${INBOUND_EVENT.lane} = ${lane} AND ${INBOUND_EVENT.due_at} <= ${nowMs}`

/** Writes to events that are as they were read, and to no others: with all that was done for them in this transaction, it is
 *  undone when another process has been here meanwhile. Lane and attempts tell, since whoever leaves an event waiting changes
 *  one of them. Those that were read alike are one statement, nearly always all. */
async function write(tx: Tx, rows: readonly EventRow[], how: (these: Sql) => Sql): Promise<void> {
  for (const alike of groupBy(rows, ({ lane, attempts }) => `${lane}:${attempts}`).values()) {
    const [first] = alike
    if (first === undefined) continue
    const { id, state, lane, attempts } = INBOUND_EVENT
    const these = sql`${id} IN ${list(alike.map((row) => row.id))} AND ${state} = 'new'
      AND ${lane} = ${first.lane} AND ${attempts} = ${first.attempts}`
    mustHaveTaken(await tx.run(how(these)), alike.length)
  }
}

const BY_DUE = sql`${INBOUND_EVENT.due_at}, ${INBOUND_EVENT.id}`

/** The rows of the events that wait, and what becomes of them. */
export const eventQueue = {
  /** Those that are due, in the order in which they became so. */
  look: (tx: Tx, lane: StoredLane, nowMs: number, limit: number): Promise<WaitingEvent[]> =>
    tx.rows(
      sql`SELECT ${pick(INBOUND_EVENT, 'id', 'shard')} FROM ${INBOUND_EVENT} WHERE ${isDue(lane, nowMs)}
          ORDER BY ${BY_DUE} LIMIT ${limit}`,
    ),
  /** Up to `limit` for this transaction alone, the oldest first; those that another one holds are left out. */
  take: (tx: Tx, lane: StoredLane, nowMs: number, among: readonly number[], limit: number): Promise<EventRow[]> =>
    takeRows(tx, {
      ...{ table: INBOUND_EVENT, columns: pick(INBOUND_EVENT, ...COLUMNS), where: isDue(lane, nowMs), orderBy: BY_DUE },
      ...{ limit, takers: Math.ceil(among.length / limit), among, claim: null },
    }),
  /** What this transaction has put in, as far as it is this lane's and due. Undefined where that cannot be told from what
   *  was there before: it waits as any other does. */
  ledTo: async (tx: Tx, lane: StoredLane, nowMs: number): Promise<EventRow[] | undefined> => {
    const fresh = await tx.settleNew(INBOUND_EVENT)
    return fresh
      ?.filter((row) => row.lane === lane && row.state === 'new' && row.due_at <= nowMs)
      .map((row) => ({ ...row, attempts: row.attempts ?? 0, done_subscriptions: row.done_subscriptions ?? null }))
  },
  finish: (tx: Tx, rows: readonly EventRow[], state: StoredEventState, nowMs: number): Promise<void> => {
    const ended = set(INBOUND_EVENT, { state, finished_at: nowMs })
    return write(tx, rows, (these) => sql`UPDATE ${INBOUND_EVENT} SET ${ended} WHERE ${these}`)
  },
  drop: (tx: Tx, rows: readonly EventRow[]): Promise<void> =>
    write(tx, rows, (these) => sql`DELETE FROM ${INBOUND_EVENT} WHERE ${these}`),
  /** What a welcome needs of them is done; the rest takes its turn behind the other welcomes. */
  moveBehind: (tx: Tx, rows: readonly EventRow[], done: string): Promise<void> => {
    const behind = set(INBOUND_EVENT, { lane: 1, done_subscriptions: done })
    return write(tx, rows, (these) => sql`UPDATE ${INBOUND_EVENT} SET ${behind} WHERE ${these}`)
  },
  tryAgain: (
    tx: Tx,
    row: EventRow,
    { isDead, ...next }: { isDead: boolean; attempts: number; dueAtMs: number; done: string; fault: string },
  ): Promise<void> => {
    const again = set(INBOUND_EVENT, {
      state: isDead ? 'dead' : 'new',
      attempts: next.attempts,
      due_at: next.dueAtMs,
      done_subscriptions: next.done,
      last_error: next.fault,
    })
    return write(tx, [row], (these) => sql`UPDATE ${INBOUND_EVENT} SET ${again} WHERE ${these}`)
  },
}
