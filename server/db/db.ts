import { DataSource } from 'typeorm'
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

export function createDb(databaseUrl: string): Db {
  const source = new DataSource(dataSourceOptions(databaseUrl, migrations))
  const dialect: Dialect = source.options.type === 'mysql' ? 'mysql' : 'sqlite'
  let tail: Promise<unknown> = Promise.resolve()
  let connecting: Promise<void> | undefined

  async function runTx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await connect()
    for (let attempt = 1; ; attempt++) {
      const onCommit: (() => void)[] = []
      try {
        const isolation = dialect === 'mysql' ? 'READ COMMITTED' : 'SERIALIZABLE'
        const result = await source.transaction(isolation, (manager) => work(createTx(manager, dialect, onCommit)))
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
      .then(() => undefined)
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
    migrate: async () => {
      await connect()
      await source.runMigrations()
    },
    close: async () => {
      await tail
      if (source.isInitialized) await source.destroy()
    },
  }
}
