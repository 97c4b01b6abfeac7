import type { SqlValue, Tx } from './tx.ts'

export interface Taking {
  table: string
  columns: string
  /** Conditions with `?` marks; checked again on the locked rows. */
  where: string
  params: SqlValue[]
  orderBy: string
  limit: number
  /** How many may take from the same rows at once; then the locked ones come in the order of their ids. Default 1. */
  takers?: number
}

/** Rows for this transaction alone; other processes skip them and take the next. They are found without a lock and then
 *  locked by primary key: a locking range scan would also lock the row behind its end, and so hide the first due row of the
 *  next lane from everybody. Sorting by anything but the primary key locks all that is sorted, whatever the limit. The table
 *  needs a primary key `id`. */
export async function takeRows<T extends object>(tx: Tx, taking: Taking): Promise<T[]> {
  const { table, columns, where, params, orderBy, limit, takers = 1 } = taking
  if (tx.dialect === 'sqlite') {
    return tx.rows<T>(`SELECT ${columns} FROM ${table} WHERE ${where} ORDER BY ${orderBy} LIMIT ${limit}`, params)
  }
  const found = await tx.rows<{ id: number }>(
    `SELECT id FROM ${table} WHERE ${where} ORDER BY ${orderBy} LIMIT ${limit * takers}`,
    params,
  )
  if (found.length === 0) return []
  return tx.rows<T>(
    `SELECT ${columns} FROM ${table} FORCE INDEX (PRIMARY) WHERE id IN (${found.map(() => '?').join(', ')}) AND ${where}
     ORDER BY ${takers > 1 ? `id LIMIT ${limit}` : orderBy} FOR UPDATE SKIP LOCKED`,
    [...found.map((row) => row.id), ...params],
  )
}
