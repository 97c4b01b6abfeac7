import type { EntityManager } from 'typeorm'
import { checkRow } from './check-row.ts'
import type { Dialect } from './columns.ts'
import { isDeadlock } from './deadlock.ts'
import { type ColumnName, type NewRowOf, type OnlyColumns, specOf, type Table } from './define-table.ts'
import { isDuplicateKey } from './duplicate-key.ts'
import { render, type Sql, type SqlValue } from './sql.ts'

export type { SqlValue } from './sql.ts'
export type Row = Record<string, SqlValue>

/** An open transaction, the only way to the tables. Queries are written with `sql`, which names declared columns; what the
 *  two databases spell differently goes through the methods below. Money fen and instants come back as numbers. Whatever
 *  inserts throws db.too-long and db.is-null, on both databases alike, where the declaration does not allow a value. */
export interface Tx {
  readonly dialect: Dialect
  /** The rows of a SELECT, in the shape of its selections. */
  rows<Found>(query: Sql<Found>): Promise<Found[]>
  row<Found>(query: Sql<Found>): Promise<Found | undefined>
  /** UPDATE or DELETE; gives the number of rows that it found. */
  run(query: Sql): Promise<number>
  /** Inserts one row; gives the id that the database chose. */
  insert<Of extends Table, New extends NewRowOf<Of>>(table: Of, row: OnlyColumns<New, Of>): Promise<number>
  /** Inserts the rows that break no unique key; gives how many were new. All rows have the same columns. Every fault other
   *  than a known key is thrown. */
  insertIgnore<Of extends Table, New extends NewRowOf<Of>>(table: Of, rows: OnlyColumns<New, Of>[]): Promise<number>
  /** Inserts, or updates the columns that are not in `key` (or only those in `update`). */
  upsert<Of extends Table, New extends NewRowOf<Of>>(
    table: Of,
    rows: OnlyColumns<New, Of>[],
    key: ColumnName<Of>[],
    update?: ColumnName<Of>[],
  ): Promise<void>
  /** Inserts, or adds the row's `column` to what stands there under `key`. */
  increase<Of extends Table, New extends NewRowOf<Of>>(
    table: Of,
    rows: OnlyColumns<New, Of>[],
    key: ColumnName<Of>[],
    column: ColumnName<Of>,
  ): Promise<void>
  /** Work that is undone alone when it throws; the transaction goes on. */
  savepoint<T>(work: () => Promise<T>): Promise<T>
  /** Runs once the commit is durable; for nudges only, never for work that must happen. */
  afterCommit(callback: () => void): void
}

/** What may be done where nothing may be changed. */
export type ReadTx = Pick<Tx, 'dialect' | 'rows' | 'row'>

const quote = (name: string): string => `\`${name}\``
const list = (names: string[]): string => names.map(quote).join(', ')

function valuesClause(rows: Row[], columns: string[]): { sql: string; params: SqlValue[] } {
  const params: SqlValue[] = []
  for (const row of rows) for (const column of columns) params.push(row[column] ?? null)
  const marks = `(${columns.map(() => '?').join(', ')})`
  return { sql: Array(rows.length).fill(marks).join(', '), params }
}

/** SQLite refuses more than 32,766 marks in one statement. */
const MAX_MARKS = 30_000

/** Rows that say the same columns, as many as one statement takes: what the first row does not name is the next one's own. */
function* chunks(rows: Row[]): Generator<Row[]> {
  let part: Row[] = []
  let columns: string | undefined
  let most = 0
  for (const row of rows) {
    const names = Object.keys(row)
    const said = names.join()
    if (part.length > 0 && (said !== columns || part.length >= most)) {
      yield part
      part = []
    }
    columns = said
    most = Math.max(1, Math.floor(MAX_MARKS / (names.length || 1)))
    part.push(row)
  }
  if (part.length > 0) yield part
}

interface MysqlResult {
  affectedRows: number
  insertId: number
  /** `Records: 3  Duplicates: 1  Warnings: 0`, of a statement with several rows. */
  info?: string
}

/** Undefined is absent: the same as a null. */
function checked(table: Table, rows: readonly object[]): Row[] {
  for (const row of rows) checkRow(specOf(table), row as Row)
  return rows as Row[]
}

const duplicatesIn = (info: string | undefined): number => Number(/Duplicates: (\d+)/.exec(info ?? '')?.[1] ?? 0)

export function createTx(manager: EntityManager, dialect: Dialect, onCommit: (() => void)[]): Tx {
  const query = (text: string, params: SqlValue[] = []): Promise<unknown> => manager.query(text, params)

  async function execute(text: string, params: SqlValue[] = []): Promise<{ affected: number; raw: unknown }> {
    const result = await manager.queryRunner?.query(text, params, true)
    if (result === undefined) throw new Error('a Tx needs its query runner')
    return { affected: result.affected ?? 0, raw: result.raw }
  }

  async function find(piece: Sql): Promise<Row[]> {
    const { text, params } = render(piece, dialect)
    const rows = (await query(text, params)) as Row[]
    for (const name of piece.numbers) for (const row of rows) if (row[name] != null) row[name] = Number(row[name])
    return rows
  }

  async function run(piece: Sql): Promise<number> {
    const { text, params } = render(piece, dialect)
    return (await execute(text, params)).affected
  }

  /** Of one row MySQL does not tell apart whether it was known, of several it counts them. */
  async function insertUnknown(table: string, rows: Row[]): Promise<number> {
    const columns = Object.keys(rows[0] ?? {})
    const { sql, params } = valuesClause(rows, columns)
    const insert = `INSERT INTO ${quote(table)} (${list(columns)}) VALUES ${sql}`
    if (dialect === 'sqlite') return (await execute(`${insert} ON CONFLICT DO NOTHING`, params)).affected
    if (rows.length === 1) {
      try {
        return (await execute(insert, params)).affected
      } catch (error) {
        if (isDuplicateKey(error)) return 0
        throw error
      }
    }
    const first = quote(columns[0] ?? '')
    const { raw } = await execute(`${insert} ON DUPLICATE KEY UPDATE ${first} = ${first}`, params)
    return rows.length - duplicatesIn((raw as MysqlResult).info)
  }

  async function merge(
    declared: Table,
    rows: readonly object[],
    key: string[],
    changesOf: (columns: string[]) => { column: string; isAdded: boolean }[],
  ): Promise<void> {
    const table = specOf(declared).name
    for (const part of chunks(checked(declared, rows))) {
      const columns = Object.keys(part[0] ?? {})
      const { sql, params } = valuesClause(part, columns)
      const given = (column: string): string =>
        dialect === 'mysql' ? `VALUES(${quote(column)})` : `excluded.${quote(column)}`
      const sets = changesOf(columns).map(({ column, isAdded }) =>
        isAdded
          ? `${quote(column)} = ${quote(table)}.${quote(column)} + ${given(column)}`
          : `${quote(column)} = ${given(column)}`,
      )
      const head = `INSERT INTO ${quote(table)} (${list(columns)}) VALUES ${sql}`
      const first = quote(key[0] ?? '')
      const rest =
        dialect === 'mysql'
          ? `ON DUPLICATE KEY UPDATE ${sets.join(', ') || `${first} = ${first}`}`
          : `ON CONFLICT (${list(key)}) DO ${sets.length > 0 ? `UPDATE SET ${sets.join(', ')}` : 'NOTHING'}`
      await query(`${head} ${rest}`, params)
    }
  }

  let savepoints = 0
  const tx = {
    dialect,
    rows: find,
    row: async (piece: Sql) => (await find(piece))[0],
    run,
    insert: async (table: Table, row: object) => {
      const [values = {}] = checked(table, [row])
      const columns = Object.keys(values)
      const { sql, params } = valuesClause([values], columns)
      const result = await query(`INSERT INTO ${quote(specOf(table).name)} (${list(columns)}) VALUES ${sql}`, params)
      return dialect === 'mysql' ? (result as MysqlResult).insertId : Number(result)
    },
    insertIgnore: async (table: Table, rows: readonly object[]) => {
      let inserted = 0
      for (const part of chunks(checked(table, rows))) inserted += await insertUnknown(specOf(table).name, part)
      return inserted
    },
    upsert: (table: Table, rows: readonly object[], key: string[], update?: string[]) =>
      merge(table, rows, key, (columns) =>
        (update ?? columns.filter((column) => !key.includes(column))).map((column) => ({ column, isAdded: false })),
      ),
    increase: (table: Table, rows: readonly object[], key: string[], column: string) =>
      merge(table, rows, key, () => [{ column, isAdded: true }]),
    savepoint: async <T>(work: () => Promise<T>): Promise<T> => {
      savepoints += 1
      const name = `sp_${savepoints}`
      await query(`SAVEPOINT ${name}`)
      const committedBefore = onCommit.length
      try {
        const result = await work()
        await query(`RELEASE SAVEPOINT ${name}`)
        return result
      } catch (error) {
        onCommit.length = committedBefore
        if (isDeadlock(error)) throw error
        await query(`ROLLBACK TO SAVEPOINT ${name}`)
        await query(`RELEASE SAVEPOINT ${name}`)
        throw error
      }
    },
    afterCommit: (callback: () => void) => {
      onCommit.push(callback)
    },
  }
  // The shapes of rows are the declarations' word for what the driver gives; nothing else can vouch for them.
  return tx as unknown as Tx
}
