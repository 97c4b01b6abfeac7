import { type MigrationInterface, type QueryRunner, Table } from 'typeorm'
import { afterEach, expect, it } from 'vitest'
import { openTcpGate } from '../../../testing/tcp-gate.ts'
import { createTestDatabase } from '../../../testing/test-database.ts'
import { createDb, type Db } from '../db.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function freshDatabase(): Promise<string> {
  const database = await createTestDatabase()
  ends.push(database.drop)
  return database.url
}

function open(...args: Parameters<typeof createDb>): Db {
  const db = createDb(...args)
  ends.push(() => db.close())
  return db
}

/** A migration that makes `first`, waits to be let on, and makes `second`. */
function haltingMigration() {
  let letOn = (): void => undefined
  let tellHalted = (): void => undefined
  const mayGoOn = new Promise<void>((resolve) => {
    letOn = resolve
  })
  const halted = new Promise<void>((resolve) => {
    tellHalted = resolve
  })
  class Halting1700000000001 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('CREATE TABLE first (id int)')
      tellHalted()
      await mayGoOn
      await runner.query('CREATE TABLE second (id int)')
    }
    async down(): Promise<void> {}
  }
  return { Halting1700000000001, letOn: () => letOn(), halted }
}

const isMysql = Boolean(process.env.TEST_MYSQL_URL)
const ELSEWHERE = { code: 'db.migrating-elsewhere', retry: 'later' }

const hasTable = async (db: Db, name: string): Promise<boolean> => {
  const runner = db.source.createQueryRunner()
  return runner.hasTable(name).finally(() => runner.release())
}

it('of two that migrate at once, one does, and the other is told to wait', async () => {
  const url = await freshDatabase()
  const { Halting1700000000001, letOn, halted } = haltingMigration()
  const [one, two] = [open(url, [Halting1700000000001]), open(url, [Halting1700000000001])]
  const news: unknown[] = []
  const working = one.migrate((told) => news.push(told))
  await halted
  await expect(two.migrate()).rejects.toMatchObject(ELSEWHERE)
  letOn()
  await working
  expect(news).toEqual([{ migration: 'Halting1700000000001', steps: 0 }])
  await two.migrate((told) => news.push(told))
  expect(news).toHaveLength(1)
  expect(await hasTable(two, 'second')).toBe(true)
})

/** Another way to the same database, which can be shut. */
async function gateTo(databaseUrl: string): Promise<{ gate: Awaited<ReturnType<typeof openTcpGate>>; url: string }> {
  const url = new URL(databaseUrl)
  const gate = await openTcpGate({ host: url.hostname, port: Number(url.port || 3306) })
  ends.push(gate.close)
  url.hostname = '127.0.0.1'
  url.port = String(gate.port)
  return { gate, url: url.href }
}

it.runIf(isMysql)(
  'who died within a migration holds it until the lease ends, and the next goes on behind it',
  async () => {
    const url = await freshDatabase()
    const way = await gateTo(url)
    const { Halting1700000000001, letOn, halted } = haltingMigration()
    const one = open(way.url, [Halting1700000000001], { migrationLeaseMs: 3_000 })
    const died = one.migrate().catch((error: unknown) => error)
    await halted
    way.gate.shut()
    const next = haltingMigration()
    next.letOn()
    const two = open(url, [next.Halting1700000000001])
    await expect(two.migrate()).rejects.toMatchObject(ELSEWHERE)
    const news: unknown[] = []
    await expect
      .poll(() => two.migrate((told) => news.push(told)).catch(() => 'waits'), { timeout: 20_000 })
      .toBe(undefined)
    expect(news).toEqual([{ migration: 'Halting1700000000001', steps: 1 }])
    expect(await hasTable(two, 'second')).toBe(true)
    letOn()
    expect(await died).toBeInstanceOf(Error)
  },
)

it.runIf(isMysql)('who stood still while another one took over changes nothing more', async () => {
  const url = await freshDatabase()
  const { Halting1700000000001, letOn, halted } = haltingMigration()
  const one = open(url, [Halting1700000000001])
  const working = one.migrate().catch((error: unknown) => error)
  await halted
  const two = open(url, [])
  await two.connect()
  await expect
    .poll(async () => Number((await two.source.query('SELECT steps FROM migration_progress'))[0]?.steps))
    .toBe(1)
  await two.source.query(`UPDATE migration_progress SET holder = 'two', until_at = until_at + 60000`)
  letOn()
  expect(await working).toMatchObject({ code: 'db.migration-lock-lost' })
  const [row] = await two.source.query('SELECT holder, steps FROM migration_progress')
  expect({ ...row, steps: Number(row.steps) }).toEqual({ holder: 'two', steps: 1 })
  expect((await two.source.query('SELECT * FROM migrations')) as unknown[]).toEqual([])
})

it.runIf(isMysql)('a table of the same name that is none of ours is left alone', async () => {
  const url = await freshDatabase()
  class Making1700000000001 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.createTable(new Table({ name: 'orders', columns: [{ name: 'id', type: 'int' }] }))
    }
    async down(): Promise<void> {}
  }
  const db = open(url, [Making1700000000001])
  await db.connect()
  await db.source.query('CREATE TABLE orders (number int)')
  await expect(db.migrate()).rejects.toMatchObject({ code: 'db.strange-table' })
  await db.source.query('DROP TABLE orders')
  await db.migrate()
  expect(await db.source.query('SELECT id FROM orders')).toEqual([])
})
