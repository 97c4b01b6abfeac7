import type { Db } from '../../core/db/db.ts'
import { type Column, specOf, type Table } from '../../core/db/define-table.ts'
import { commas, maybeNumber, type Sql, select, some, sql, words } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { columnOf, holdsPeople, keyOf, personalOf } from './own-rows.ts'
import { withoutPerson } from './without-person.ts'

/** Rows looked at in one transaction. */
const WINDOW = 20_000

export interface Mended {
  deleted: number
  emptied: number
}

/** Takes a customer out of the rows of others, and deletes the rows that are about them without being theirs by a column. No
 *  index leads there: every row is looked at, a window of ids at a time. Safe to repeat. */
export async function eraseMentions(db: Db, table: Table, externalUserId: string): Promise<Mended> {
  const personal = personalOf(table)
  const names = holdsPeople(personal) ? (personal.mentions ?? []) : []
  const done: Mended = { deleted: 0, emptied: 0 }
  if (names.length === 0) return done
  const columns = names.map((name) => columnOf(table, name))
  const isNamed = some(columns.map((column) => sql`INSTR(${column}, ${externalUserId}) > 0`))
  const key = keyOf(table)

  const mendAll = async (tx: Tx, where: Sql): Promise<void> => {
    const listed = commas([key, ...columns].map((column) => sql`${column}`))
    const rows = await tx.rows(
      sql`SELECT ${listed} FROM ${table} WHERE ${where} AND ${isNamed}` as Sql<Record<string, string | number | null>>,
    )
    for (const row of rows) await mend(tx, { table, key, columns, row, externalUserId }, done)
  }

  if (key.spec.type.kind !== 'id') {
    await db.tx((tx) => mendAll(tx, sql`1 = 1`))
    return done
  }
  const ends = select({ first: maybeNumber(sql`MIN(${key})`), last: maybeNumber(sql`MAX(${key})`) })
  const found = await db.statement((tx) => tx.row(sql`SELECT ${ends} FROM ${table}`))
  for (let from = found?.first ?? 1; from <= (found?.last ?? 0); from += WINDOW) {
    await db.tx((tx) => mendAll(tx, sql`${key} >= ${from} AND ${key} < ${from + WINDOW}`))
  }
  return done
}

interface Found {
  table: Table
  key: Column
  columns: readonly Column[]
  row: Record<string, string | number | null>
  externalUserId: string
}

async function mend(tx: Tx, { table, key, columns, row, externalUserId }: Found, done: Mended): Promise<void> {
  const isIt = sql`${key} = ${row[key.name] ?? null}`
  const changes: Sql[] = []
  for (const column of columns) {
    const text = row[column.name]
    if (typeof text !== 'string' || !text.includes(externalUserId)) continue
    const rest = withoutPerson(text, externalUserId)
    // A key that names them belongs to something that is about them, and must not become another's key.
    if (rest.whole || isKey(table, column)) {
      done.deleted += await tx.run(sql`DELETE FROM ${table} WHERE ${isIt}`)
      return
    }
    changes.push(sql`${column} = ${rest.text}`)
  }
  if (changes.length === 0) return
  done.emptied += await tx.run(sql`UPDATE ${table} SET ${commas(changes)} WHERE ${isIt}`)
}

const isKey = (table: Table, { name }: Column): boolean => specOf(table).unique.some((names) => names.includes(name))

/** Of a table of others, how many rows name this customer: for who wants to know before. */
export async function countMentions(db: Db, table: Table, externalUserId: string): Promise<number> {
  const personal = personalOf(table)
  const names = holdsPeople(personal) ? (personal.mentions ?? []) : []
  if (names.length === 0) return 0
  const isNamed = some(names.map((name) => sql`INSTR(${columnOf(table, name)}, ${externalUserId}) > 0`))
  const row = await db.statement((tx) =>
    tx.row(sql`SELECT ${select({ n: words<string>(sql`COUNT(*)`) })} FROM ${table} WHERE ${isNamed}`),
  )
  return Number(row?.n ?? 0)
}
