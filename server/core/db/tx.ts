import type { EntityManager } from 'typeorm'
import type { Dialect } from './columns.ts'
import { isDeadlock } from './deadlock.ts'

export type SqlValue = string | number | null
export type Row = Record<string, SqlValue>

/** An open transaction, the only way to the tables. SQL uses `?` marks and what both databases understand;
 *  what they spell differently goes through the methods below. Money fen and instants come back as numbers. */
export interface Tx {
  readonly dialect: Dialect
  /** The rows of a SELECT; the caller states their shape. */
  rows<T extends object>(sql: string, params?: SqlValue[]): Promise<T[]>
  row<T extends object>(sql: string, params?: SqlValue[]): Promise<T | undefined>
  /** UPDATE, DELETE or INSERT; gives the number of rows changed. */
  run(sql: string, params?: SqlValue[]): Promise<number>
  /** Inserts one row; gives the id that the database chose. */
  insert(table: string, row: Row): Promise<number>
  /** Inserts the rows that break no unique key; gives how many were new. All rows have the same columns. */
  insertIgnore(table: string, rows: Row[]): Promise<number>
  /** Inserts, or updates the columns that are not in `key` (or only those in `update`). */
  upsert(table: string, rows: Row[], key: string[], update?: string[]): Promise<void>
  /** Inserts, or adds the row's `column` to what stands there under `key`. */
  increase(table: string, rows: Row[], key: string[], column: string): Promise<void>
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

function* chunks(rows: Row[]): Generator<Row[]> {
  const width = Object.keys(rows[0] ?? {}).length || 1
  const size = Math.max(1, Math.floor(MAX_MARKS / width))
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size)
}

interface MysqlResult {
  affectedRows: number
  insertId: number
}

export function createTx(manager: EntityManager, dialect: Dialect, onCommit: (() => void)[]): Tx {
  const query = (sql: string, params: SqlValue[] = []): Promise<unknown> => manager.query(sql, params)

  async function run(sql: string, params?: SqlValue[]): Promise<number> {
    const result = await manager.queryRunner?.query(sql, params ?? [], true)
    if (result === undefined) throw new Error('a Tx needs its query runner')
    return result.affected ?? 0
  }

  async function merge(
    table: string,
    rows: Row[],
    key: string[],
    changesOf: (columns: string[]) => { column: string; isAdded: boolean }[],
  ): Promise<void> {
    for (const part of chunks(rows)) {
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
  const tx: Tx = {
    dialect,
    rows: async <T extends object>(sql: string, params?: SqlValue[]) => (await query(sql, params)) as T[],
    row: async <T extends object>(sql: string, params?: SqlValue[]) => ((await query(sql, params)) as T[])[0],
    run,
    insert: async (table, row) => {
      const columns = Object.keys(row)
      const { sql, params } = valuesClause([row], columns)
      const result = await query(`INSERT INTO ${quote(table)} (${list(columns)}) VALUES ${sql}`, params)
      return dialect === 'mysql' ? (result as MysqlResult).insertId : Number(result)
    },
    insertIgnore: async (table, rows) => {
      const verb = dialect === 'mysql' ? 'INSERT IGNORE' : 'INSERT OR IGNORE'
      let inserted = 0
      for (const part of chunks(rows)) {
        const columns = Object.keys(part[0] ?? {})
        const { sql, params } = valuesClause(part, columns)
        inserted += await run(`${verb} INTO ${quote(table)} (${list(columns)}) VALUES ${sql}`, params)
      }
      return inserted
    },
    upsert: (table, rows, key, update) =>
      merge(table, rows, key, (columns) =>
        (update ?? columns.filter((column) => !key.includes(column))).map((column) => ({ column, isAdded: false })),
      ),
    increase: (table, rows, key, column) => merge(table, rows, key, () => [{ column, isAdded: true }]),
    savepoint: async (work) => {
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
    afterCommit: (callback) => {
      onCommit.push(callback)
    },
  }
  return tx
}
