import type { Tx } from '../../core/db/tx.ts'
import { CRASHED } from './trouble.ts'

/** Something that was tried until it was given up; a person decides what becomes of it. */
export interface DeadLetter {
  /** `action`: a call that WeCom or another system never took. `event`: something that happened and that no handler could
   *  take in. */
  kind: 'action' | 'event'
  id: number
  /** Kind of the action or of the event. */
  what: string
  externalUserId: string | undefined
  userId: string | undefined
  attempts: number
  /** WeCom's error code, if it came to an answer. */
  errcode: number | undefined
  lastError: string
  /** UTC milliseconds. */
  diedAtMs: number
}

interface Row {
  id: number
  what: string
  external_userid: string | null
  userid: string | null
  attempts: number
  error_code: number | null
  last_error: string | null
  at: number
}

const toLetter = (kind: DeadLetter['kind'], row: Row): DeadLetter => ({
  kind,
  id: row.id,
  what: row.what,
  externalUserId: row.external_userid ?? undefined,
  userId: row.userid ?? undefined,
  attempts: row.attempts,
  errcode: row.error_code ?? undefined,
  lastError: row.last_error ?? '',
  diedAtMs: row.at,
})

export const deadLetters = {
  /** Oldest first, at most `limit` of each kind. */
  list: async (tx: Tx, limit: number): Promise<DeadLetter[]> => {
    const actions = await tx.rows<Row>(
      `SELECT id, kind AS what, external_userid, userid, attempts, error_code, last_error, COALESCE(finished_at, created_at) AS at
       FROM action WHERE state = 'dead' ORDER BY id LIMIT ${limit}`,
    )
    const events = await tx.rows<Row>(
      `SELECT id, kind AS what, NULL AS external_userid, NULL AS userid, attempts, NULL AS error_code, last_error, due_at AS at
       FROM inbound_event WHERE state = 'dead' ORDER BY id LIMIT ${limit}`,
    )
    return [...actions.map((row) => toLetter('action', row)), ...events.map((row) => toLetter('event', row))]
  },

  count: async (tx: Tx): Promise<{ action: number; event: number }> => {
    const countOf = async (table: string): Promise<number> =>
      Number((await tx.row<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table} WHERE state = 'dead'`))?.n ?? 0)
    return { action: await countOf('action'), event: await countOf('inbound_event') }
  },

  /** Puts them back among the waiting; the running server takes them within a second. An action is marked as one of which
   *  nobody knows whether the platform did it: `mayHaveHappened`. `what`: only this kind;
   *  `id`: only this one. Gives how many. Safe to repeat: what is not dead is left alone. */
  retry: async (
    tx: Tx,
    { kind, id, what }: { kind: DeadLetter['kind']; id?: number; what?: string },
    nowMs: number,
  ): Promise<number> => {
    const only = `${id === undefined ? '' : ' AND id = ?'}${what === undefined ? '' : ' AND kind = ?'}`
    const params = [...(id === undefined ? [] : [id]), ...(what === undefined ? [] : [what])]
    if (kind === 'event') {
      return tx.run(`UPDATE inbound_event SET state = 'new', attempts = 0, due_at = ? WHERE state = 'dead'${only}`, [
        nowMs,
        ...params,
      ])
    }
    return tx.run(
      `UPDATE action SET state = 'waiting', attempts = 0, due_at = ?, finished_at = NULL, last_code = ?, may_have_happened = 1
       WHERE state = 'dead'${only}`,
      [nowMs, CRASHED, ...params],
    )
  },
}
