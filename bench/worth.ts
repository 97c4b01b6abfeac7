import { loadavg } from 'node:os'
import { migrations } from '../migrations/index.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { createSettableClock } from '../server/core/kernel/clock.ts'
import { seeded } from '../server/core/kernel/seeded.ts'
import { DAY_MS } from '../server/core/kernel/shanghai.ts'
import { orderQueries } from '../server/records/orders/order-queries.ts'
import { SHOP_ORDER } from '../server/records/orders/order-tables.ts'
import { type History, learn } from '../server/records/worth/model/model.ts'
import { createWorth } from '../server/records/worth/worth.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import type { Report } from './report.ts'

export interface WorthOptions {
  /** Who are scored, each with one to some dozen orders. */
  customers: number
  /** mysql server URL, or undefined for SQLite only. */
  mysql: string | undefined
}

const NOW = Date.parse('2026-11-22T20:00:00+08:00')
/** Of CDNOW, the master file: what the papers fit. */
const FITTED = 23_570
const YEAR_DAYS = 365

/** Sums of so many exponential times: a gamma distribution. */
const gamma = (shape: number, random: () => number): number =>
  Array.from({ length: shape }, () => -Math.log(1 - random())).reduce((sum, one) => sum + one, 0)

/** A customer as the models think of them (BG/NBD with r 1, α 8 weeks, a 2, b 4; Gamma-Gamma with p 6, q 4): on which days of
 *  the year they bought, and for how much each time. */
function drawHistory(random: () => number): { days: number[]; fen: number[] } {
  const rate = gamma(1, random) / (8 * 7)
  // The second smallest of five.
  const gone = Array.from({ length: 5 }, random).sort((a, b) => a - b)[1] ?? 0
  const days = [Math.floor(random() * YEAR_DAYS)]
  for (let day = days[0] ?? 0; random() >= gone || days.length === 1; ) {
    day += Math.max(1, Math.round(gamma(1, random) / rate))
    if (day >= YEAR_DAYS) break
    days.push(day)
  }
  const scale = 10_000 / gamma(4, random)
  return { days, fen: days.map(() => 100 + Math.round(scale * gamma(6, random))) }
}

/** Fits both models on as many customers as CDNOW has; then a night of the job: everybody is learned from and reckoned anew, out of
 *  the tables and into them. */
export async function benchWorth({ customers, mysql }: WorthOptions, report: Report): Promise<void> {
  await benchFit(report)
  for (const server of mysql === undefined ? [undefined] : [undefined, mysql]) {
    const database = await createTestDatabase(server ?? '')
    const db = createDb(database.url, migrations)
    await db.migrate()
    await fill(db, customers)
    const clock = createSettableClock(NOW)
    const { jobs, queries } = createWorth({
      ...{ db, clock, orders: { queries: orderQueries } },
      privacy: { consents: { refusedAmong: async () => new Set() } },
    })
    const night = async (): Promise<{ seconds: number; peakMb: number }> => {
      clock.advance(DAY_MS)
      const began = Date.now()
      let peakMb = 0
      const look = setInterval(() => {
        peakMb = Math.max(peakMb, process.memoryUsage.rss() / 2 ** 20)
      }, 100)
      for (const job of jobs) await job.run()
      clearInterval(look)
      return { seconds: (Date.now() - began) / 1_000, peakMb }
    }
    for (const job of jobs) await job.run()
    const before = process.memoryUsage.rss() / 2 ** 20
    const learned = await night()
    const scored = await night()
    const { customers: stored } = await db.tx((tx) => queries.sums(tx))
    if (stored !== customers) process.exitCode = 1
    report.add(`worth ${server === undefined ? 'sqlite' : 'mariadb'}`, {
      figure: `${customers} customers scored in ${scored.seconds.toFixed(1)} s (${(customers / scored.seconds).toFixed(0)}/s); the night that learns, too: ${learned.seconds.toFixed(1)} s; at most ${Math.max(learned.peakMb, scored.peakMb).toFixed(0)} MB, ${before.toFixed(0)} MB before`,
      aim: '2,000,000 in 60 s, 33,333/s, in bounded memory',
      note: `${stored} scores stored; load ${loadavg()[0]?.toFixed(1)}`,
    })
    await db.close()
    await database.drop()
  }
}

function historyOf({ days, fen }: ReturnType<typeof drawHistory>, cut: number): History {
  const [first = 0, last = 0] = [days[0], days.at(-1)]
  const before = days.filter((day) => day < cut)
  return {
    ...{ firstDay: first, lastDay: last, days: days.length, repeatsPaid: days.length - 1 },
    ...{ repeatFen: fen.slice(1).reduce((sum, one) => sum + one, 0), daysBefore: before.length },
    ...{ lastDayBefore: before.at(-1) ?? first, later: days.length - before.length },
  }
}

async function benchFit(report: Report): Promise<void> {
  const random = seeded(1)
  const cut = YEAR_DAYS - 90
  const histories = Array.from({ length: FITTED }, () => historyOf(drawHistory(random), cut))
  const [began, cpu] = [Date.now(), process.cpuUsage().user]
  const { buying, spending, refusal, noValue } = await learn(histories, { today: YEAR_DAYS - 1, cut })
  const [seconds, cpuSeconds] = [(Date.now() - began) / 1_000, (process.cpuUsage().user - cpu) / 1e6]
  if (buying === undefined || spending === undefined) process.exitCode = 1
  const found =
    buying &&
    `r ${buying.r.toFixed(2)}, α ${buying.alpha.toFixed(1)}, a ${buying.a.toFixed(2)}, b ${buying.b.toFixed(2)}`
  report.add('worth fit', {
    figure: `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU: BG/NBD, tried on the last 90 days and fitted on all, and Gamma-Gamma`,
    aim: '≤ 5 s; r 1, α 8, a 2, b 4 are what was drawn',
    note: `${FITTED} customers; ${found ?? refusal ?? ''}; ${spending === undefined ? noValue : `p ${spending.p.toFixed(2)}, q ${spending.q.toFixed(2)}`}; load ${loadavg()[0]?.toFixed(1)}`,
  })
}

async function fill(db: Db, customers: number): Promise<void> {
  const random = seeded(2)
  for (let at = 0; at < customers; at += 1_000) {
    const rows = Array.from({ length: Math.min(1_000, customers - at) }, (_, n) => at + n).flatMap((n) => {
      const { days, fen } = drawHistory(random)
      return days.map((day, nth) => {
        const paid = NOW - (YEAR_DAYS - day) * DAY_MS
        return {
          ...{ order_id: `W${n}-${nth}`, source: '小程序商城', external_userid: `wm${String(n).padStart(8, '0')}` },
          ...{ status: 'paid' as const, total_fen: fen[nth] ?? 0, created_at: paid, paid_at: paid },
        }
      })
    })
    await db.tx((tx) => tx.insertIgnore(SHOP_ORDER, rows))
  }
}
