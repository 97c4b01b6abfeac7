import type { SqlValue, Tx } from './tx.ts'

/** The smallest instant that `column` has among the rows of `from` (table and WHERE); undefined when there is none. */
export async function firstDue(
  tx: Pick<Tx, 'row'>,
  column: string,
  from: string,
  params: SqlValue[] = [],
): Promise<number | undefined> {
  const row = await tx.row<{ due: number | null }>(`SELECT MIN(${column}) AS due FROM ${from}`, params)
  return row?.due === null || row === undefined ? undefined : Number(row.due)
}
