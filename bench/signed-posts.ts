import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrations } from '../migrations/index.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import type { Table } from '../server/core/db/define-table.ts'
import { count, select, sql } from '../server/core/db/sql.ts'
import { huoshuiEnv, runProgram, type Started, startProgram, untilReady } from '../server/testing/start-program.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { cpuTimeMs } from './cpu-time.ts'
import type { Fired } from './fire-signed.ts'
import { eventsLeft, fillKnown } from './known-customers.ts'
import type { Report } from './report.ts'
import { until } from './waiting.ts'

export interface SignedPostsOptions {
  seconds: number
  /** Every other row is of one of them, the rest of people whom nobody knows. */
  customers: number
  /** mysql server URL, or undefined for SQLite only. */
  mysql: string | undefined
}

export interface SignedPosts {
  /** Of the report: `orders`, `visits`. */
  name: string
  path: string
  /** The load program: argv url, seconds, connections, customers; prints Fired. */
  load: string
  connections: number
  /** Where what was answered must be. */
  table: Table
  perCall: string
  aim: string
  /** Whether the tables hold what was answered; exit code 1 otherwise. */
  isWhole?(ours: Fired, stored: number): boolean
}

const EMPTY_MS = 10 * 60_000

/** Durable rows a second by a signed route, beside a handler that only verifies and parses; then how long until all that they
 *  led to has been handled. */
export async function benchSignedPosts(posts: SignedPosts, options: SignedPostsOptions, report: Report): Promise<void> {
  const { name, connections, isWhole = () => true } = posts
  const limit = await startProgram('bench/limit-signed.ts', { args: [posts.path] })
  const emptyConfig = mkdtempSync(join(tmpdir(), 'huoshui-bench-'))
  const load = async (target: Started): Promise<Fired & { cpuUs: number }> => {
    const before = cpuTimeMs(target.pid)
    const args = [target.url, String(options.seconds), String(connections), String(options.customers)]
    const result = await runProgram<Fired>(posts.load, args)
    return { ...result, cpuUs: ((cpuTimeMs(target.pid) - before) * 1_000) / result.answered }
  }

  for (const server of options.mysql === undefined ? [undefined] : [undefined, options.mysql]) {
    const database = await createTestDatabase(server ?? '')
    const huoshui = await startProgram('server/main.ts', {
      env: huoshuiEnv('http://127.0.0.1:9', database.url, emptyConfig),
    })
    await untilReady(huoshui.url)
    const db = createDb(database.url, migrations)
    await fillKnown(db, options.customers)
    const theirs = await load(limit)
    const ours = await load(huoshui)
    const [began, before] = [Date.now(), cpuTimeMs(huoshui.pid)]
    const left = await eventsLeft(db)
    await until(`all ${name} are told`, EMPTY_MS, async () => (await eventsLeft(db)) === 0)
    const told = { seconds: (Date.now() - began) / 1_000, cpuMs: cpuTimeMs(huoshui.pid) - before }
    const stored = await rowsIn(db, posts.table)
    if (ours.refused > 0 || !isWhole(ours, stored)) process.exitCode = 1
    report.add(`${name} ${db.dialect === 'mysql' ? 'mariadb' : 'sqlite'}`, {
      figure: `${ours.perSecond.toFixed(0)} durable ${name}/s, ${posts.perCall}, p50 ${ours.p50} ms, p99 ${ours.p99} ms a call`,
      limit: `${theirs.perSecond.toFixed(0)} verified and parsed/s, p99 ${theirs.p99} ms`,
      ratio: ours.perSecond / theirs.perSecond,
      aim: posts.aim,
      note: `${connections} connections, ${options.seconds} s; CPU ${ours.cpuUs.toFixed(0)} µs a row against ${theirs.cpuUs.toFixed(0)} µs; answered ${ours.answered}, stored ${stored}, refused ${ours.refused}${ours.repeated ? ', stock went round' : ''}; ${leftText(left, told)}; load ${loadavg()[0]?.toFixed(1)}`,
    })
    await db.close()
    await huoshui.stop()
    await database.drop()
  }
  await limit.stop()
  rmSync(emptyConfig, { recursive: true, force: true })
}

const leftText = (left: number, told: { seconds: number; cpuMs: number }): string =>
  left === 0
    ? 'no event was left'
    : `${left} events were left, handled in ${told.seconds.toFixed(0)} s with ${((told.cpuMs * 1_000) / left).toFixed(0)} µs CPU each`

const rowsIn = (db: Db, table: Table): Promise<number> =>
  db.tx(async (tx) => (await tx.row(sql`SELECT ${select({ n: count() })} FROM ${table}`))?.n ?? 0)
