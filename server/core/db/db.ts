import { hostname } from 'node:os'
import { DataSource, type MigrationInterface } from 'typeorm'
import { randomText } from '../kernel/random.ts'
import type { Dialect } from './columns.ts'
import { dataSourceOptions, isMysqlUrl, sqliteFileOf } from './database-url.ts'
import { atOnce, withLater } from './later.ts'
import { createLines, type Line, type LineOptions, type StatementListener } from './line.ts'
import { type MigratingOptions, migrateMysql } from './migrating/migrate-mysql.ts'
import { migrateSqlite } from './migrating/migrate-sqlite.ts'
import type { MigrationTold } from './migrating/migration-news.ts'
import { createMysqlConnections } from './mysql-connections.ts'
import { mysqlFault } from './mysql-fault.ts'
import { createMysqlHosts, type MysqlHosts } from './mysql-hosts.ts'
import { createReadMemory } from './read-memory.ts'
import { createStatements } from './statements.ts'
import { tryAgain } from './try-again.ts'
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
  /** Brings the tables up to date. Throws db.migrating-elsewhere while another process does; safe to repeat. */
  migrate(told?: MigrationTold): Promise<void>
  close(): Promise<void>
}

export type Migrations = (new () => MigrationInterface)[]

/** Longer than any statement of ours takes, shorter than anyone wants to wait for a host that is gone. */
const SILENCE_MS = 20_000

export interface DbOptions {
  /** MySQL: a connection on which nothing moves for so long is closed. */
  silenceMs?: number
  /** Nobody else writes to it, so that an answer is good until this process has written: for a SQLite of one's own. */
  isOwn?: boolean
  /** MySQL: who migrates and is silent for so long is taken for dead. */
  migrationLeaseMs?: number
}

/** What a transaction that only reads is refused, its server does not refuse to others. */
const READING: LineOptions = { isReading: true }

/** Opens the pool at the first host that answers. */
async function openSource(source: DataSource, hosts: MysqlHosts | undefined): Promise<void> {
  for (let nth = 1; ; nth++) {
    const generation = hosts?.generation() ?? 0
    try {
      await source.initialize()
      return
    } catch (error) {
      if (hosts === undefined || nth >= hosts.count || mysqlFault(error) === undefined) throw error
      hosts.leave(generation)
      source.setOptions({ url: hosts.url() })
    }
  }
}

/** On connections of its own, since an index on millions of rows takes longer than any statement may otherwise. */
async function migratePatiently(open: () => DataSource, hosts: MysqlHosts, options: MigratingOptions): Promise<void> {
  const source = open()
  await source.initialize()
  try {
    await createMysqlConnections(source, hosts, open).prepare(undefined)
    await migrateMysql(source, options)
  } finally {
    await source.destroy()
  }
}

/** Counts what was asked and what was answered. */
const counted = (line: Line, asked: { begun: number; ended: number }): Line => {
  const count = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    asked.begun++
    const given = await answer
    asked.ended++
    return given
  }
  return {
    rows: (text, params) => count(line.rows(text, params)),
    change: (text, params) => count(line.change(text, params)),
    release: () => line.release(),
  }
}

/** Nobody is served by the process' own database, and its work shall not take long for being polite. */
const OWN_AIR_EVERY = 32

/** Answers that are kept of a database of one's own. */
const MOST_KEPT = 20_000

/** `migrations`: the history that `migrate` brings the schema up to, oldest first. */
export function createDb(
  databaseUrl: string,
  migrations: Migrations,
  { silenceMs = SILENCE_MS, isOwn = false, migrationLeaseMs }: DbOptions = {},
): Db {
  const hosts = isMysqlUrl(databaseUrl) ? createMysqlHosts(databaseUrl) : undefined
  const another = (): DataSource => new DataSource(dataSourceOptions(databaseUrl, migrations, hosts))
  const source = another()
  const connections = hosts === undefined ? undefined : createMysqlConnections(source, hosts, another)
  const dialect: Dialect = connections === undefined ? 'sqlite' : 'mysql'
  const turns = createTurns({ airEvery: isOwn ? OWN_AIR_EVERY : 1 })
  const holder = `${hostname().slice(0, 24)}-${process.pid}-${randomText(8)}`
  let connecting: Promise<void> | undefined

  const lasting = isOwn ? createReadMemory(MOST_KEPT) : undefined
  const listeners = new Set<StatementListener>()
  const lines = createLines(source, connections, (text) => {
    for (const listener of listeners) listener(text)
  })

  async function onLine<T>(work: (line: Line) => Promise<T>, options?: LineOptions): Promise<T> {
    await connect()
    const line = await lines.open(options)
    try {
      return await work(line)
    } finally {
      await line.release()
    }
  }

  /** A command may write to the same file as the server. Who takes the write lock at the beginning waits for its turn;
   *  who begins by reading is refused at once (SQLITE_BUSY) when the other has written since. */
  const begin = dialect === 'mysql' ? 'START TRANSACTION' : 'BEGIN IMMEDIATE'

  const transact = <T>(work: (line: Line) => Promise<T>, onLastStep: () => void): Promise<T> =>
    onLine(async (line) => {
      await line.change(begin)
      try {
        const result = await work(line)
        onLastStep()
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
    let isCommitting = false
    const attempt = async (): Promise<T> => {
      const onCommit: (() => void)[] = []
      isCommitting = false
      const result = await transact(
        async (line) => {
          const statements = withLater(createStatements(line, dialect, lasting ?? createReadMemory()))
          const done = await work(createTx(statements, dialect, onCommit))
          await statements.settle()
          return done
        },
        () => {
          isCommitting = true
        },
      )
      for (const callback of onCommit) callback()
      return result
    }
    // Whether a COMMIT was carried out whose answer is lost, nobody knows.
    return tryAgain(attempt, (fault) => fault !== 'lost' || !isCommitting)
  }

  async function connect(): Promise<void> {
    if (source.isInitialized) return
    connecting ??= openSource(source, hosts)
      .then(lines.forget)
      .then(() => connections?.prepare(silenceMs))
      .finally(() => {
        connecting = undefined
      })
    await connecting
  }

  async function runStatement<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    let onCommit: (() => void)[] = []
    let asked = { begun: 0, ended: 0 }
    const attempt = (): Promise<T> => {
      onCommit = []
      asked = { begun: 0, ended: 0 }
      return onLine((line) =>
        work(createTx(atOnce(createStatements(counted(line, asked), dialect, lasting)), dialect, onCommit)),
      )
    }
    // Each statement is its own commit: only the first one can be done again with all the work.
    const result = await tryAgain(attempt, (fault) => (fault === 'lost' ? asked.begun : asked.ended) === 0)
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
    }, READING)

  async function migrate(told: MigrationTold): Promise<void> {
    await connect()
    lasting?.forget()
    if (hosts === undefined) return migrateSqlite(source, sqliteFileOf(databaseUrl), told)
    // Whoever gives one out has found the host that takes writes.
    await onLine(async () => undefined)
    await migratePatiently(another, hosts, { holder, leaseMs: migrationLeaseMs, told })
  }

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
    migrate: (told = () => undefined) => inTurn(() => migrate(told)),
    close: async () => {
      await turns.empty()
      if (source.isInitialized) await source.destroy()
    },
  }
}
