import type { Column } from './define-table.ts'
import { every, type Sql, sql } from './sql.ts'

/** Keys behind `after` up to `upTo`, that one included, by code points; undefined: all behind it. */
export interface Span {
  after: string
  upTo: string | undefined
}

export const isWithin = (column: Column<string> | Column<string | null>, { after, upTo }: Span): Sql =>
  every([sql`${column} > ${after}`, ...(upTo === undefined ? [] : [sql`${column} <= ${upTo}`])])
