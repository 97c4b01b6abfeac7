import type { Db } from '../../core/db/db.ts'
import type { Column } from '../../core/db/define-table.ts'
import { list, pick, type Sql, set, sql } from '../../core/db/sql.ts'
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

interface Seen {
  id: number
  cameMs: number
  isOver: boolean
  isEmptied: boolean
}

interface Queue {
  /** A page of the rows of `where`, by id. No condition on the instant: whoever looks for rows that are as old walks through all
   *  that are younger when there are none. */
  rows(tx: Tx, where: Sql): Promise<Seen[]>
  id: Column<number>
  empty(tx: Tx, ids: number[]): Promise<number>
  remove(tx: Tx, ids: number[]): Promise<number>
}

/** How far a look at all of a queue has come: up to this id, but for those that were not to be touched yet when it passed them. */
interface Way {
  passed: number
  left: Set<number>
}

const e = INBOUND_EVENT
const a = ACTION

const events: Queue = {
  id: e.id,
  rows: async (tx, where) => {
    const rows = await tx.rows(
      sql`SELECT ${pick(e, 'id', 'state', 'payload', 'received_at')} FROM ${e}
          WHERE ${where} ORDER BY ${e.id} LIMIT ${BITE}`,
    )
    return rows.map(({ id, state, payload, received_at: cameMs }) => ({
      ...{ id, cameMs, isOver: state !== 'new', isEmptied: payload === EMPTIED },
    }))
  },
  empty: (tx, ids) =>
    tx.run(sql`UPDATE ${e} SET ${set(e, { payload: EMPTIED, last_error: null })} WHERE ${e.id} IN ${list(ids)}`),
  remove: (tx, ids) => tx.run(sql`DELETE FROM ${e} WHERE ${e.id} IN ${list(ids)}`),
}

const actions: Queue = {
  id: a.id,
  rows: async (tx, where) => {
    const rows = await tx.rows(
      sql`SELECT ${pick(a, 'id', 'state', 'payload', 'created_at')} FROM ${a}
          WHERE ${where} ORDER BY ${a.id} LIMIT ${BITE}`,
    )
    return rows.map(({ id, state, payload, created_at: cameMs }) => ({
      ...{ id, cameMs, isOver: state !== 'waiting' && state !== 'running', isEmptied: payload === EMPTIED },
    }))
  },
  empty: (tx, ids) =>
    tx.run(
      sql`UPDATE ${a} SET ${set(a, { payload: EMPTIED, result: null, last_error: null })} WHERE ${a.id} IN ${list(ids)}`,
    ),
  remove: (tx, ids) => tx.run(sql`DELETE FROM ${a} WHERE ${a.id} IN ${list(ids)}`),
}

/** Empties events and actions that are over and older than their contents are kept, and deletes those older than their rows
 *  are: until then the row tells a repeat from something new. What waits stays, however old, and is looked at again each time until
 *  it is over. All others are looked at in the order in which they came, from where the last look ended; a new process begins at
 *  the beginning once. */
export function createEmptyOld({ db, clock, days }: { db: Db; clock: Clock; days: KeepDays }) {
  const newWay = (): Way => ({ passed: 0, left: new Set() })
  const ways = [events, actions].map((queue) => ({ queue, toEmpty: newWay(), toDelete: newWay() }))

  /** Does `work` to the old rows that are over, a bite in one transaction; gives how many it has changed. */
  async function go(
    { queue, isTime, beforeMs }: { queue: Queue; isTime: () => boolean; beforeMs: number },
    way: Way,
    work: (tx: Tx, rows: Seen[]) => Promise<number>,
  ): Promise<number> {
    let changed = 0
    const isDue = (row: Seen): boolean => row.isOver && row.cameMs < beforeMs
    const bite = async (find: (tx: Tx) => Promise<Seen[]>): Promise<Seen[]> => {
      const { rows, count } = await db.tx(async (tx) => {
        const found = await find(tx)
        const due = found.filter(isDue)
        return { rows: found, count: due.length === 0 ? 0 : await work(tx, due) }
      })
      changed += count
      return rows
    }
    const left = [...way.left]
    for (let at = 0; at < left.length && isTime(); at += BITE) {
      const ids = left.slice(at, at + BITE)
      const rows = await bite((tx) => queue.rows(tx, sql`${queue.id} IN ${list(ids)}`))
      // Those that are not found any more were deleted.
      for (const id of ids) way.left.delete(id)
      for (const row of rows) if (!isDue(row)) way.left.add(row.id)
    }
    while (isTime()) {
      const rows = await bite(async (tx) => {
        const page = await queue.rows(tx, sql`${queue.id} > ${way.passed}`)
        // Clocks differ a little: behind one that is too young there may be others that are not.
        return page.slice(0, page.findLastIndex((row) => row.cameMs < beforeMs) + 1)
      })
      for (const row of rows) if (!isDue(row)) way.left.add(row.id)
      const last = rows.at(-1)
      if (last === undefined) break
      way.passed = last.id
    }
    return changed
  }

  return async (isTime: () => boolean): Promise<OldContents> => {
    const sum: OldContents = { emptied: 0, deleted: 0 }
    const now = clock.now()
    const rowsBeforeMs = now - Math.max(days.rows, days.callback) * DAY_MS
    for (const { queue, toEmpty, toDelete } of ways) {
      const emptying = { queue, isTime, beforeMs: now - days.callback * DAY_MS }
      sum.emptied += await go(emptying, toEmpty, async (tx, rows) => {
        const full = rows.filter((row) => !row.isEmptied)
        return full.length === 0 ? 0 : await queue.empty(tx, full.map(idOf))
      })
      sum.deleted += await go({ queue, isTime, beforeMs: rowsBeforeMs }, toDelete, (tx, rows) =>
        queue.remove(tx, rows.map(idOf)),
      )
    }
    return sum
  }
}

const idOf = ({ id }: Seen): number => id
