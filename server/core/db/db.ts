import { hostname } from 'node:os'
import { DataSource, type MigrationInterface } from 'typeorm'
import { randomText } from '../kernel/random.ts'
import { createCheckpointer } from './checkpoints/checkpointer.ts'
import type { Dialect } from './columns.ts'
import { dataSourceOptions, isMysqlUrl, sqliteFileOf } from './database-url.ts'
import { createLines, type Line, type LineOptions, type StatementListener } from './line.ts'
import { type MigratingOptions, migrateMysql } from './migrating/migrate-mysql.ts'
import { migrateSqlite } from './migrating/migrate-sqlite.ts'
import type { MigrationTold } from './migrating/migration-news.ts'
import { createMysqlConnections } from './mysql-connections.ts'
import { mysqlFault } from './mysql-fault.ts'
import { createMysqlHosts, type MysqlHosts } from './mysql-hosts.ts'
import { createReadMemory } from './read-memory.ts'
import { createTransactions } from './transactions.ts'
import { createTurns, type Rank } from './turns.ts'
import type { ReadTx, Tx } from './tx.ts'

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
  /** SQLite: the log is moved into the file by a thread of its own, for who serves people meanwhile. */
  checkpointsAside?: boolean
  /** MySQL: who migrates and is silent for so long is taken for dead. */
  migrationLeaseMs?: number
}

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

/** Nobody is served by the process' own database, and its work shall not take long for being polite. */
const OWN_AIR_EVERY = 32

/** Answers that are kept of a database of one's own. */
const MOST_KEPT = 20_000

/** `migrations`: the history that `migrate` brings the schema up to, oldest first. */
export function createDb(
  databaseUrl: string,
  migrations: Migrations,
  { silenceMs = SILENCE_MS, isOwn = false, checkpointsAside = false, migrationLeaseMs }: DbOptions = {},
): Db {
  const hosts = isMysqlUrl(databaseUrl) ? createMysqlHosts(databaseUrl) : undefined
  const another = (): DataSource =>
    new DataSource(dataSourceOptions(databaseUrl, migrations, { hosts, checkpointsAside }))
  const source = another()
  const connections = hosts === undefined ? undefined : createMysqlConnections(source, hosts, another)
  const dialect: Dialect = connections === undefined ? 'sqlite' : 'mysql'
  const turns = createTurns({ airEvery: isOwn ? OWN_AIR_EVERY : 1 })
  const holder = `${hostname().slice(0, 24)}-${process.pid}-${randomText(8)}`
  let connecting: Promise<void> | undefined

  const lasting = isOwn ? createReadMemory(MOST_KEPT) : undefined
  const listeners = new Set<StatementListener>()
  const lines = createLines(source, connections, (text, line) => {
    for (const listener of listeners) listener(text, line)
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

  const { runTx, runStatement, runView } = createTransactions({ dialect, onLine, lasting })

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

  async function migrate(told: MigrationTold): Promise<void> {
    await connect()
    lasting?.forget()
    if (hosts === undefined) return migrateSqlite(source, sqliteFileOf(databaseUrl), told)
    // Whoever gives one out has found the host that takes writes.
    await onLine(async () => undefined)
    await migratePatiently(another, hosts, { holder, leaseMs: migrationLeaseMs, told })
  }

  const file = checkpointsAside ? sqliteFileOf(databaseUrl) : undefined
  const checkpoints =
    file === undefined ? undefined : createCheckpointer({ file, alone: (work) => turns.take('other', work) })

  const inTurn = <T>(work: () => Promise<T>, rank: Rank = 'other'): Promise<T> =>
    dialect === 'mysql' ? work() : turns.take(rank, work).finally(checkpoints?.committed)

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
      await checkpoints?.close()
      if (source.isInitialized) await source.destroy()
    },
  }
}
