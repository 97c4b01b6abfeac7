import { count, number, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { EMPTIED } from '../emptied.ts'
import { INBOUND_EVENT } from '../inbox/event-tables.ts'
import { ACTION } from './action-tables.ts'
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

const absent = <Value>(value: Value | null): Value | undefined => value ?? undefined

const a = ACTION
const LETTER = select({
  id: a.id,
  what: a.kind,
  externalUserId: a.external_userid,
  userId: a.userid,
  attempts: a.attempts,
  errcode: a.error_code,
  lastError: a.last_error,
  diedAtMs: number(sql`COALESCE(${a.finished_at}, ${a.created_at})`),
})

type FoundLetter = Pick<DeadLetter, 'id' | 'what' | 'attempts' | 'diedAtMs'> &
  Record<'externalUserId' | 'userId' | 'lastError', string | null> & { errcode: number | null }

const letterOf = ({ externalUserId, userId, errcode, lastError, ...row }: FoundLetter): DeadLetter => ({
  ...row,
  kind: 'action',
  externalUserId: absent(externalUserId),
  userId: absent(userId),
  errcode: absent(errcode),
  lastError: lastError ?? '',
})

export const deadLetters = {
  /** Oldest first, at most `limit` of each kind. */
  list: async (tx: Tx, limit: number): Promise<DeadLetter[]> => {
    const actions = await tx.rows(
      sql`SELECT ${LETTER}
          FROM ${ACTION} WHERE ${ACTION.state} = 'dead' ORDER BY ${ACTION.id} LIMIT ${limit}`,
    )
    const e = INBOUND_EVENT
    const events = await tx.rows(
      sql`SELECT ${select({ id: e.id, what: e.kind, attempts: e.attempts, lastError: e.last_error, diedAtMs: e.due_at })}
          FROM ${e} WHERE ${e.state} = 'dead' ORDER BY ${e.id} LIMIT ${limit}`,
    )
    return [
      ...actions.map(letterOf),
      ...events.map((row) => ({
        ...row,
        kind: 'event' as const,
        externalUserId: undefined,
        userId: undefined,
        errcode: undefined,
        lastError: row.lastError ?? '',
      })),
    ]
  },

  /** How many of each kind, the newest of them, and why that one was given up. */
  tally: async (
    tx: Tx,
  ): Promise<
    { kind: DeadLetter['kind']; what: string; count: number; newestAtMs: number; errcode: number | undefined }[]
  > => {
    const e = INBOUND_EVENT
    const newest = number(sql`MAX(COALESCE(${a.finished_at}, ${a.created_at}))`)
    const actions = await tx.rows(
      sql`SELECT ${select({ what: a.kind, count: count(), newestAtMs: newest, lastId: number(sql`MAX(${a.id})`) })}
          FROM ${ACTION} WHERE ${a.state} = 'dead' GROUP BY ${a.kind} ORDER BY ${a.kind}`,
    )
    const events = await tx.rows(
      sql`SELECT ${select({ what: e.kind, count: count(), newestAtMs: number(sql`MAX(${e.due_at})`) })}
          FROM ${e} WHERE ${e.state} = 'dead' GROUP BY ${e.kind} ORDER BY ${e.kind}`,
    )
    const codes = new Map<number, number | undefined>()
    for (const { lastId } of actions) {
      const row = await tx.row(
        sql`SELECT ${select({ errcode: a.error_code })} FROM ${ACTION} WHERE ${a.id} = ${lastId}`,
      )
      codes.set(lastId, row?.errcode ?? undefined)
    }
    return [
      ...actions.map(({ lastId, ...row }) => ({ ...row, kind: 'action' as const, errcode: codes.get(lastId) })),
      ...events.map((row) => ({ ...row, kind: 'event' as const, errcode: undefined })),
    ]
  },

  /** Calls that WeCom refused for good (state `failed`), or whose time was over (`expired`), since then; newest first. They
   *  are not tried again by themselves. */
  refused: async (tx: Tx, { sinceMs, limit }: { sinceMs: number; limit: number }): Promise<DeadLetter[]> => {
    const { id, finished_at } = ACTION
    const rows = await tx.rows(
      sql`SELECT ${LETTER}
          FROM ${ACTION} WHERE ${ACTION.state} IN ('failed', 'expired') AND ${finished_at} >= ${sinceMs}
          ORDER BY ${finished_at} DESC, ${id} DESC LIMIT ${limit}`,
    )
    return rows.map(letterOf)
  },

  count: async (tx: Tx): Promise<{ action: number; event: number }> => {
    const countOf = async (table: typeof ACTION | typeof INBOUND_EVENT): Promise<number> =>
      (await tx.row(sql`SELECT ${select({ n: count() })} FROM ${table} WHERE ${table.state} = 'dead'`))?.n ?? 0
    return { action: await countOf(ACTION), event: await countOf(INBOUND_EVENT) }
  },

  /** Puts them back among the waiting; the running server takes them within a second. An action is marked as one of which
   *  nobody knows whether the platform did it: `mayHaveHappened`. `what`: only this kind;
   *  `id`: only this one. Gives how many. Safe to repeat: what is not dead is left alone. */
  retry: async (
    tx: Tx,
    { kind, id, what }: { kind: DeadLetter['kind']; id?: number; what?: string },
    nowMs: number,
  ): Promise<number> => {
    const back = (table: typeof ACTION | typeof INBOUND_EVENT) => {
      const one = id === undefined ? sql`` : sql`AND ${table.id} = ${id}`
      return sql`${table.state} = 'dead' AND ${table.payload} <> ${EMPTIED} ${one} ${what === undefined ? sql`` : sql`AND ${table.kind} = ${what}`}`
    }
    if (kind === 'event') {
      const waiting = set(INBOUND_EVENT, { state: 'new', attempts: 0, due_at: nowMs })
      return tx.run(sql`UPDATE ${INBOUND_EVENT} SET ${waiting} WHERE ${back(INBOUND_EVENT)}`)
    }
    const waiting = { state: 'waiting' as const, attempts: 0, due_at: nowMs, finished_at: null, last_code: CRASHED }
    return tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, { ...waiting, may_have_happened: 1 })} WHERE ${back(ACTION)}`)
  },
}
