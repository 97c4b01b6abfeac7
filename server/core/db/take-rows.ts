import type { Table } from './define-table.ts'
import { list, lock, type Selection, type Sql, sql } from './sql.ts'
import { mustHaveTaken } from './taken-meanwhile.ts'
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
  /** What is written to them at once, so that `where` no longer finds them; whoever comes second, then finds fewer than it has
   *  read and begins again. Null: whoever ends them looks at what its own write finds. */
  claim: Sql | null
}

type Looking = Pick<Taking<unknown>, 'table' | 'where' | 'orderBy' | 'limit' | 'takers'>

/** The ids of rows that may be taken, those first that go first. */
async function lookFor(tx: Tx, { table, where, orderBy, limit, takers = 1 }: Looking): Promise<number[]> {
  const found = await tx.rows(
    sql`SELECT id FROM ${table} WHERE ${where} ORDER BY ${orderBy} LIMIT ${limit * takers}` as Sql<{ id: number }>,
  )
  return found.map(({ id }) => id)
}

/** Rows for this transaction alone, by a write; other processes skip them and take the next, where locks have effect. They are found without a lock and then
 *  locked by primary key: a locking range scan would also lock the row behind its end, and so hide the first due row of the
 *  next lane from everybody. Sorting by anything but the primary key locks all that is sorted, whatever the limit. */
export async function takeRows<Row extends { id: number }>(tx: Tx, taking: Taking<Row>): Promise<Row[]> {
  const { table, claim, where } = taking
  const rows = await readFree(tx, taking)
  if (claim === null || rows.length === 0) return rows
  const ids = rows.map(({ id }) => id)
  mustHaveTaken(await tx.run(sql`UPDATE ${table} SET ${claim} WHERE id IN ${list(ids)} AND ${where}`), ids.length)
  return rows
}

async function readFree<Row>(tx: Tx, taking: Taking<Row>): Promise<Row[]> {
  const { table, columns, where, orderBy, limit, takers = 1, among } = taking
  // Of a selection that is a type parameter, the compiler does not see that it gives the rows their shape.
  const take = (query: Sql): Promise<Row[]> => tx.rows(query) as Promise<Row[]>
  if (tx.dialect === 'sqlite') {
    const these = among === undefined ? sql`` : sql`id IN ${list(among)} AND`
    return take(sql`SELECT ${columns} FROM ${table} WHERE ${these} ${where} ORDER BY ${orderBy} LIMIT ${limit}`)
  }
  const ids = among ?? (await lookFor(tx, taking))
  if (ids.length === 0) return []
  const order = takers > 1 ? sql`id LIMIT ${limit}` : orderBy
  return take(
    sql`SELECT ${columns} FROM ${table} FORCE INDEX (PRIMARY)
        WHERE id IN ${list(ids)} AND ${where} ORDER BY ${order} ${lock()} SKIP LOCKED`,
  )
}
