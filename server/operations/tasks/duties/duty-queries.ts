import { all, count, list, number, pick, select, set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { DUTY, type DutyRow, type DutyState } from './duty-tables.ts'

/** Something a member of staff is asked to do, without a customer. */
export interface Duty {
  id: number
  /** The rule that asked for it, 周历·福利日. */
  name: string
  userId: string
  /** One Chinese line. */
  title: string
  /** What they say, as written in the rule. */
  script: string | undefined
  /** 「付费群1」「付费群2」等 9 个群 */
  groupNames: string
  groups: number
  /** What they write when it is done; undefined: nothing. */
  evidence: string | undefined
  /** userids who hear of it when it was not done in time. */
  tell: readonly string[]
  dueAtMs: number
  state: DutyState
  openedAtMs: number
  closedAtMs: number | undefined
  /** How it ended, one Chinese line. */
  outcome: string | undefined
}

const d = DUTY
const MOST = 50
const IS_OPEN = sql`${d.state} = 'open'`
export const UNFINISHED_DUTY = sql`${d.state} IN ('open', 'held')`

export const toDuty = (row: DutyRow): Duty => ({
  id: row.id,
  name: row.duty_name,
  userId: row.userid,
  title: row.title,
  script: row.script ?? undefined,
  groupNames: row.group_names,
  groups: row.group_count,
  evidence: row.evidence ?? undefined,
  tell: JSON.parse(row.tell ?? '[]') as string[],
  dueAtMs: row.due_at,
  state: row.state,
  openedAtMs: row.opened_at,
  closedAtMs: row.closed_at ?? undefined,
  outcome: row.outcome ?? undefined,
})

export const changeDuty = (tx: Tx, id: number, changes: Partial<DutyRow>): Promise<number> =>
  tx.run(sql`UPDATE ${d} SET ${set(d, changes)} WHERE ${d.id} = ${id} AND ${UNFINISHED_DUTY}`)

export const dutyQueries = {
  /** What somebody is asked for and has not ended, soonest due first; of more than 50 those that are due last: what nobody ended for
   *  weeks must not hide today's. */
  openFor: async (tx: Tx, userId: string): Promise<Duty[]> =>
    (
      await tx.rows(
        sql`SELECT ${all(d)} FROM ${d} WHERE ${d.userid} = ${userId} AND ${IS_OPEN}
            ORDER BY ${d.due_at} DESC, ${d.id} DESC LIMIT ${MOST}`,
      )
    )
      .map(toDuty)
      .reverse(),
  /** How many that are, without a limit. */
  countOpen: async (tx: Tx, userId: string): Promise<number> =>
    (await tx.row(sql`SELECT ${select({ open: count() })} FROM ${d} WHERE ${d.userid} = ${userId} AND ${IS_OPEN}`))
      ?.open ?? 0,
  byId: async (tx: Tx, id: number): Promise<Duty | undefined> => {
    const row = await tx.row(sql`SELECT ${all(d)} FROM ${d} WHERE ${d.id} = ${id}`)
    return row === undefined ? undefined : toDuty(row)
  },
  /** Newest first. */
  latest: async (tx: Tx, limit: number): Promise<Duty[]> =>
    (await tx.rows(sql`SELECT ${all(d)} FROM ${d} ORDER BY ${d.id} DESC LIMIT ${limit}`)).map(toDuty),
  /** How many members were asked by each of these rules, and how many have done it; none: left out. */
  countsOf: async (tx: Tx, names: readonly string[]): Promise<Map<string, { asked: number; done: number }>> => {
    const done = number(sql`SUM(CASE WHEN ${d.state} = 'done' THEN 1 ELSE 0 END)`)
    const rows = await tx.rows(
      sql`SELECT ${select({ name: d.duty_name, asked: count(), done })} FROM ${d}
          WHERE ${d.duty_name} IN ${list(names)} GROUP BY ${d.duty_name}`,
    )
    return new Map(rows.map(({ name, ...counts }) => [name, counts]))
  },
  /** How many wait for a day with room, by member; none: left out. */
  heldBy: async (tx: Tx, userIds: readonly string[]): Promise<Map<string, number>> => {
    if (userIds.length === 0) return new Map()
    const rows = await tx.rows(
      sql`SELECT ${select({ userId: d.userid, held: count() })} FROM ${d}
          WHERE ${d.state} = 'held' AND ${d.userid} IN ${list(userIds)} GROUP BY ${d.userid}`,
    )
    return new Map(rows.map((row) => [row.userId, row.held]))
  },
  /** Opened after `sinceMs` and not told of yet. */
  untoldOf: async (tx: Tx, userId: string, sinceMs: number): Promise<Duty[]> =>
    (
      await tx.rows(
        sql`SELECT ${all(d)} FROM ${d} WHERE ${d.userid} = ${userId} AND ${IS_OPEN} AND ${d.notified_at} IS NULL
              AND ${d.opened_at} > ${sinceMs} ORDER BY ${d.id} LIMIT ${MOST}`,
      )
    ).map(toDuty),
  /** Those who have an untold one that was opened after `sinceMs`: the time of a day is its own urgency. */
  withUntold: async (tx: Tx, userIds: readonly string[], sinceMs: number): Promise<string[]> => {
    if (userIds.length === 0) return []
    const rows = await tx.rows(
      sql`SELECT DISTINCT ${pick(d, 'userid')} FROM ${d} WHERE ${d.userid} IN ${list(userIds)} AND ${IS_OPEN}
            AND ${d.notified_at} IS NULL AND ${d.opened_at} > ${sinceMs}`,
    )
    return rows.map(({ userid }) => userid)
  },
  told: async (tx: Tx, ids: readonly number[], atMs: number): Promise<void> => {
    if (ids.length > 0)
      await tx.run(sql`UPDATE ${d} SET ${set(d, { notified_at: atMs })} WHERE ${d.id} IN ${list(ids)}`)
  },
}
