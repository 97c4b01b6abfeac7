import type { Db } from '../../core/db/db.ts'
import { type Copied, specOf, type Table } from '../../core/db/define-table.ts'
import { all, every, list, raw, type Sql, sql } from '../../core/db/sql.ts'
import type { ReadTx, Row, SqlValue } from '../../core/db/tx.ts'

const PAGE = 2_000
const IDS_AT_ONCE = 500

/** Copies what the tables hold, row by row as it is, into each of the empty scratch databases; those that are left out stay
 *  empty. What is new in them is numbered apart. `drawn`: only what is known about these
 *  customers. */
export async function copyTables(
  from: ReadTx,
  scratches: Db[],
  tables: readonly Table[],
  drawn: ReadonlySet<string> | undefined,
): Promise<void> {
  for (const table of tables) {
    const { snapshot } = specOf(table)
    if ('leftOut' in snapshot) continue
    for await (const rows of rowsOf(from, table, snapshot, drawn)) {
      for (const scratch of scratches) await scratch.tx((tx) => tx.insertIgnore(table, rows))
    }
  }
  for (const scratch of scratches) await numberApart(scratch, tables)
}

/** No database of ours ever comes to such a number. */
const FIRST_NEW_ID = 1_000_000_000_000

/** Keys are made of numbers (`tag.added:mark:12`), and what is replayed keeps its own. A rehearsal that counted from 1 would
 *  give these away before they are told, and whoever comes second to a key is taken for a repetition. */
async function numberApart(scratch: Db, tables: readonly Table[]): Promise<void> {
  const numbered = tables.map(specOf).filter(({ columns }) => columns.id?.type.kind === 'id')
  await scratch.tx(async (tx) => {
    await tx.run(raw('DELETE FROM sqlite_sequence'))
    for (const { name } of numbered) {
      await tx.run(sql`INSERT INTO ${raw('sqlite_sequence (name, seq)')} VALUES (${name}, ${FIRST_NEW_ID})`)
    }
  })
}

async function* rowsOf(from: ReadTx, table: Table, snapshot: Copied, drawn: ReadonlySet<string> | undefined) {
  const { of, through } = snapshot
  if (drawn === undefined || (of === undefined && through === undefined)) {
    return yield* pages(from, table, snapshot, [])
  }
  const ids = [...drawn]
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const some = list(ids.slice(at, at + IDS_AT_ONCE))
    yield* pages(from, table, snapshot, [
      through === undefined
        ? sql`${raw(of ?? '')} IN ${some}`
        : sql`${raw(through.column)} IN (SELECT id FROM ${through.table} WHERE ${raw(through.of)} IN ${some})`,
    ])
  }
}

/** Of the declared columns: a database that a newer or older program has written to may have others. */
async function* pages(from: ReadTx, table: Table, { key, where }: Copied, wanted: Sql[]) {
  const conditions = where === undefined ? wanted : [...wanted, where(table as never)]
  const after = (last: SqlValue): Sql[] => (last === null || key === undefined ? [] : [sql`${raw(key)} > ${last}`])
  for (let last: SqlValue = null; ; ) {
    const paged = key === undefined ? sql`` : sql`ORDER BY ${raw(key)} LIMIT ${PAGE}`
    // Whatever the table, a row holds texts, numbers and nulls.
    const rows = (await from.rows(
      sql`SELECT ${all(table)} FROM ${table} WHERE ${every([...conditions, ...after(last)])} ${paged}`,
    )) as Row[]
    if (rows.length > 0) yield rows
    if (key === undefined || rows.length < PAGE) return
    last = rows.at(-1)?.[key] ?? null
  }
}
