import type { TableSpec } from './define-table.ts'
import type { Row } from './line.ts'
import type { SqlValue } from './sql.ts'

export interface Key {
  columns: readonly string[]
  values: SqlValue[]
  /** What tells it from every other key of its table. */
  text: string
}

interface Finder {
  find(question: { text: string; params: SqlValue[]; numbers: readonly string[] }): Promise<Row[]>
}

const primaryOf = ({ columns }: TableSpec): string[] =>
  Object.entries(columns).flatMap(([name, { isPrimary }]) => (isPrimary ? [name] : []))

/** The values of a row under each of its table's unique keys; a key with a null is no key. */
export function keysOf(table: TableSpec, row: Row): Key[] {
  return [...table.unique, primaryOf(table)].flatMap((columns) => {
    const values = columns.map((column) => row[column] ?? null)
    return values.length === 0 || values.includes(null)
      ? []
      : // The drivers may give a number as text.
        [{ columns, values, text: JSON.stringify([columns, values.map(String)]) }]
  })
}

/** What tells one row from another, the id that the database chooses among it. */
export const keyColumns = (table: TableSpec): string[] => [...new Set([...primaryOf(table), ...table.unique.flat()])]

/** The key columns of the rows that have a key of one of these. */
export async function rowsWith(base: Finder, table: TableSpec, rows: readonly Row[]): Promise<Row[]> {
  const keys = [...new Map(rows.flatMap((row) => keysOf(table, row)).map((key) => [key.text, key])).values()]
  if (keys.length === 0) return []
  const isOne = keys.map(({ columns }) => `(${columns.map((column) => `\`${column}\` = ?`).join(' AND ')})`)
  const columns = keyColumns(table).map((column) => `\`${column}\``)
  return base.find({
    text: `SELECT ${columns.join(', ')} FROM \`${table.name}\` WHERE ${isOne.join(' OR ')}`,
    params: keys.flatMap(({ values }) => values),
    numbers: [],
  })
}

/** Ids, by the rows that were to be inserted, of those that the database says it has; the first of two alike. NaN where the
 *  database chooses none, or the row has no key by which to know it again: nothing can have kept that one out. */
export function idsOf(table: TableSpec, wanted: readonly Row[], told: readonly Row[]): Map<Row, number> {
  const ids = new Map(told.flatMap((row) => keysOf(table, row).map(({ text }) => [text, Number(row.id)] as const)))
  const found = new Map<Row, number>()
  for (const row of wanted) {
    const key = keysOf(table, row)[0]
    const id = key === undefined ? Number.NaN : ids.get(key.text)
    if (id === undefined) continue
    if (key !== undefined) ids.delete(key.text)
    found.set(row, id)
  }
  return found
}

/** The same as rows. */
export const withIds = (table: TableSpec, wanted: readonly Row[], told: readonly Row[]): Row[] =>
  [...idsOf(table, wanted, told)].map(([row, id]) => ({ ...row, id }))
