import type { Db } from '../../core/db/db.ts'
import { list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { EMPTIED } from '../../engine/emptied.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import type { KeepDays } from './keep-days.ts'

/** Rows in one transaction. */
const BITE = 1_000

export interface OldContents {
  emptied: number
  deleted: number
}

interface Queue {
  /** What came in before `beforeMs` of the page of rows behind this id, by id. No condition on the instant: whoever looks for rows that
   *  are as old walks through all that are younger when there are none. */
  page(tx: Tx, afterId: number, beforeMs: number): Promise<{ id: number; isOver: boolean; isEmptied: boolean }[]>
  empty(tx: Tx, ids: number[]): Promise<number>
  remove(tx: Tx, ids: number[]): Promise<number>
}

const e = INBOUND_EVENT
const a = ACTION

const events: Queue = {
  page: async (tx, afterId, beforeMs) => {
    const rows = await tx.rows(
      sql`SELECT ${pick(e, 'id', 'state', 'payload', 'received_at')} FROM ${e}
          WHERE ${e.id} > ${afterId} ORDER BY ${e.id} LIMIT ${BITE}`,
    )
    return rows
      .filter((row) => row.received_at < beforeMs)
      .map(({ id, state, payload }) => ({ id, isOver: state !== 'new', isEmptied: payload === EMPTIED }))
  },
  empty: (tx, ids) =>
    tx.run(sql`UPDATE ${e} SET ${set(e, { payload: EMPTIED, last_error: null })} WHERE ${e.id} IN ${list(ids)}`),
  remove: (tx, ids) => tx.run(sql`DELETE FROM ${e} WHERE ${e.id} IN ${list(ids)}`),
}

const actions: Queue = {
  page: async (tx, afterId, beforeMs) => {
    const rows = await tx.rows(
      sql`SELECT ${pick(a, 'id', 'state', 'payload', 'created_at')} FROM ${a}
          WHERE ${a.id} > ${afterId} ORDER BY ${a.id} LIMIT ${BITE}`,
    )
    return rows
      .filter((row) => row.created_at < beforeMs)
      .map(({ id, state, payload }) => ({
        id,
        isOver: state !== 'waiting' && state !== 'running',
        isEmptied: payload === EMPTIED,
      }))
  },
  empty: (tx, ids) =>
    tx.run(
      sql`UPDATE ${a} SET ${set(a, { payload: EMPTIED, result: null, last_error: null })} WHERE ${a.id} IN ${list(ids)}`,
    ),
  remove: (tx, ids) => tx.run(sql`DELETE FROM ${a} WHERE ${a.id} IN ${list(ids)}`),
}

/** Empties events and actions that are over and older than their contents are kept, and deletes those older than their rows
 *  are: until then the row tells a repeat from something new. What waits stays, however old. Rows are looked at in the order
 *  in which they came, from where the last look ended; a new process begins at the beginning once. */
export function createEmptyOld({ db, clock, days }: { db: Db; clock: Clock; days: KeepDays }) {
  const seen = new Map<Queue, { emptied: number; deleted: number }>()

  async function bites(
    isTime: () => boolean,
    from: number,
    bite: (tx: Tx, afterId: number) => Promise<{ last: number | undefined; changed: number }>,
  ): Promise<{ last: number; changed: number }> {
    let [last, changed] = [from, 0]
    while (isTime()) {
      const after = last
      const done = await db.tx((tx) => bite(tx, after))
      changed += done.changed
      if (done.last === undefined) break
      last = done.last
    }
    return { last, changed }
  }

  return async (isTime: () => boolean): Promise<OldContents> => {
    const sum: OldContents = { emptied: 0, deleted: 0 }
    const now = clock.now()
    for (const queue of [events, actions]) {
      const ends = seen.get(queue) ?? { emptied: 0, deleted: 0 }
      const emptied = await bites(isTime, ends.emptied, async (tx, afterId) => {
        const rows = await queue.page(tx, afterId, now - days.callback * DAY_MS)
        const ids = rows.filter((row) => row.isOver && !row.isEmptied).map(({ id }) => id)
        return { last: rows.at(-1)?.id, changed: ids.length === 0 ? 0 : await queue.empty(tx, ids) }
      })
      const deleted = await bites(isTime, ends.deleted, async (tx, afterId) => {
        const rows = await queue.page(tx, afterId, now - Math.max(days.rows, days.callback) * DAY_MS)
        const ids = rows.filter(({ isOver }) => isOver).map(({ id }) => id)
        return { last: rows.at(-1)?.id, changed: ids.length === 0 ? 0 : await queue.remove(tx, ids) }
      })
      seen.set(queue, { emptied: emptied.last, deleted: deleted.last })
      sum.emptied += emptied.changed
      sum.deleted += deleted.changed
    }
    return sum
  }
}
