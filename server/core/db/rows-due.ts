import { type Column, type Table, tableOf } from './define-table.ts'
import { type Expression, every, maybeNumber, type Sql, sql } from './sql.ts'

type Instant = Column<number> | Column<number | null>

/** Rows that wait to be worked on: those of `where`, each from the instant in `at` on; without `at`, at once. */
export interface RowsDue {
  table: Table
  where: Sql
  at?: Instant
}

/** Of which each has its instant. */
export type InstantRows = RowsDue & { at: Instant }

/** Those that have an instant in this column, or those of them that `where` names. */
export const rowsDue = (at: Instant, where: Sql = sql`1 = 1`): InstantRows => ({
  table: tableOf(at),
  where,
  at,
})

/** The smallest instant among them, null when there are none: a piece of SQL, to be asked with others in one statement. */
export const firstInstant = ({ table, where, at }: InstantRows): Expression<number | null> =>
  maybeNumber(sql`(SELECT MIN(${at}) FROM ${table} WHERE ${where})`)

/** Whether there is one whose time has come: a piece of SQL that is 0 or 1, to be asked with others in one statement. */
export const isOneDue = ({ table, where, at }: RowsDue, nowMs: number): Sql => {
  const conditions = at === undefined ? [where] : [where, sql`${at} <= ${nowMs}`]
  return sql`EXISTS (SELECT 1 FROM ${table} WHERE ${every(conditions)})`
}
