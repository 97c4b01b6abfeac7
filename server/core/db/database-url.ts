import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import libsql from 'libsql'
import type { DataSourceOptions } from 'typeorm'
import { AppError } from '../kernel/app-error.ts'
import { databaseTls } from './database-tls.ts'
import { type MysqlHosts, urlsOfHosts } from './mysql-hosts.ts'

/** Connections that one process may open to MySQL. */
export const MYSQL_POOL = 24

/** So many prepared statements are kept, more than we have: what is prepared anew each time costs a sixth of all work. */
const STATEMENTS = 500

/** `sqlite:./data/huoshui.db`, `sqlite::memory:` or `mysql://user:pass@host:3306/db` to TypeORM's options,
 *  `?ssl=…&ca=…` behind it as `databaseTls` says. Of several hosts, `host,other:3307`, `hosts` says which one is meant.
 *  Throws db.bad-url without quoting it: it may hold a password. */
export function dataSourceOptions(
  databaseUrl: string,
  migrations: DataSourceOptions['migrations'],
  { hosts, checkpointsAside = false }: { hosts?: MysqlHosts | undefined; checkpointsAside?: boolean } = {},
): DataSourceOptions {
  const common = {
    migrations: migrations ?? [],
    migrationsTransactionMode: 'each' as const,
    synchronize: false,
    logging: false,
  }
  if (databaseUrl.startsWith('sqlite:')) {
    const database = databaseUrl.slice('sqlite:'.length)
    if (database !== ':memory:') mkdirSync(dirname(database), { recursive: true, mode: 0o700 })
    const prepareDatabase = (connection: SqliteConnection): void => {
      if (database !== ':memory:') closeToOthers(database)
      tuneSqlite(connection, checkpointsAside ? 4 * LOG_PAGES : LOG_PAGES)
    }
    return {
      ...common,
      type: 'better-sqlite3',
      driver: libsql,
      database,
      prepareDatabase,
      statementCacheSize: STATEMENTS,
    }
  }
  if (isMysqlUrl(databaseUrl)) {
    const urls = urlsOfHosts(databaseUrl)
    const [ssl] = urls.map(databaseTls)
    return {
      ...common,
      type: 'mysql',
      ...(ssl === undefined ? {} : { ssl }),
      url: hosts?.url() ?? urls[0] ?? '',
      charset: 'utf8mb4_bin',
      timezone: 'Z',
      supportBigNumbers: true,
      bigNumberStrings: false,
      // Where there is another host, it is soon asked.
      connectTimeout: urls.length > 1 ? 2_000 : 5_000,
      // A trace of where a statement was asked costs a captured stack each, and ours carry a text of their own.
      extra: {
        connectionLimit: MYSQL_POOL,
        enableKeepAlive: true,
        trace: false,
      },
    }
  }
  throw new AppError('db.bad-url', 'DATABASE_URL must start with sqlite: or be a mysql:// URL')
}

export const isMysqlUrl = (databaseUrl: string): boolean => databaseUrl.startsWith('mysql://')

/** The file of a SQLite database; undefined for what is none. */
export const sqliteFileOf = (databaseUrl: string): string | undefined => {
  const file = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : ':memory:'
  return file === ':memory:' ? undefined : file
}

/** Is there a database to ask: a file that was made before, or a server. Makes none. */
export const mayHaveDatabase = (databaseUrl: string): boolean =>
  databaseUrl.startsWith('sqlite:') ? existsSync(databaseUrl.slice('sqlite:'.length)) : true

interface SqliteConnection {
  pragma?: (sql: string) => unknown
  exec: (sql: string) => unknown
}

/** Customers are in it: no other account of the machine reads along. What the owner gave to a group stays; SQLite gives its
 *  log the same rights. */
function closeToOthers(file: string): void {
  const { mode, size } = statSync(file)
  // Empty and open to all: just made by SQLite, which gives its log the same mode.
  if ((mode & 0o007) !== 0) chmodSync(file, size === 0 ? 0o600 : mode & 0o770)
}

/** 16 MB: a page that is written again and again goes to the main file once, not for each MB of the log. */
const LOG_PAGES = 4_000

/** WAL with full synchronisation: a commit that was answered survives power loss. `logPages`: so long the log gets before
 *  whoever commits moves it into the main file. */
function tuneSqlite(connection: SqliteConnection, logPages: number): void {
  const pragmas = [
    'journal_mode = WAL',
    'synchronous = FULL',
    'busy_timeout = 5000',
    'temp_store = MEMORY',
    `wal_autocheckpoint = ${logPages}`,
    // 64 MB instead of 2: indexes are written in no order, and a page that does not stay is read again for each row.
    'cache_size = -65536',
  ]
  for (const pragma of pragmas) connection.exec(`PRAGMA ${pragma}`)
}
