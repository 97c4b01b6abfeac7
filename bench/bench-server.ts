import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrations } from '../migrations/index.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { huoshuiEnv, type Started, startProgram, untilReady } from '../server/testing/start-program.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'

export interface BenchServer {
  name: 'sqlite' | 'mariadb'
  databaseUrl: string
  /** The same database, beside the server: for looking, and for filling while the server is stopped. */
  db: Db
  start(): Promise<Started>
  /** Also drops the database, if it is its own. */
  close(): Promise<void>
}

export interface BenchServerOptions {
  /** mysql server URL; SQLite without. */
  mysql: string | undefined
  platformUrl: string
  /** One that is there already and stays; default: an empty one of its own. */
  databaseUrl?: string
  /** Left out of the shipped rules, path below the config folder. */
  without?: string[]
  /** The way to the database that servers take, from the one that goes straight there. */
  way?: (databaseUrl: string) => string
}

/** A Huoshui with the shipped rules on a database of its own, to be started as often as wanted. */
export async function openBenchServer(options: BenchServerOptions): Promise<BenchServer> {
  const database =
    options.databaseUrl === undefined
      ? await createTestDatabase(options.mysql ?? '')
      : { url: options.databaseUrl, drop: async () => undefined }
  const configDir = mkdtempSync(join(tmpdir(), 'huoshui-bench-'))
  cpSync('config', configDir, { recursive: true })
  for (const path of options.without ?? []) rmSync(join(configDir, path), { recursive: true })
  const db = createDb(database.url, migrations)
  const running = new Set<Started>()
  return {
    name: db.dialect === 'mysql' ? 'mariadb' : 'sqlite',
    databaseUrl: database.url,
    db,
    start: async () => {
      const server = await startProgram('server/main.ts', {
        // Six guides stand for hundreds here, and one address for everybody.
        env: {
          ...huoshuiEnv(options.platformUrl, options.way?.(database.url) ?? database.url, configDir),
          REQUESTS_PER_GUIDE: '0',
          REQUESTS_PER_ADDRESS: '0',
        },
      })
      running.add(server)
      await untilReady(server.url)
      return server
    },
    close: async () => {
      for (const server of running) await server.stop()
      await db.close()
      await database.drop()
      rmSync(configDir, { recursive: true, force: true })
    },
  }
}
