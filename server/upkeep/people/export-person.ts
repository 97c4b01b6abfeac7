import type { Db } from '../../core/db/db.ts'
import { columnsOf, specOf, type Table } from '../../core/db/define-table.ts'
import type { DataKind } from '../../core/db/personal-data.ts'
import { commas, type Sql, some, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { WHOLE_DATABASE } from './every-table.ts'
import { columnOf, holdsPeople, keyOf, ownRows, type PersonNames, personalOf } from './own-rows.ts'

type Cell = string | number | null

/** What one table knows of a customer. */
export interface ExportedTable {
  table: string
  purpose: string
  columns: { name: string; kind: DataKind | undefined }[]
  /** In the order of `columns`; instants as Shanghai time. */
  rows: Cell[][]
}

/** Everything that there is of one customer, by what each table says of itself, as of one moment: their own rows, and those of
 *  others that name them, of which only the texts that do. */
export function exportPerson(db: Db, person: PersonNames): Promise<ExportedTable[]> {
  return db.view(async (view) => {
    const found: ExportedTable[] = []
    for (const table of WHOLE_DATABASE) {
      const one = await ofTable(view, table, person)
      if (one !== undefined && one.rows.length > 0) found.push(one)
    }
    return found
  })
}

async function ofTable(view: ReadTx, table: Table, person: PersonNames): Promise<ExportedTable | undefined> {
  const personal = personalOf(table)
  if (!holdsPeople(personal)) return undefined
  const theirs = ownRows(table, person)
  const isNamed = (personal.mentions ?? []).map(
    (name) => sql`INSTR(${columnOf(table, name)}, ${person.externalUserId}) > 0`,
  )
  const wanted = [...(theirs === undefined ? [] : [theirs]), ...isNamed]
  if (wanted.length === 0) return undefined
  const columns = columnsOf(table)
  const listed = commas(columns.map((column) => sql`${column}`))
  const rows = await view.rows(
    sql`SELECT ${listed} FROM ${table} WHERE ${some(wanted)} ORDER BY ${keyOf(table)}` as Sql<Record<string, Cell>>,
  )
  const holds = personal.holds as Record<string, DataKind>
  return {
    table: specOf(table).name,
    purpose: personal.purpose,
    columns: columns.map(({ name }) => ({ name, kind: holds[name] })),
    rows: rows.map((row) =>
      columns.map(({ name, spec }) => {
        const value = row[name] ?? null
        return spec.type.kind === 'instant' && value !== null ? shanghaiText(Number(value)) : value
      }),
    ),
  }
}
