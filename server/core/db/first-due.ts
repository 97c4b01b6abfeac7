import { type Column, tableOf } from './define-table.ts'
import { maybeNumber, raw, type Sql, select, sql } from './sql.ts'
import type { SqlValue, Tx } from './tx.ts'

/** The smallest instant that the column has among its table's rows, or those of `where`; undefined when there is none. */
export function firstDue(
  tx: Pick<Tx, 'row'>,
  column: Column<number> | Column<number | null>,
  where?: Sql,
): Promise<number | undefined>
/** With SQL as text, of rooms whose columns are not yet named: `from` is the table and its WHERE. */
export function firstDue(
  tx: Pick<Tx, 'row'>,
  column: string,
  from: string,
  params?: SqlValue[],
): Promise<number | undefined>
export async function firstDue(
  tx: Pick<Tx, 'row'>,
  column: Column<number> | Column<number | null> | string,
  where?: Sql | string,
  params: SqlValue[] = [],
): Promise<number | undefined> {
  const from =
    typeof column === 'string'
      ? raw(String(where), params)
      : sql`${tableOf(column)} ${where instanceof Object ? sql`WHERE ${where}` : sql``}`
  const due = maybeNumber(sql`MIN(${typeof column === 'string' ? raw(column) : column})`)
  return (await tx.row(sql`SELECT ${select({ due })} FROM ${from}`))?.due ?? undefined
}
