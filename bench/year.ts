import { loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { migrations } from '../migrations/index.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../server/core/kernel/shanghai.ts'
import { openTcpGate } from '../server/testing/tcp-gate.ts'
import { openNamedDatabase } from '../server/testing/test-database.ts'
import { measureAudience } from './audience.ts'
import { logInAll, measureBeats } from './beats.ts'
import { type BenchServer, openBenchServer } from './bench-server.ts'
import { DRAWN, measureReads, shownMs } from './history.ts'
import { measureBites } from './month-ends.ts'
import { measurePlan } from './plan.ts'
import { prefixed, type Report } from './report.ts'
import { measureSidebar, somePeople, WITHOUT } from './sidebar.ts'
import { count, isIdle, isPrepared, until } from './waiting.ts'
import { inboxDrained, measureLimit, openPlatform, outcome, scansAt, speed } from './welcome.ts'
import { FILLED_WAIT, type Filled, filledIn, fillYear } from './year-fill.ts'
import { measureSize } from './year-size.ts'

export interface YearOptions {
  /** Written one by one; each becomes this many. */
  customers: number
  copies: number
  requests: number
  rounds: number
  /** Of each measurement that takes its time. */
  seconds: number
  /** The database stays, and one that is there is measured as it is. */
  isKept: boolean
  mysql: string
}

const PREPARE_MS = 120_000
const SETTLE_MS = 20_000
/** A slow pace: no wave, an ordinary hour. */
const RATE = 5
const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** A shop that has a tenth of a year behind it, all in one database: what is read out of the past, the plan, an audience, the pane, an
 *  add, an idle second, the end of a past, and the room that it takes. */
export async function benchYear(options: YearOptions, all: Report): Promise<void> {
  const report = prefixed(all, 'year, ')
  const { customers, copies, isKept, mysql } = options
  const name = `huoshui_year_${customers * copies}`
  let database = await openNamedDatabase(mysql, name)
  // One statement of the filling takes minutes.
  let db = createDb(database.url, migrations, { silenceMs: HOUR_MS })
  const { control, url: platformUrl } = await openPlatform()
  const gate = await openTcpGate(addressOf(mysql))
  let isCounted = false
  const way = (url: string): string => (isCounted ? through(url, gate.port) : url)
  try {
    await db.connect()
    let filled = await filledIn(db)
    if (filled === undefined || !isKept) {
      await db.close()
      await database.drop()
      database = await openNamedDatabase(mysql, name)
      db = createDb(database.url, migrations, { silenceMs: HOUR_MS })
      await db.connect()
      filled = undefined
    }
    const server = await openBenchServer({ mysql, platformUrl, without: WITHOUT, databaseUrl: database.url, way })
    try {
      if (filled === undefined) filled = await fill(db, server, options)
      else await db.migrate()
      await measureTables(db, filled, options, report)
      await awaitLater(db)
      await labelFilled(db, server)
      isCounted = true
      await measureIdle(server, gate, options, report)
      isCounted = false
      await measureServer(server, filled, options, report)
      await measureAdds({ server, control, db }, options, report)
      await measureEnd(db, filled, report)
    } finally {
      await server.close()
    }
  } finally {
    await gate.close()
    await control.stop()
    await db.close()
    if (!isKept) await database.drop()
  }
}

const addressOf = (mysql: string): { host: string; port: number } => {
  const { hostname, port } = new URL(mysql)
  return { host: hostname, port: Number(port || 3306) }
}

function through(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}

async function fill(db: Db, server: BenchServer, { customers, copies }: YearOptions): Promise<Filled> {
  const began = performance.now()
  const first = await server.start()
  await until('synced', PREPARE_MS, () => isPrepared(server.db))
  await first.stop()
  print(`\nfilling mariadb with ${customers * copies} customers and a tenth of their year`)
  const filled = await fillYear(db, { customers, copies, print })
  print(`  filled in ${((performance.now() - began) / MINUTE_MS).toFixed(1)} min`)
  return filled
}

/** What needs no server. */
async function measureTables(
  db: Db,
  filled: Filled,
  { rounds, customers, copies }: YearOptions,
  report: Report,
): Promise<void> {
  await db.source.query(`UPDATE action SET due_at = created_at WHERE ${FILLED_WAIT}`)
  const some = (await db.source.query(
    `SELECT external_userid AS id FROM customer ORDER BY external_userid LIMIT ${DRAWN}`,
  )) as { id: string }[]
  const took = await measureReads([db], { nowMs: filled.nowMs, rounds, drawn: some.map(({ id }) => id) })
  report.add('reads mariadb', {
    figure: `slowest ${shownMs(Math.max(...took.map(({ ms }) => ms[0] ?? 0)))}`,
    aim: '≤ 1 s each, or a piece at a time',
    note: `median of ${rounds}; load ${loadavg()[0]?.toFixed(1)}`,
    table: ['| read | took |', '| --- | --- |', ...took.map(({ what, ms }) => `| ${what} | ${shownMs(ms[0])} |`)],
  })
  await measurePlan(db, filled.customers, report)
  const [tag] = (await db.source.query(
    'SELECT tag_id AS id FROM corp_tag WHERE gone_at IS NULL ORDER BY tag_id LIMIT 1',
  )) as { id: string }[]
  await measureAudience(db, { customers, copies, rounds, tagId: tag?.id ?? '' }, report)
  await measureSize(db, filled, report)
}

/** Customers whom the platform does not know are left alone: what waits is due in a month, and no list of who is there, which these
 *  guides, groups and customers are not on, is read within the hour. */
async function awaitLater(db: Db): Promise<void> {
  await db.source.query(`UPDATE action SET due_at = ${Date.now() + 30 * DAY_MS} WHERE ${FILLED_WAIT}`)
  await db.source.query(`UPDATE job_run SET next_at = ${Date.now() + 50 * MINUTE_MS}`)
}

/** The lines that were filled get what a server gives them within a minute, which for millions takes it a quarter of an hour. */
async function labelFilled(db: Db, server: BenchServer): Promise<void> {
  const isLabelled = async (): Promise<boolean> =>
    (await count(
      db,
      'SELECT COUNT(*) AS n FROM (SELECT id FROM shop_order_item WHERE labelled_by IS NOT NULL LIMIT 1) l',
    )) === 1
  const huoshui = await server.start()
  await until('a line is labelled', PREPARE_MS, isLabelled)
  await huoshui.stop()
  const [first] = (await db.source.query(
    'SELECT labelled_by AS version FROM shop_order_item WHERE labelled_by IS NOT NULL LIMIT 1',
  )) as { version: string }[]
  await db.source.query('UPDATE shop_order_item SET labelled_by = ? WHERE labelled_by IS NULL', [first?.version])
}

async function measureIdle(
  server: BenchServer,
  gate: { asked(): number },
  { seconds }: YearOptions,
  report: Report,
): Promise<void> {
  const huoshui = await server.start()
  await until('nothing is due', PREPARE_MS, () => isIdle(server.db))
  await pause(SETTLE_MS)
  const before = gate.asked()
  await pause(seconds * 1_000)
  report.add('an idle server mariadb', {
    figure: `${((gate.asked() - before) / seconds).toFixed(1)} statements a second`,
    aim: '≤ 10',
    note: `${seconds} s, counted on the way to the database, connections that are looked at included`,
  })
  await huoshui.stop()
}

async function measureServer(server: BenchServer, filled: Filled, options: YearOptions, report: Report): Promise<void> {
  await measureSidebar(server, { ...options, customers: filled.customers }, report)
  const panes = await logInAll(server.db, await somePeople(server, 1_000))
  const huoshui = await server.start()
  await measureBeats(server.name, huoshui, panes, options, report)
  await huoshui.stop()
}

async function measureAdds(
  { server, control, db }: { server: BenchServer; control: Parameters<typeof scansAt>[0]; db: Db },
  { seconds }: YearOptions,
  report: Report,
): Promise<void> {
  const load = { rate: RATE, seconds: 2 * seconds }
  const limit = await measureLimit(load)
  const huoshui = await server.start()
  await until('nothing is due', PREPARE_MS, () => isIdle(server.db))
  await scansAt(control, huoshui, { rate: RATE, seconds: 4 })
  const began = Date.now()
  const measuring = scansAt(control, huoshui, load)
  const drained = inboxDrained(db, began + load.seconds * 1_000)
  const ours = { ...(await measuring), notes: [] }
  report.add('welcome mariadb', {
    figure: `${speed(ours)}; ${outcome(ours)}`,
    limit: `${speed(limit)}; ${outcome(limit)}`,
    ratio: limit.p99 / ours.p99,
    aim: 'p99 ≤ 300 ms, all welcomed, none doubled',
    note: [
      `${RATE} adds/s for ${load.seconds} s; from the scan to the platform's answer, of which 100 ms are the platform's own`,
      `with both attachments ${ours.complete}`,
      `CPU ${ours.cpuMs.toFixed(1)} ms an add against ${limit.cpuMs.toFixed(1)} ms`,
      `inbox empty ${await drained} s after the first scan`,
      `load ${loadavg()[0]?.toFixed(1)}`,
    ].join('; '),
  })
  await huoshui.stop()
}

/** The oldest hours of the past are used up. */
async function measureEnd(db: Db, { nowMs }: Filled, report: Report): Promise<void> {
  const [first] = (await db.source.query('SELECT received_at AS at FROM inbound_event ORDER BY id LIMIT 1')) as {
    at: string
  }[]
  const { emptied, deleted } = await measureBites(db, { nowMs, endMs: Number(first?.at) + 6 * HOUR_MS })
  report.add('a past ends mariadb', {
    figure: `contents of ${emptied} events/s emptied, ${deleted}/s deleted, with their actions`,
    note: `six hours of it, in bites of a thousand; load ${loadavg()[0]?.toFixed(1)}`,
  })
}
