import { type Column, tableOf } from './define-table.ts'
import { maybeNumber, type Sql, select, sql } from './sql.ts'
import type { Tx } from './tx.ts'

/** The smallest instant that the column has among its table's rows, or those of `where`; undefined when there is none. */
export async function firstDue(
  tx: Pick<Tx, 'row'>,
  column: Column<number> | Column<number | null>,
  where: Sql = sql`1 = 1`,
): Promise<number | undefined> {
  const due = maybeNumber(sql`MIN(${column})`)
  return (await tx.row(sql`SELECT ${select({ due })} FROM ${tableOf(column)} WHERE ${where}`))?.due ?? undefined
}
