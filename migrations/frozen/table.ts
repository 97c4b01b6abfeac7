import { type QueryRunner, Table, TableIndex } from 'typeorm'
import { type ColumnSpec, type Dialect, toTableColumn } from './columns.ts'

export interface TableSpec {
  /** Singular snake_case. */
  name: string
  columns: ColumnSpec[]
  /** Column lists; index names are made from the table and the columns. */
  unique?: string[][]
  indices?: string[][]
}

export function dialectOf(runner: QueryRunner): Dialect {
  return runner.connection.options.type === 'mysql' ? 'mysql' : 'sqlite'
}

const indexName = (table: string, columns: string[]): string => `ix_${table}_${columns.join('_')}`.slice(0, 63)

export async function createTable(runner: QueryRunner, spec: TableSpec): Promise<void> {
  const dialect = dialectOf(runner)
  const table = new Table({
    name: spec.name,
    columns: spec.columns.map((column) => toTableColumn(column, dialect)),
    ...(dialect === 'mysql' ? { engine: 'InnoDB' } : {}),
  })
  const index = (columns: string[], isUnique: boolean) =>
    table.addIndex(new TableIndex({ name: indexName(spec.name, columns), columnNames: columns, isUnique }))
  for (const columns of spec.unique ?? []) index(columns, true)
  for (const columns of spec.indices ?? []) index(columns, false)
  await runner.createTable(table)
}

/** The rows stay, and the indexes are called after the new name. `unique` and `indices`: those that the table has. */
export async function renameTable(
  runner: QueryRunner,
  from: string,
  to: string,
  { unique = [], indices = [] }: Pick<TableSpec, 'unique' | 'indices'>,
): Promise<void> {
  if (dialectOf(runner) === 'mysql') {
    const names = [...unique, ...indices].map(
      (columns) => `RENAME INDEX ${indexName(from, columns)} TO ${indexName(to, columns)}`,
    )
    // One statement: MySQL commits after each, and half a renaming could be neither finished nor undone.
    await runner.query(`ALTER TABLE ${from} ${[`RENAME TO ${to}`, ...names].join(', ')}`)
    return
  }
  await runner.query(`ALTER TABLE ${from} RENAME TO ${to}`)
  // SQLite cannot rename an index.
  for (const columns of [...unique, ...indices]) await runner.query(`DROP INDEX ${indexName(from, columns)}`)
  for (const columns of unique) await addIndex(runner, to, columns, { isUnique: true })
  for (const columns of indices) await addIndex(runner, to, columns)
}

/** For `down`: in reverse order of creation. */
export async function dropTables(runner: QueryRunner, names: string[]): Promise<void> {
  for (const name of names) await runner.dropTable(name)
}

export async function addColumns(runner: QueryRunner, table: string, columns: ColumnSpec[]): Promise<void> {
  for (const column of columns) await runner.addColumn(table, toTableColumn(column, dialectOf(runner)))
}

export async function addIndex(
  runner: QueryRunner,
  table: string,
  columns: string[],
  { isUnique = false } = {},
): Promise<void> {
  await runner.createIndex(table, new TableIndex({ name: indexName(table, columns), columnNames: columns, isUnique }))
}

/** For `down`, before the columns go. */
export async function dropIndex(runner: QueryRunner, table: string, columns: string[]): Promise<void> {
  await runner.dropIndex(table, indexName(table, columns))
}

/** For `down`. */
export async function dropColumns(runner: QueryRunner, table: string, names: string[]): Promise<void> {
  for (const name of names) await runner.dropColumn(table, name)
}
