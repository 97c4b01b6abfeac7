import { type DataSource, QueryFailedError } from 'typeorm'
import type { MysqlConnections, Taken } from './mysql-connections.ts'
import { type MysqlFault, mysqlFault } from './mysql-fault.ts'
import type { SqlValue } from './sql.ts'

export type Row = Record<string, SqlValue>

/** What a statement that is no question did. */
export interface Changed {
  /** Rows that it found or inserted; MySQL counts a row that it inserted over as 1 or 2. */
  affected: number
  /** Of the row that was inserted, where the database chose one. */
  insertId: number
  /** MySQL, of an INSERT with several rows: how many keys were known. */
  duplicates: number
}

/** One connection for as long as some work needs it. What the driver throws comes wrapped as TypeORM wraps it, so that
 *  `errno` and `code` are where they always are. */
export interface Line {
  rows(text: string, params: SqlValue[]): Promise<Row[]>
  change(text: string, params?: SqlValue[]): Promise<Changed>
  release(): Promise<void>
}

export interface LineOptions {
  /** Its transaction refuses writes by itself. */
  isReading?: boolean
}

/** Told the text of each statement before it goes out, never its values; `line`: those of one transaction on MySQL have the
 *  same number, which no other has. */
export type StatementListener = (text: string, line: number) => void

interface MysqlAnswer {
  affectedRows: number
  insertId: number
  /** `Records: 3  Duplicates: 1  Warnings: 0`, of a statement with several rows. */
  info?: string
}

interface SqliteStatement {
  readonly reader: boolean
  all(params: SqlValue[]): Row[]
  run(params: SqlValue[]): { changes: number; lastInsertRowid: number | bigint }
}

interface SqliteConnection {
  prepare(text: string): SqliteStatement
}

interface Prepared {
  statement: SqliteStatement
  isReader: boolean
}

/** So many texts are kept prepared, more than we have: what is prepared anew each time costs a sixth of all work. */
const STATEMENTS = 500

/** Opens lines straight to the driver: a statement of TypeORM's makes a wrapper of the connection, an event and copies of
 *  the answer, which on the way of an add costs as much as the statement. */
export function createLines(source: DataSource, connections: MysqlConnections | undefined, told: StatementListener) {
  let only: Line | undefined
  let opened = 0

  function sqliteLine(connection: SqliteConnection): Line {
    const known = new Map<string, Prepared>()

    function prepare(text: string): Prepared {
      const before = known.get(text)
      if (before !== undefined) return before
      const statement = connection.prepare(text)
      const one = { statement, isReader: statement.reader }
      known.set(text, one)
      // The first in is the first out; a text that is much used is soon back.
      if (known.size > STATEMENTS) known.delete(known.keys().next().value ?? '')
      return one
    }

    return {
      rows: async (text, params) => {
        told(text, 0)
        try {
          return prepare(text).statement.all(params)
        } catch (error) {
          throw new QueryFailedError(text, params, error as Error)
        }
      },
      change: async (text, params = []) => {
        told(text, 0)
        try {
          const { statement, isReader } = prepare(text)
          if (isReader) {
            statement.all(params)
            return { affected: 0, insertId: 0, duplicates: 0 }
          }
          const { changes, lastInsertRowid } = statement.run(params)
          return { affected: changes, insertId: Number(lastInsertRowid), duplicates: 0 }
        } catch (error) {
          throw new QueryFailedError(text, params, error as Error)
        }
      },
      release: async () => undefined,
    }
  }

  function mysqlLine({ connection, giveBack, begun, ended }: Taken, isReading: boolean): Line {
    opened += 1
    const line = opened
    let worst: MysqlFault | undefined
    const judge = (error: Error): void => {
      const fault = mysqlFault(error)
      if (fault === undefined || fault === 'conflict' || (isReading && fault === 'no-writer')) return
      worst = worst === 'no-writer' ? worst : fault
    }
    const ask = (text: string, params: SqlValue[]): Promise<unknown> => {
      told(text, line)
      begun()
      return new Promise((resolve, reject) =>
        connection.query(text, params, (error, answer) => {
          ended()
          if (error === null) return resolve(answer)
          judge(error)
          reject(new QueryFailedError(text, params, error))
        }),
      )
    }
    return {
      rows: async (text, params) => (await ask(text, params)) as Row[],
      change: async (text, params = []) => {
        const { affectedRows = 0, insertId = 0, info } = (await ask(text, params)) as Partial<MysqlAnswer>
        return { affected: affectedRows, insertId, duplicates: Number(/Duplicates: (\d+)/.exec(info ?? '')?.[1] ?? 0) }
      },
      release: () => giveBack(worst),
    }
  }

  return {
    open: async ({ isReading = false }: LineOptions = {}): Promise<Line> => {
      if (connections !== undefined) return mysqlLine(await connections.take(), isReading)
      // There is one, and TypeORM leaves open what its drivers give.
      only ??= sqliteLine((await source.createQueryRunner().connect()) as SqliteConnection)
      return only
    },
    /** The line, with what was prepared on it, belongs to a connection that is closed. */
    forget: (): void => {
      only = undefined
    },
  }
}
