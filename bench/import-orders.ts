import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrations } from '../migrations/index.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { count, select, sql } from '../server/core/db/sql.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM } from '../server/records/orders/order-tables.ts'
import { huoshuiEnv } from '../server/testing/start-program.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import type { Report } from './report.ts'

export interface ImportOptions {
  /** Of the file; each an order with one piece of goods. */
  rows: number
  /** mysql server URL, or undefined for SQLite only. */
  mysql: string | undefined
}

/** As many as the import shares a commit among. */
const BATCH = 100
const LOOK_MS = 50

/** Rows a second of `import:orders`, beside bare inserts of the same rows; then the same file into another database, killed in
 *  the middle and begun again: all is there once. */
export async function benchImport({ rows, mysql }: ImportOptions, report: Report): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-bench-'))
  const file = join(folder, 'orders.csv')
  writeFileSync(file, csvOf(rows))
  for (const server of mysql === undefined ? [undefined] : [undefined, mysql]) {
    const database = await createTestDatabase(server ?? '')
    const db = createDb(database.url, migrations)
    await db.migrate()
    const env = huoshuiEnv('http://127.0.0.1:9', database.url, folder)

    const killed = startImport(file, env)
    while ((await ordersIn(db)) < rows / 3 && killed.exitCode === null)
      await new Promise((go) => setTimeout(go, LOOK_MS))
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    const left = await ordersIn(db)
    await timed(file, env)
    const whole = await ordersIn(db)
    await database.drop().catch(() => undefined)
    await db.close()
    report.add(`import killed ${server === undefined ? 'sqlite' : 'mariadb'}`, {
      figure: `killed at ${left} of ${rows} orders, begun again: ${whole}`,
      aim: `${rows}, each once`,
    })
    if (whole !== rows) process.exitCode = 1
    const few = join(folder, 'few.csv')
    writeFileSync(few, csvOf(rows / 10, 'T'))
    await measure({ rows, file, few, folder, server }, report)
  }
  rmSync(folder, { recursive: true, force: true })
}

async function measure(
  {
    rows,
    file,
    few,
    folder,
    server,
  }: { rows: number; file: string; few: string; folder: string; server: string | undefined },
  report: Report,
): Promise<void> {
  const database = await createTestDatabase(server ?? '')
  const db = createDb(database.url, migrations)
  await db.migrate()
  const env = huoshuiEnv('http://127.0.0.1:9', database.url, folder)
  const small = await timed(few, env)
  const ours = await timed(file, env)
  const again = await timed(file, env)
  const stored = await ordersIn(db)
  const began = Date.now()
  await insertBare(db, rows)
  const bare = (Date.now() - began) / 1_000
  report.add(`import ${server === undefined ? 'sqlite' : 'mariadb'}`, {
    figure: `${(rows / ours.seconds).toFixed(0)} rows/s into the tables, peak ${ours.peakMb.toFixed(0)} MB (of a tenth of the rows ${small.peakMb.toFixed(0)} MB); the same file again ${(rows / again.seconds).toFixed(0)} rows/s`,
    limit: `${(rows / bare).toFixed(0)} rows/s of bare inserts, ${BATCH} a commit`,
    ratio: bare / ours.seconds,
    aim: '0.2, and a peak that does not grow with the file',
    note: `${rows} rows, with the start of the command; ${stored} orders stored after both; load ${loadavg()[0]?.toFixed(1)}`,
  })
  await db.close()
  await database.drop()
}

/** `mark`: what order numbers begin with. */
function csvOf(rows: number, mark = 'B'): string {
  const lines = Array.from({ length: rows }, (_, n) => {
    const phone = 13_000_000_000 + ((n * 7_919) % 1_000_000)
    return `${mark}${n},已付款,${100 + (n % 900)}.00,${phone},2026-0${1 + (n % 9)}-1${n % 10} 10:00:00,S${n % 300},原切牛排 ${n % 300},1,${100 + (n % 900)}.00`
  })
  return `订单号,状态,金额,手机号,付款时间,商品编码,商品名称,数量,单价\n${lines.join('\n')}\n`
}

const startImport = (file: string, env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', 'server/cli/main.ts', 'import:orders', file], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  })

async function timed(file: string, env: Record<string, string>): Promise<{ seconds: number; peakMb: number }> {
  const began = Date.now()
  const child = startImport(file, env)
  let peakMb = 0
  const look = setInterval(() => {
    peakMb = Math.max(peakMb, peakMbOf(child.pid))
  }, LOOK_MS)
  const [code] = await once(child, 'exit')
  clearInterval(look)
  if (code !== 0) throw new Error(`import:orders ended with ${code}`)
  return { seconds: (Date.now() - began) / 1_000, peakMb }
}

/** Linux only; 0 elsewhere, and once it has ended. */
function peakMbOf(pid: number | undefined): number {
  try {
    const [, kb = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kb) / 1_024
  } catch {
    return 0
  }
}

async function insertBare(db: Db, rows: number): Promise<void> {
  for (let at = 0; at < rows; at += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, rows - at) }, (_, n) => at + n)
    await db.tx(async (tx) => {
      await tx.insertIgnore(
        SHOP_ORDER,
        some.map((n) => ({
          ...{ order_id: `bare${n}`, status: 'paid' as const, total_fen: 10_000, source: '别的店', has_items: 1 },
          ...{ created_at: Date.now(), paid_at: Date.now() },
        })),
      )
      await tx.insertIgnore(
        SHOP_ORDER_ITEM,
        some.map((n) => ({
          ...{ shop_order_id: 1_000_000_000 + n, line_no: 0, sku: `S${n % 300}`, name: '原切牛排' },
          ...{ quantity: 1, price_fen: 10_000 },
        })),
      )
    })
  }
}

const ordersIn = (db: Db): Promise<number> =>
  db.tx(async (tx) => (await tx.row(sql`SELECT ${select({ n: count() })} FROM ${SHOP_ORDER}`))?.n ?? 0)
