import { raw } from '../server/core/db/sql.ts'
import { runProgram, startProgram } from '../server/testing/start-program.ts'
import { type BenchServer, openBenchServer } from './bench-server.ts'
import { cpuTimeMs, residentMb } from './cpu-time.ts'
import type { Report } from './report.ts'
import { benchSlowSync } from './sync-slow.ts'
import { until } from './waiting.ts'

export interface SyncOptions {
  /** Size of the corp: S 60,000 customers, M 500,000. */
  preset: 'S' | 'M'
  mysql: string | undefined
}

interface Run {
  relations: number
  groups: number
  seconds: number
  state: string
}

/** CPU time of its process among it. */
interface Limit extends Omit<Run, 'state'> {
  cpuMs: number
}

const WITHIN_MS = 3_600_000

/** Reading a whole corp for the first time, and again when nothing has changed, beside a program that only pages through
 *  the same API; and the same at a platform that allows two calls a second and refuses every twentieth. */
export async function benchSync({ preset, mysql }: SyncOptions, report: Report): Promise<void> {
  const platform = await startProgram('sandbox/main.ts', { env: { SANDBOX_PORT: '0', SANDBOX_PRESET: preset } })
  try {
    const limit = await runProgram<Limit>('bench/limit-sync.ts', [platform.url])
    for (const server of mysql === undefined ? [undefined] : [undefined, mysql]) {
      await measure(await openBenchServer({ mysql: server, platformUrl: platform.url }), limit, preset, report)
    }
  } finally {
    await platform.stop()
  }
  await benchSlowSync({ preset }, report)
}

async function measure(server: BenchServer, limit: Limit, preset: string, report: Report): Promise<void> {
  let highest = 0
  try {
    const huoshui = await server.start()
    const began = residentMb(huoshui.pid)
    const looking = setInterval(() => {
      highest = Math.max(highest, residentMb(huoshui.pid))
    }, 200)
    const first = await ended(server, 'first')
    const cpuFirst = cpuTimeMs(huoshui.pid)
    const again = await reconciled(server)
    const cpuAgain = cpuTimeMs(huoshui.pid) - cpuFirst
    const cpuUs = (ms: number): string => ((ms * 1_000) / limit.relations).toFixed(0)
    clearInterval(looking)
    const rows = await counts(server)
    report.add(`sync ${server.name} (${preset})`, {
      figure: `${perSecond(first)}; again, nothing changed: ${perSecond(again)}`,
      limit: `${(limit.relations / limit.seconds).toFixed(0)} relations/s with ${limit.groups} groups, ${limit.seconds.toFixed(0)} s`,
      ratio: first.relations / first.seconds / (limit.relations / limit.seconds),
      note: [
        `CPU ${cpuUs(cpuFirst)} µs a relation with its start and groups, ${cpuUs(cpuAgain)} when nothing has changed; the limit program ${cpuUs(limit.cpuMs)}`,
        `server at most ${highest.toFixed(0)} MB resident, ${began.toFixed(0)} MB when it began`,
        `${rows.follows} pairs and ${rows.customers} customers stored, ${limit.relations} listed`,
        rows.follows === limit.relations ? 'each once' : 'NOT EACH ONCE',
        first.state === 'done' && again.state === 'done' ? 'read to the end' : `ENDED ${first.state}, ${again.state}`,
      ].join('; '),
    })
  } finally {
    await server.close()
  }
}

const perSecond = ({ relations, groups, seconds }: Run): string =>
  `${(relations / seconds).toFixed(0)} relations/s with ${groups} groups, ${seconds.toFixed(0)} s`

async function ended(server: BenchServer, kind: string): Promise<Run> {
  let run: Run | undefined
  await until(`${kind} ended`, WITHIN_MS, async () => {
    const row = await server.db
      .statement((tx) =>
        tx.row(
          raw<{
            relations: number
            chat_groups_read: number
            started_at: number
            finished_at: number
            state: string
          }>(
            `SELECT relations, chat_groups_read, started_at, finished_at, state FROM sync_run
           WHERE kind = ? AND finished_at IS NOT NULL`,
            [kind],
          ),
        ),
      )
      .catch(() => undefined)
    if (row === undefined) return false
    const seconds = (row.finished_at - row.started_at) / 1_000
    run = { relations: row.relations, groups: row.chat_groups_read, seconds, state: row.state }
    return true
  })
  if (run === undefined) throw new Error(`${kind} did not end`)
  return run
}

/** The nightly run, asked for now: the server looks every minute, and the last night was before its first sync. */
async function reconciled(server: BenchServer): Promise<Run> {
  const yesterday = Date.now() - 3 * 86_400_000
  await server.db.tx((tx) =>
    tx.run(raw(`UPDATE sync_run SET started_at = ?, finished_at = ? WHERE kind = 'first'`, [yesterday, yesterday])),
  )
  return ended(server, 'reconcile')
}

async function counts({ db }: BenchServer): Promise<{ follows: number; customers: number }> {
  const count = async (table: string): Promise<number> =>
    Number((await db.tx((tx) => tx.row(raw<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`))))?.n)
  return { follows: await count('follow'), customers: await count('customer') }
}
