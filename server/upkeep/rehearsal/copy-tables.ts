import type { Db } from '../../core/db/db.ts'
import type { SnapshotTable } from '../../core/db/snapshot-table.ts'
import type { ReadTx, Row, SqlValue } from '../../core/db/tx.ts'

const PAGE = 2_000
const IDS_AT_ONCE = 500

/** Copies what the tables hold, row by row as it is, into each of the empty scratch databases. `drawn`: only what is known
 *  about these customers. */
export async function copyTables(
  from: ReadTx,
  scratches: Db[],
  tables: readonly SnapshotTable[],
  drawn: ReadonlySet<string> | undefined,
): Promise<void> {
  for (const table of tables) {
    const columns = await columnsOf(scratches[0], table.table)
    for await (const rows of rowsOf(from, table, columns, drawn)) {
      for (const scratch of scratches) await scratch.tx((tx) => tx.insertIgnore(table.table, rows))
    }
  }
}

/** Those that this program knows; a database that a newer or older one has written to may have others. */
async function columnsOf(scratch: Db | undefined, table: string): Promise<string[]> {
  const rows = await scratch?.view((tx) => tx.rows<{ name: string }>(`PRAGMA table_info(${table})`))
  return (rows ?? []).map((row) => row.name)
}

async function* rowsOf(from: ReadTx, kept: SnapshotTable, columns: string[], drawn: ReadonlySet<string> | undefined) {
  const isAll = drawn === undefined || (kept.of === undefined && kept.through === undefined)
  if (isAll) return yield* pages(from, kept, columns, { text: '1 = 1', params: [] })
  const ids = [...drawn]
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const some = ids.slice(at, at + IDS_AT_ONCE)
    const marks = some.map(() => '?').join(', ')
    const text =
      kept.through === undefined
        ? `${kept.of} IN (${marks})`
        : `${kept.through.column} IN (SELECT id FROM ${kept.through.table} WHERE ${kept.through.of} IN (${marks}))`
    yield* pages(from, kept, columns, { text, params: some })
  }
}

async function* pages(
  from: ReadTx,
  { table, key, where }: SnapshotTable,
  columns: string[],
  wanted: { text: string; params: SqlValue[] },
) {
  const filter = where === undefined ? wanted.text : `${wanted.text} AND (${where})`
  const select = `SELECT ${columns.map((name) => `\`${name}\``).join(', ')} FROM ${table} WHERE ${filter}`
  if (key === undefined) {
    const rows = await from.rows<Row>(select, wanted.params)
    if (rows.length > 0) yield rows
    return
  }
  for (let after: SqlValue = null; ; ) {
    const beyond: string = after === null ? '' : ` AND ${key} > ?`
    const params: SqlValue[] = after === null ? wanted.params : [...wanted.params, after]
    const rows: Row[] = await from.rows<Row>(`${select}${beyond} ORDER BY ${key} LIMIT ${PAGE}`, params)
    if (rows.length > 0) yield rows
    after = rows.at(-1)?.[key] ?? null
    if (rows.length < PAGE) return
  }
}
