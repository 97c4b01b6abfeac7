import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DataSource } from 'typeorm'
import { expect, it } from 'vitest'
import { dataSourceOptions } from '../server/core/db/database-url.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { codeOf } from '../server/core/kernel/app-error.ts'
import { openMysqlKnife } from '../server/testing/mysql-knife.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { memoryFolder } from '../server/testing/test-run.ts'
import { migrations } from './index.ts'

/** What a migration changes; questions leave nothing behind, wherever they are cut off. */
const CHANGES = /^\s*(?:ALTER|BEGIN|COMMIT|CREATE|DELETE|DROP|INSERT|RENAME|START|UPDATE)\b/i

const action = (key: string, kind: string, state: string, fault = 'NULL'): string =>
  `INSERT INTO action (dedupe_key, kind, lane, payload, reason, state, due_at, created_at, last_error)
   VALUES ('${key}', '${kind}', 1, '{}', '{}', '${state}', 1, 1, ${fault})`
const order = (id: string, status: string, fen: number): string =>
  `INSERT INTO shop_order (order_id, status, total_fen, source, created_at, paid_at, refunded_at)
   VALUES ('${id}', '${status}', ${fen}, 's', 1, 2, 3)`
const scriptUse = (key: string, task: number | null): string =>
  `INSERT INTO script_use (use_key, external_userid, userid, task_id, sent_at) VALUES ('${key}', 'wmA', 'u', ${task}, 5)`

/** Rows that stand there when a migration that changes rows begins. */
const ROWS_BEFORE: Record<string, string[]> = {
  SyncRuns1700000000011: [
    `INSERT INTO sync_run (name, state, started_at, parts, parts_done, relations) VALUES ('first', 'running', 1, 3, 2, 7)`,
    action('a', 'sync.staff', 'waiting'),
    action('b', 'tag.mark', 'waiting'),
  ],
  ContactsProfilesSurveys1700000000016: [
    `INSERT INTO welcome (external_userid, userid, added_at, received_at, state, sent_at) VALUES ('wmA', 'u', 1, 1, 'sent', 2)`,
    `INSERT INTO send_recipient (run_id, external_userid, userid, outcome, outcome_at, note_due) VALUES (1, 'wmA', 'u', 'sent', 3, 0)`,
    scriptUse('s', null),
    scriptUse('t', 9),
  ],
  SopReleases1700000000021: [
    `INSERT INTO sop_entry (sop, version, external_userid, userid, entry_key, state, position, entered_at, ended_at)
     VALUES ('s', '1', 'wmA', 'u', 'k', 'goal', '0', 1, 2)`,
  ],
  SopScans1700000000023: [`INSERT INTO job_run (name, next_at) VALUES ('sop.daily', 1)`],
  OwnersOfLeases1700000000027: [
    action('c', 'tag.mark', 'waiting', `'process ended during the call'`),
    action('d', 'tag.mark', 'running', `'wecom.unreachable: timeout'`),
    action('e', 'tag.mark', 'done', `'wecom.unreachable: timeout'`),
  ],
  OrdersByShop1700000000029: [order('o1', 'refunded', 100), order('o2', 'refunded', 200), order('o3', 'paid', 300)],
  RefundsOfOldOrders1700000000030: [
    `INSERT INTO shop_order_refund (shop_order_id, refund_id, fen, at) VALUES (1, 'sum', 100, 9)`,
  ],
}

const upTo = (nth: number) => migrations.slice(0, nth + 1)
const rowsBefore = (nth: number): string[] => ROWS_BEFORE[migrations[nth]?.name ?? ''] ?? []

async function putRows(db: Db, nth: number): Promise<void> {
  for (const text of rowsBefore(nth)) await db.source.query(text)
}

/** All tables and all rows, but for the ids: a statement that was undone has used some up. */
async function everything(db: Db): Promise<Record<string, unknown>> {
  const isMysql = db.dialect === 'mysql'
  const names = (await db.source.query(
    isMysql
      ? `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1`
      : `SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1`,
  )) as { name: string; sql?: string }[]
  const found: Record<string, unknown> = {}
  for (const { name, sql } of names.filter((one) => one.name !== 'migration_progress')) {
    const [made] = isMysql ? await db.source.query(`SHOW CREATE TABLE ${name}`) : [{ 'Create Table': sql }]
    const isTable = isMysql || sql?.startsWith('CREATE TABLE') === true
    const rows = isTable ? ((await db.source.query(`SELECT * FROM ${name}`)) as Record<string, unknown>[]) : []
    found[name] = {
      made: String(made?.['Create Table']).replace(/ AUTO_INCREMENT=\d+/, ''),
      rows: rows.map(({ id: _, ...row }) => JSON.stringify(row)).toSorted(),
    }
  }
  return found
}

let complete: Promise<Record<string, unknown>> | undefined
/** The history in one go, with the same rows. */
const undisturbed = (): Promise<Record<string, unknown>> => {
  complete ??= playUndisturbed()
  return complete
}

async function playUndisturbed(): Promise<Record<string, unknown>> {
  const database = await createTestDatabase()
  for (const nth of migrations.keys()) {
    const db = createDb(database.url, upTo(nth))
    await db.connect()
    await putRows(db, nth)
    await db.migrate()
    if (nth === migrations.length - 1) {
      const all = await everything(db)
      await db.close()
      await database.drop()
      return all
    }
    await db.close()
  }
  return {}
}

it.runIf(process.env.TEST_MYSQL_URL)(
  'cut off behind each statement that changes something, every migration goes on where it was',
  async () => {
    const real = await createTestDatabase()
    const url = new URL(real.url)
    const knife = await openMysqlKnife({ host: url.hostname, port: Number(url.port || 3306) })
    url.hostname = '127.0.0.1'
    url.port = String(knife.port)
    let cuts = 0
    for (const nth of migrations.keys()) {
      const db = createDb(url.href, upTo(nth), { migrationLeaseMs: 60_000 })
      await db.connect()
      await putRows(db, nth)
      const been = new Set<string>()
      for (let isDone = false; !isDone; ) {
        let before = ''
        let wasCut = false
        knife.cutAfter((statement) => {
          if (!CHANGES.test(statement)) return false
          const here = `${before} | ${statement}`
          before = statement
          if (wasCut || been.has(here)) return false
          been.add(here)
          wasCut = true
          cuts++
          return true
        })
        isDone = await db.migrate().then(
          () => !wasCut,
          (error: unknown) => {
            if (!wasCut) throw error
            return false
          },
        )
      }
      knife.cutAfter(() => false)
      // Who was cut off behind the very last step has nothing to go on with, and its lease would have to end.
      await db.source.query('UPDATE migration_progress SET until_at = 0')
      await db.close()
    }
    // Each of more than a hundred steps of the history, in several places.
    expect(cuts).toBeGreaterThan(300)
    const db = createDb(real.url, migrations)
    await db.connect()
    expect(await everything(db)).toEqual(await undisturbed())
    await db.close()
    await knife.close()
    await real.drop()
  },
  180_000,
)

it.runIf(process.env.TEST_MYSQL_URL)(
  'what an older version, which wrote nothing down, left half done is finished',
  async () => {
    const most = await changesOfEach()
    for (const share of [0.45, 0.9]) {
      const real = await createTestDatabase()
      const url = new URL(real.url)
      const knife = await openMysqlKnife({ host: url.hostname, port: Number(url.port || 3306) })
      url.hostname = '127.0.0.1'
      url.port = String(knife.port)
      for (const nth of migrations.keys()) {
        const db = createDb(real.url, upTo(nth))
        await db.connect()
        await putRows(db, nth)
        await db.source.query('DROP TABLE IF EXISTS migration_progress')
        await cutOldWay(url.href, nth, { at: Math.ceil((most[nth] ?? 0) * share), knife })
        await db.migrate()
        if (nth === migrations.length - 1) expect(await everything(db)).toEqual(await undisturbed())
        await db.close()
      }
      await knife.close()
      await real.drop()
    }
  },
  180_000,
)

/** Migrates as TypeORM does it by itself, and is cut off behind its change number `at`. */
async function cutOldWay(
  url: string,
  nth: number,
  { at, knife }: { at: number; knife: { cutAfter(decide: (statement: string) => boolean): void } },
): Promise<void> {
  let n = 0
  knife.cutAfter((statement) => CHANGES.test(statement) && ++n === at)
  const source = new DataSource(dataSourceOptions(url, upTo(nth)))
  await source.initialize()
  await expect(source.runMigrations()).rejects.toThrow()
  knife.cutAfter(() => false)
  await source.destroy()
}

/** How many statements of each migration change something, when TypeORM makes one after the other. */
async function changesOfEach(): Promise<number[]> {
  const database = await createTestDatabase()
  const counts: number[] = []
  for (const nth of migrations.keys()) {
    const source = new DataSource(dataSourceOptions(database.url, upTo(nth)))
    await source.initialize()
    let n = 0
    Object.assign(source.logger, { logQuery: (text: string) => void (CHANGES.test(text) && n++) })
    await source.runMigrations()
    await source.destroy()
    counts.push(n)
  }
  await database.drop()
  return counts
}

it.skipIf(process.env.TEST_MYSQL_URL)(
  'killed before each statement that changes something, what is on the disk migrates to the end',
  async () => {
    const folder = mkdtempSync(join(memoryFolder(), 'huoshui-killed-'))
    let nthFile = 0
    const next = (): string => join(folder, `${nthFile++}.db`)
    let file = next()
    let kills = 0
    for (const nth of migrations.keys()) {
      const seeding = createDb(`sqlite:${file}`, upTo(nth))
      await seeding.connect()
      await putRows(seeding, nth)
      await seeding.close()
      for (let kill = 1, isDone = false; !isDone; kill++) {
        const db = createDb(`sqlite:${file}`, upTo(nth))
        await db.connect()
        const after = next()
        let n = 0
        let isDead = false
        const logQuery = (text: string): void => {
          if (!isDead && CHANGES.test(text) && ++n === kill) {
            isDead = true
            // What the kernel has of the files is what a process leaves that is killed here.
            for (const part of ['', '-wal']) if (existsSync(file + part)) copyFileSync(file + part, after + part)
          }
          if (isDead) throw new Error('killed')
        }
        Object.assign(db.source.logger, { logQuery })
        isDone = await db.migrate().then(
          () => true,
          (error: unknown) => {
            if (!isDead) throw error
            return false
          },
        )
        await db.close().catch(() => undefined)
        if (!isDone) {
          kills++
          rmSync(file)
          file = after
        }
      }
    }
    expect(kills).toBeGreaterThan(300)
    const db = createDb(`sqlite:${file}`, migrations)
    await db.connect()
    expect(await everything(db)).toEqual(await undisturbed())
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  },
  180_000,
)

const CHILD = `
const { createDb } = await import(process.env.DB_MODULE)
const { migrations } = await import(process.env.HISTORY_MODULE)
const db = createDb(process.env.DB_URL, migrations, { migrationLeaseMs: 2000 })
await db.migrate(({ migration }) => process.stdout.write(migration + '\\n'))
`

it.each([1, 9, 20])('a process that is killed with -9 in migration %i is followed by one that ends it', async (nth) => {
  const database = await createTestDatabase()
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', CHILD], {
    env: {
      ...process.env,
      DB_MODULE: new URL('../server/core/db/db.ts', import.meta.url).href,
      HISTORY_MODULE: new URL('./index.ts', import.meta.url).href,
      DB_URL: database.url,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<string | null>((resolve) => child.on('exit', (_code, signal) => resolve(signal)))
  let told = 0
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString().split('\n').length - 1
    if (told >= nth) child.kill('SIGKILL')
  })
  expect(await ended).toBe('SIGKILL')
  const db = createDb(database.url, migrations)
  await expect.poll(() => db.migrate().catch(codeOf), { timeout: 20_000 }).toBe(undefined)
  const rows = await db.source.query('SELECT name FROM migrations')
  expect(rows).toHaveLength(migrations.length)
  await db.close()
  await database.drop()
})
