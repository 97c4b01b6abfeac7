import type { Table } from './define-table.ts'
import { list, lock, type Selection, type Sql, sql } from './sql.ts'
import type { Tx } from './tx.ts'

export interface Taking<Row> {
  /** Has a primary key `id`. */
  table: Table
  columns: Selection<Row>
  /** Checked again on the locked rows. */
  where: Sql
  orderBy: Sql
  limit: number
  /** How many may take from the same rows at once; then the locked ones come in the order of their ids. Default 1. */
  takers?: number
  /** Their ids, by a look a moment ago; absent: they are looked for now. */
  among?: readonly number[] | undefined
}

type Looking = Pick<Taking<unknown>, 'table' | 'where' | 'orderBy' | 'limit' | 'takers'>

/** The ids of rows that may be taken, those first that go first. */
export async function lookFor(tx: Tx, { table, where, orderBy, limit, takers = 1 }: Looking): Promise<number[]> {
  const found = await tx.rows(
    sql`SELECT id FROM ${table} WHERE ${where} ORDER BY ${orderBy} LIMIT ${limit * takers}` as Sql<{ id: number }>,
  )
  return found.map(({ id }) => id)
}

/** Rows for this transaction alone; other processes skip them and take the next. They are found without a lock and then
 *  locked by primary key: a locking range scan would also lock the row behind its end, and so hide the first due row of the
 *  next lane from everybody. Sorting by anything but the primary key locks all that is sorted, whatever the limit. */
export async function takeRows<Row>(tx: Tx, taking: Taking<Row>): Promise<Row[]> {
  const { table, columns, where, orderBy, limit, takers = 1, among } = taking
  // Of a selection that is a type parameter, the compiler does not see that it gives the rows their shape.
  const take = (query: Sql): Promise<Row[]> => tx.rows(query) as Promise<Row[]>
  if (tx.dialect === 'sqlite') {
    return take(sql`SELECT ${columns} FROM ${table} WHERE ${where} ORDER BY ${orderBy} LIMIT ${limit}`)
  }
  const ids = among ?? (await lookFor(tx, taking))
  if (ids.length === 0) return []
  const order = takers > 1 ? sql`id LIMIT ${limit}` : orderBy
  return take(
    sql`SELECT ${columns} FROM ${table} FORCE INDEX (PRIMARY)
        WHERE id IN ${list(ids)} AND ${where} ORDER BY ${order} ${lock()} SKIP LOCKED`,
  )
}
