import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Connection, createConnection } from 'mysql2/promise'
import { migrations } from '../../migrations/index.ts'
import { createDb, type Db } from '../core/db/db.ts'
import { randomText } from '../core/kernel/random.ts'
import { poolPrefix, RUN_FOLDER } from './test-run.ts'

export interface TestDatabase {
  /** As `DATABASE_URL`. */
  url: string
  drop(): Promise<void>
}

/** TypeORM's table of the steps that have run. */
const HISTORY = 'migrations'

/** A database with all tables and no row, of a test's own as long as it does not drop it. The migrations run once for a whole
 *  run of tests: on SQLite their file is copied, on the server that `TEST_MYSQL_URL` names (without a database) databases are
 *  emptied and used again, because making tables is what takes long there. Who changes tables takes `createTestDatabase`. */
export function createMigratedDatabase(server = process.env.TEST_MYSQL_URL): Promise<TestDatabase> {
  return server === undefined || server === '' ? copyTemplate() : takeFromPool(server.replace(/\/$/, ''))
}

/** Common to all processes of one run; `test-run.ts` makes it and removes it afterwards. */
function runFolder(): string {
  const folder = process.env[RUN_FOLDER]
  if (folder === undefined) throw new Error(`migrated databases are for vitest runs, whose setup sets ${RUN_FOLDER}`)
  return folder
}

async function copyTemplate(): Promise<TestDatabase> {
  const template = join(runFolder(), 'template.db')
  if (!existsSync(template)) {
    // Two workers may both make one; only a finished file gets the name.
    const draft = join(runFolder(), `${randomText(8)}.db`)
    await migrate('sqlite::memory:', (db) => db.source.query(`VACUUM INTO '${draft}'`))
    renameSync(draft, template)
  }
  const folder = mkdtempSync(join(runFolder(), 'db-'))
  const file = join(folder, 'test.db')
  copyFileSync(template, file)
  return { url: `sqlite:${file}`, drop: async () => rmSync(folder, { recursive: true, force: true }) }
}

/** Whose connection holds the lock of a database's name has that database; a process that dies lets go of it. */
async function takeFromPool(server: string): Promise<TestDatabase> {
  const connection = await createConnection(server)
  for (let place = 1; ; place++) {
    const name = `${poolPrefix(runFolder())}${place}`
    const [lock] = await ask<{ taken: number }>(connection, 'SELECT GET_LOCK(?, 0) AS taken', [name])
    if (Number(lock?.taken) !== 1) continue
    if (!(await empty(connection, name))) await remake(connection, server, name)
    return { url: `${server}/${name}`, drop: () => connection.end() }
  }
}

/** Tells whether it has the tables of a fresh one, and then none of them has a row. */
async function empty(connection: Connection, name: string): Promise<boolean> {
  const made = join(runFolder(), 'tables.json')
  if (!existsSync(made) || readFileSync(made, 'utf8') !== (await shapeOf(connection, name))) return false
  await connection.query(`USE ${name}`)
  const tables = (JSON.parse(readFileSync(made, 'utf8')) as Shape).tables.filter((table) => table !== HISTORY)
  const filled = await ask<{ name: string }>(
    connection,
    tables
      .map((table) => `SELECT '${table}' AS name FROM DUAL WHERE EXISTS (SELECT 1 FROM ${table})`)
      .join(' UNION ALL '),
  )
  // Not by rows: ids are told to people, and begin with 1.
  for (const table of filled) await connection.query(`TRUNCATE ${table.name}`)
  return true
}

async function remake(connection: Connection, server: string, name: string): Promise<void> {
  await connection.query(`DROP DATABASE IF EXISTS ${name}`)
  await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  await migrate(`${server}/${name}`)
  const draft = join(runFolder(), `${randomText(8)}.json`)
  writeFileSync(draft, await shapeOf(connection, name))
  renameSync(draft, join(runFolder(), 'tables.json'))
}

interface Shape {
  tables: string[]
  triggers: number
  steps: string[]
}

/** As JSON, to be compared. */
async function shapeOf(connection: Connection, name: string): Promise<string> {
  const tables = await ask<{ name: string }>(
    connection,
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? ORDER BY 1',
    [name],
  )
  const [triggers] = await ask<{ n: number }>(
    connection,
    'SELECT COUNT(*) AS n FROM information_schema.triggers WHERE trigger_schema = ?',
    [name],
  )
  const hasHistory = tables.some((table) => table.name === HISTORY)
  const steps = hasHistory
    ? await ask<{ name: string }>(connection, `SELECT name FROM ${name}.${HISTORY} ORDER BY id`)
    : []
  const shape: Shape = {
    tables: tables.map((table) => table.name),
    triggers: Number(triggers?.n),
    steps: steps.map((step) => step.name),
  }
  return JSON.stringify(shape)
}

async function ask<Row>(connection: Connection, sql: string, params: string[] = []): Promise<Row[]> {
  const [rows] = await connection.query(sql, params)
  return rows as Row[]
}

async function migrate(url: string, andThen?: (db: Db) => Promise<unknown>): Promise<void> {
  const db = createDb(url, migrations)
  await db.migrate()
  await andThen?.(db)
  await db.close()
}
