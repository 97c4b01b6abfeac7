import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { DataSource, type MigrationInterface } from 'typeorm'
import type { Dialect } from './columns.ts'
import { dataSourceOptions } from './database-url.ts'
import { isDeadlock } from './deadlock.ts'
import { atOnce, withLater } from './later.ts'
import { createLines, type Line, type StatementListener } from './line.ts'
import { createReadMemory } from './read-memory.ts'
import { createStatements } from './statements.ts'
import { createTurns, type Rank } from './turns.ts'
import { createTx, type ReadTx, type Tx } from './tx.ts'

/** The database. SQLite has one connection, so its transactions queue up here; MySQL takes them from a pool. */
export interface Db {
  readonly dialect: Dialect
  readonly source: DataSource
  /** One transaction: all of `work` or nothing. No network calls inside. `rank`: on SQLite, who goes first. */
  tx<T>(work: (tx: Tx) => Promise<T>, rank?: Rank): Promise<T>
  /** One statement that is its own commit: cheaper than a transaction of one. */
  statement<T>(work: (tx: Tx) => Promise<T>, rank?: Rank): Promise<T>
  /** All of `work` sees the tables as they were when it began, and whatever it tries to write, the database refuses. */
  view<T>(work: (tx: ReadTx) => Promise<T>): Promise<T>
  /** Opens the connection if it is not open. Throws the driver's error; safe to repeat. */
  connect(): Promise<void>
  /** Tells the text of every statement that goes out from now on, those of migrations left out. Gives what ends it. */
  watch(listener: StatementListener): () => void
  migrate(): Promise<void>
  close(): Promise<void>
}

export type Migrations = (new () => MigrationInterface)[]

const DEADLOCK_TRIES = 10
/** Longest pause before the next try; who met in a deadlock must not meet again at once. */
const LONGEST_PAUSE_MS = 200

interface MysqlConnection {
  query(sql: string): void
  release(): void
  stream: Socket
}

interface MysqlPool {
  on(event: 'connection', listener: (connection: MysqlConnection) => void): void
  getConnection(callback: (error: Error | null, connection: MysqlConnection) => void): void
}

/** What a connection is, whatever the server's own settings are: with NO_BACKSLASH_ESCAPES a value could end its own quotes
 *  (the driver puts values into the text), with another mode or set of letters it is cut or changed without a word. An
 *  audience asks several EXISTS at once; MariaDB would first write all that one of them finds into a temporary table, which
 *  takes more than twice as long as looking each customer up. */
const SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'",
  'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
  "SET SESSION optimizer_switch = 'materialization=off'",
]

/** Prepares each connection of the pool once: before each transaction it would cost round trips. A host that vanishes without
 *  a word would hold a statement, and the callback behind it, until TCP gives up after many minutes: a connection on which
 *  nothing moves is closed, which hurts an idle one little. */
async function tuneMysql(source: DataSource, silenceMs: number | undefined): Promise<void> {
  // TypeORM's types leave the driver's pool out.
  const { pool } = source.driver as unknown as { pool: MysqlPool }
  const tune = (connection: MysqlConnection): void => {
    for (const statement of SESSION) connection.query(statement)
    if (silenceMs === undefined) return
    const { stream } = connection
    stream.setTimeout(silenceMs, () => stream.destroy(new Error('the database did not answer in time')))
  }
  pool.on('connection', tune)
  // TypeORM has opened the first one already.
  await new Promise<void>((resolve, reject) => {
    pool.getConnection((error, connection) => {
      if (error) return reject(error)
      tune(connection)
      connection.release()
      resolve()
    })
  })
}

/** Longer than any statement of ours takes, shorter than anyone wants to wait for a host that is gone. */
const SILENCE_MS = 20_000

/** On a connection of its own: an index on millions of rows takes longer than any statement may otherwise. */
async function migrateMysql(databaseUrl: string, migrations: Migrations): Promise<void> {
  const source = new DataSource(dataSourceOptions(databaseUrl, migrations))
  await source.initialize()
  await tuneMysql(source, undefined)
  try {
    await source.runMigrations()
  } finally {
    await source.destroy()
  }
}

export interface DbOptions {
  /** MySQL: a connection on which nothing moves for so long is closed. */
  silenceMs?: number
  /** Nobody else writes to it, so that an answer is good until this process has written: for a SQLite of one's own. */
  isOwn?: boolean
}

/** Answers that are kept of a database of one's own. */
const MOST_KEPT = 20_000

/** `migrations`: the history that `migrate` brings the schema up to, oldest first. */
export function createDb(
  databaseUrl: string,
  migrations: Migrations,
  { silenceMs = SILENCE_MS, isOwn = false }: DbOptions = {},
): Db {
  const source = new DataSource(dataSourceOptions(databaseUrl, migrations))
  const dialect: Dialect = source.options.type === 'mysql' ? 'mysql' : 'sqlite'
  const turns = createTurns()
  let connecting: Promise<void> | undefined

  const lasting = isOwn ? createReadMemory(MOST_KEPT) : undefined
  const listeners = new Set<StatementListener>()
  const lines = createLines(source, dialect, (text) => {
    for (const listener of listeners) listener(text)
  })

  async function onLine<T>(work: (line: Line) => Promise<T>): Promise<T> {
    await connect()
    const line = await lines.open()
    try {
      return await work(line)
    } finally {
      await line.release()
    }
  }

  /** A command may write to the same file as the server. Who takes the write lock at the beginning waits for its turn;
   *  who begins by reading is refused at once (SQLITE_BUSY) when the other has written since. */
  const begin = dialect === 'mysql' ? 'START TRANSACTION' : 'BEGIN IMMEDIATE'

  const transact = <T>(work: (line: Line) => Promise<T>): Promise<T> =>
    onLine(async (line) => {
      await line.change(begin)
      try {
        const result = await work(line)
        await line.change('COMMIT')
        return result
      } catch (error) {
        lasting?.forget()
        // A failed COMMIT may have rolled back by itself; the first error is the one to tell.
        await line.change('ROLLBACK').catch(() => undefined)
        throw error
      }
    })

  async function runTx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const onCommit: (() => void)[] = []
      try {
        const result = await transact(async (line) => {
          const statements = withLater(createStatements(line, dialect, lasting ?? createReadMemory()))
          const done = await work(createTx(statements, dialect, onCommit))
          await statements.settle()
          return done
        })
        for (const callback of onCommit) callback()
        return result
      } catch (error) {
        if (attempt >= DEADLOCK_TRIES || !isDeadlock(error)) throw error
        await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt))
      }
    }
  }

  async function connect(): Promise<void> {
    if (source.isInitialized) return
    connecting ??= source
      .initialize()
      .then(() => (dialect === 'mysql' ? tuneMysql(source, silenceMs) : undefined))
      .finally(() => {
        connecting = undefined
      })
    await connecting
  }

  async function runStatement<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const onCommit: (() => void)[] = []
    const result = await onLine((line) =>
      work(createTx(atOnce(createStatements(line, dialect, lasting)), dialect, onCommit)),
    )
    for (const callback of onCommit) callback()
    return result
  }

  const runView = <T>(work: (tx: ReadTx) => Promise<T>): Promise<T> =>
    onLine(async (line) => {
      const isMysql = dialect === 'mysql'
      try {
        if (isMysql) await line.change('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
        else await line.change('PRAGMA query_only = ON')
        await line.change(isMysql ? 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY' : 'BEGIN')
        try {
          return await work(createTx(atOnce(createStatements(line, dialect, lasting)), dialect, []))
        } finally {
          await line.change('ROLLBACK')
        }
      } finally {
        if (!isMysql) await line.change('PRAGMA query_only = OFF')
      }
    })

  const inTurn = <T>(work: () => Promise<T>, rank: Rank = 'other'): Promise<T> =>
    dialect === 'mysql' ? work() : turns.take(rank, work)

  return {
    dialect,
    source,
    connect,
    watch: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tx: (work, rank) => inTurn(() => runTx(work), rank),
    view: (work) => inTurn(() => runView(work)),
    statement: (work, rank) => inTurn(() => runStatement(work), rank),
    // In its turn as well: a transaction between two steps would end up inside a migration on SQLite's one connection.
    migrate: () =>
      inTurn(async () => {
        await connect()
        lasting?.forget()
        if (dialect === 'sqlite') await source.runMigrations()
        else await migrateMysql(databaseUrl, migrations)
      }),
    close: async () => {
      await turns.empty()
      lines.forget()
      if (source.isInitialized) await source.destroy()
    },
  }
}
