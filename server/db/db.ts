import { DataSource, type EntityManager } from 'typeorm'
import { migrations } from '../../migrations/index.ts'
import type { Dialect } from './columns.ts'
import { dataSourceOptions } from './database-url.ts'
import { isDeadlock } from './deadlock.ts'
import { createTx, type Tx } from './tx.ts'

/** The database. SQLite has one connection, so its transactions queue up here; MySQL takes them from a pool. */
export interface Db {
  readonly dialect: Dialect
  readonly source: DataSource
  /** One transaction: all of `work` or nothing. No network calls inside. */
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** One statement that is its own commit: cheaper than a transaction of one. */
  statement<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Opens the connection if it is not open. Throws the driver's error; safe to repeat. */
  connect(): Promise<void>
  migrate(): Promise<void>
  close(): Promise<void>
}

const MAX_ATTEMPTS = 5

/** Set once for each connection: as a statement before each transaction it would cost one more round trip. */
async function readCommitted(source: DataSource): Promise<void> {
  const level = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'
  // TypeORM's types leave the driver's pool out.
  const { pool } = source.driver as unknown as {
    pool: { on(event: 'connection', listener: (connection: { query(sql: string): void }) => void): void }
  }
  pool.on('connection', (connection) => connection.query(level))
  await source.query(level)
}

export function createDb(databaseUrl: string): Db {
  const source = new DataSource(dataSourceOptions(databaseUrl, migrations))
  const dialect: Dialect = source.options.type === 'mysql' ? 'mysql' : 'sqlite'
  let tail: Promise<unknown> = Promise.resolve()
  let connecting: Promise<void> | undefined

  const mysqlTransaction = <T>(work: (manager: EntityManager) => Promise<T>): Promise<T> => source.transaction(work)

  /** A command may write to the same file as the server. Who takes the write lock at the beginning waits for its turn;
   *  who begins by reading is refused at once (SQLITE_BUSY) when the other has written since. */
  async function sqliteTransaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const runner = source.createQueryRunner()
    try {
      await runner.query('BEGIN IMMEDIATE')
      try {
        const result = await work(runner.manager)
        await runner.query('COMMIT')
        return result
      } catch (error) {
        // A failed COMMIT may have rolled back by itself; the first error is the one to tell.
        await runner.query('ROLLBACK').catch(() => undefined)
        throw error
      }
    } finally {
      await runner.release()
    }
  }

  async function runTx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await connect()
    for (let attempt = 1; ; attempt++) {
      const onCommit: (() => void)[] = []
      try {
        const transact = dialect === 'mysql' ? mysqlTransaction : sqliteTransaction
        const result = await transact((manager) => work(createTx(manager, dialect, onCommit)))
        for (const callback of onCommit) callback()
        return result
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || !isDeadlock(error)) throw error
      }
    }
  }

  async function connect(): Promise<void> {
    if (source.isInitialized) return
    connecting ??= source
      .initialize()
      .then(() => (dialect === 'mysql' ? readCommitted(source) : undefined))
      .finally(() => {
        connecting = undefined
      })
    await connecting
  }

  async function runStatement<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await connect()
    const onCommit: (() => void)[] = []
    const runner = source.createQueryRunner()
    try {
      const result = await work(createTx(runner.manager, dialect, onCommit))
      for (const callback of onCommit) callback()
      return result
    } finally {
      await runner.release()
    }
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (dialect === 'mysql') return work()
    const result = tail.then(work)
    tail = result.catch(() => undefined)
    return result
  }

  return {
    dialect,
    source,
    connect,
    tx: (work) => inTurn(() => runTx(work)),
    statement: (work) => inTurn(() => runStatement(work)),
    // In its turn as well: a transaction between two steps would end up inside a migration on SQLite's one connection.
    migrate: () =>
      inTurn(async () => {
        await connect()
        await source.runMigrations()
      }),
    close: async () => {
      await tail
      if (source.isInitialized) await source.destroy()
    },
  }
}
