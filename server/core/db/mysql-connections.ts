import type { DataSource } from 'typeorm'
import { AppError } from '../kernel/app-error.ts'
import type { MysqlConnection } from './mysql-connection.ts'
import { type MysqlFault, mysqlFault } from './mysql-fault.ts'
import type { MysqlHost, MysqlHosts } from './mysql-hosts.ts'
import { createVanishedHost } from './vanished-host.ts'

interface MysqlPool {
  config: { connectionConfig: MysqlHost }
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

/** Whoever is root writes to a replica as well, and what is written there is lost: so it is asked, not tried. */
const READ_ONLY = `SHOW GLOBAL VARIABLES WHERE Variable_name IN
  ('read_only', 'super_read_only', 'innodb_read_only', 'tidb_restricted_read_only', 'tidb_super_read_only')`

interface Standing {
  generation: number
  /** Why it is of no use; undefined: it takes writes. */
  refusal: Promise<unknown>
}

/** Whether the server behind a connection takes writes. What it does not understand, it need not answer. */
const refusalOf = (connection: MysqlConnection): Promise<unknown> =>
  new Promise((resolve) =>
    connection.query(READ_ONLY, [], (error, answer) => {
      if (error !== null) return resolve(mysqlFault(error) === undefined ? undefined : error)
      const isOn = ({ Value }: { Value: string }): boolean => Value !== 'OFF' && Value !== '0'
      resolve(
        (answer as { Value: string }[]).some(isOn)
          ? new AppError('db.read-only', 'this server takes no writes', { retry: 'later' })
          : undefined,
      )
    }),
  )

/** A connection in the hands of one. */
export interface Taken {
  connection: MysqlConnection
  /** `fault`: the worst that came upon it. */
  giveBack(fault: MysqlFault | undefined): Promise<void>
  /** Around each statement. */
  begun(): void
  ended(): void
}

/** The connections of one pool, of which only those to a server that takes writes are given out: on a fail-over whose TCP
 *  connections stay, the old ones would answer «read-only» for ever. */
export function createMysqlConnections(source: DataSource, hosts: MysqlHosts, beside: () => DataSource) {
  const vanished = createVanishedHost({ hosts, beside })
  const standings = new WeakMap<MysqlConnection, Standing>()

  /** Prepares each connection of the pool once: before each transaction it would cost round trips. A host that vanishes
   *  without a word would hold a statement, and the callback behind it, until TCP gives up after many minutes: a connection on
   *  which nothing moves is closed, which hurts an idle one little. */
  async function prepare(silenceMs: number | undefined): Promise<void> {
    // TypeORM's types leave the driver's pool out.
    const { pool } = source.driver as unknown as { pool: MysqlPool }
    const tune = (connection: MysqlConnection): void => {
      for (const statement of SESSION) connection.query(statement)
      standings.set(connection, { generation: hosts.generation(), refusal: refusalOf(connection) })
      if (silenceMs === undefined) return
      const { stream } = connection
      stream.setTimeout(silenceMs, () => stream.destroy(new Error('the database did not answer in time')))
    }
    if (hosts.count > 1) hosts.lead(pool.config.connectionConfig)
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

  /** Throws the driver's error, or db.read-only when no host takes writes. */
  async function take(): Promise<Taken> {
    for (let nth = 1; ; ) {
      const generation = hosts.generation()
      const runner = source.createQueryRunner()
      let refusal: unknown
      try {
        // TypeORM leaves open what its drivers give.
        const connection = (await runner.connect()) as MysqlConnection
        const standing = standings.get(connection)
        if (standing !== undefined && standing.generation < generation) {
          connection.destroy()
          continue
        }
        refusal = await standing?.refusal
        if (refusal === undefined) {
          return {
            connection,
            begun: () => vanished.begun(connection),
            ended: () => vanished.ended(connection),
            giveBack: (fault) => {
              if (fault === 'no-writer') hosts.leave(generation)
              if (fault === 'no-writer' || fault === 'lost') connection.destroy()
              return runner.release()
            },
          }
        }
        connection.destroy()
      } catch (error) {
        if (mysqlFault(error) === undefined) throw error
        refusal = error
      }
      // One host is never left for being full or away: what is open there is still good.
      if (hosts.count > 1 || mysqlFault(refusal) === 'no-writer') hosts.leave(generation)
      if (nth++ >= hosts.count) throw refusal
    }
  }

  return { prepare, take }
}
export type MysqlConnections = ReturnType<typeof createMysqlConnections>
