import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrations } from '../migrations/index.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { count, select, sql } from '../server/core/db/sql.ts'
import { INBOUND_EVENT } from '../server/engine/inbox/event-tables.ts'
import { CUSTOMER } from '../server/records/customers/customer-tables.ts'
import { SHOP_VISIT } from '../server/records/visits/visit-tables.ts'
import { huoshuiEnv, runProgram, type Started, startProgram, untilReady } from '../server/testing/start-program.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { cpuTimeMs } from './cpu-time.ts'
import type { Report } from './report.ts'
import { until } from './waiting.ts'

interface Load {
  perSecond: number
  p50: number
  p99: number
  answered: number
  repeated: boolean
  refused: number
}

export interface VisitOptions {
  seconds: number
  /** Every other visit is of one of them, the rest of people whom nobody knows. */
  customers: number
  /** mysql server URL, or undefined for SQLite only. */
  mysql: string | undefined
}

const CONNECTIONS = 8
const EMPTY_MS = 10 * 60_000

/** Durable visits a second in calls of 200, beside a handler that only verifies and parses; then how long until all that they
 *  led to has been handled. */
export async function benchVisits(options: VisitOptions, report: Report): Promise<void> {
  const limit = await startProgram('bench/limit-visits.ts')
  const emptyConfig = mkdtempSync(join(tmpdir(), 'huoshui-bench-'))
  const load = async (target: Started): Promise<Load & { cpuUs: number }> => {
    const before = cpuTimeMs(target.pid)
    const args = [target.url, String(options.seconds), String(CONNECTIONS), String(options.customers)]
    const result = await runProgram<Load>('bench/visit-load.ts', args)
    return { ...result, cpuUs: ((cpuTimeMs(target.pid) - before) * 1_000) / result.answered }
  }

  for (const server of options.mysql === undefined ? [undefined] : [undefined, options.mysql]) {
    const database = await createTestDatabase(server ?? '')
    const huoshui = await startProgram('server/main.ts', {
      env: huoshuiEnv('http://127.0.0.1:9', database.url, emptyConfig),
    })
    await untilReady(huoshui.url)
    const db = createDb(database.url, migrations)
    await fill(db, options.customers)
    const theirs = await load(limit)
    const ours = await load(huoshui)
    const [began, before] = [Date.now(), cpuTimeMs(huoshui.pid)]
    const left = await rowsIn(db, 'waiting')
    await until('all visits are told', EMPTY_MS, async () => (await rowsIn(db, 'waiting')) === 0)
    const told = { seconds: (Date.now() - began) / 1_000, cpuMs: cpuTimeMs(huoshui.pid) - before }
    const stored = await rowsIn(db, 'stored')
    report.add(`visits ${db.dialect === 'mysql' ? 'mariadb' : 'sqlite'}`, {
      figure: `${ours.perSecond.toFixed(0)} durable visits/s in calls of 200, p50 ${ours.p50} ms, p99 ${ours.p99} ms a call`,
      limit: `${theirs.perSecond.toFixed(0)} verified and parsed/s, p99 ${theirs.p99} ms`,
      ratio: ours.perSecond / theirs.perSecond,
      aim: '≥ 1,000/s',
      note: `${CONNECTIONS} connections, ${options.seconds} s; CPU ${ours.cpuUs.toFixed(0)} µs a visit against ${theirs.cpuUs.toFixed(0)} µs; answered ${ours.answered}, stored ${stored}, refused ${ours.refused}${ours.repeated ? ', stock went round' : ''}; ${left} events were left, handled in ${told.seconds.toFixed(0)} s with ${((told.cpuMs * 1_000) / Math.max(1, left)).toFixed(0)} µs CPU each; load ${loadavg()[0]?.toFixed(1)}`,
    })
    await db.close()
    await huoshui.stop()
    await database.drop()
  }
  await limit.stop()
  rmSync(emptyConfig, { recursive: true, force: true })
}

async function fill(db: Db, customers: number): Promise<void> {
  for (let at = 0; at < customers; at += 1_000) {
    const some = Array.from({ length: Math.min(1_000, customers - at) }, (_, n) => ({
      external_userid: `wmVisitor${at + n}`,
      unionid: `oKnown${at + n}`,
      known_at: Date.now(),
    }))
    await db.tx((tx) => tx.insertIgnore(CUSTOMER, some))
  }
}

const rowsIn = (db: Db, which: 'stored' | 'waiting'): Promise<number> =>
  db.tx(async (tx) => {
    const n = select({ n: count() })
    const row = await tx.row(
      which === 'stored'
        ? sql`SELECT ${n} FROM ${SHOP_VISIT}`
        : sql`SELECT ${n} FROM ${INBOUND_EVENT} WHERE ${INBOUND_EVENT.state} = 'new'`,
    )
    return row?.n ?? 0
  })
