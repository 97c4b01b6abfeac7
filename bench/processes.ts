import { setTimeout as pause } from 'node:timers/promises'
import { MYSQL_POOL } from '../server/core/db/database-url.ts'
import type { Db } from '../server/core/db/db.ts'
import { runProgram, type Started } from '../server/testing/start-program.ts'
import { openTcpGate } from '../server/testing/tcp-gate.ts'
import { openBenchServer } from './bench-server.ts'
import { cpuTimeMs } from './cpu-time.ts'
import type { Welcomes } from './measure-welcomes.ts'
import type { Report } from './report.ts'
import { count, isIdle, isPrepared, undispatched, until } from './waiting.ts'
import { openPlatform, post } from './welcome.ts'

export interface ProcessesOptions {
  /** All within one second. */
  adds: number
  mysql: string
}

interface Run extends Welcomes {
  addsPerSec: number
  /** CPU time of all servers for each add. */
  cpuMs: number
  /** What was asked of the database for each add. */
  questions: number
  limitPerSec: number
  /** Customers in our tables. */
  known: number
}

/** Near, as the issue of the day has it, and so far that waiting and not our processors decides what processes add. */
const DELAYS_MS = [1, 10]
const PREPARE_MS = 120_000
const HANDLED_MS = 600_000
/** Until each has seen the others and the rows are shared out. */
const SETTLE_MS = 10_000
/** Handled by each process before anything is counted: otherwise three of them run a third of the adds each with code that is not compiled yet. */
const WARM_UP = 150
/** How many adds a second one server and three handle whose database is away, beside as many bare questions as they ask. Gives whether every customer is known and was welcomed once. */
export async function benchProcesses(options: ProcessesOptions, report: Report): Promise<boolean> {
  let isRight = true
  for (const delayMs of DELAYS_MS) isRight = (await benchAt(delayMs, options, report)) && isRight
  return isRight
}

async function benchAt(delayMs: number, options: ProcessesOptions, report: Report): Promise<boolean> {
  let one: Run | undefined
  let isRight = true
  for (const processes of [1, 3]) {
    const run = await measure(options, processes, delayMs)
    one ??= run
    const isEach = run.welcomed === run.scans && run.doubled === 0 && run.known === run.scans
    isRight &&= isEach
    report.add(`processes mariadb ${delayMs} ms away, ${processes}`, {
      figure: `${run.addsPerSec.toFixed(1)} adds/s, ${run.cpuMs.toFixed(1)} ms CPU an add, ${run.questions.toFixed(1)} questions an add; ${(run.addsPerSec / one.addsPerSec).toFixed(2)} × one`,
      limit: `${run.limitPerSec.toFixed(1)} adds/s: as many bare questions over ${MYSQL_POOL * processes} connections`,
      ratio: run.addsPerSec / run.limitPerSec,
      ...(aimOf(processes, delayMs) ?? {}),
      note: [
        `${run.scans} adds within 1 s, until all events are handled and all are welcomed`,
        `${isEach ? 'each' : 'NOT each'} known and welcomed once: known ${run.known}, welcomed ${run.welcomed}, late ${run.late}, none ${run.none}, doubled ${run.doubled}`,
        `last welcome after ${run.untilLastSec.toFixed(1)} s, p50 ${run.p50} ms`,
        `scanning late by ${run.worstLagMs} ms at worst`,
      ].join('; '),
    })
  }
  return isRight
}

async function measure({ adds, mysql }: ProcessesOptions, processes: number, delayMs: number): Promise<Run> {
  const at = new URL(mysql)
  const gate = await openTcpGate({ host: at.hostname, port: Number(at.port || 3306) }, { answerDelayMs: delayMs })
  const way = (databaseUrl: string): string => {
    const url = new URL(databaseUrl)
    url.hostname = '127.0.0.1'
    url.port = String(gate.port)
    return url.href
  }
  const { control, url: platformUrl } = await openPlatform()
  const server = await openBenchServer({ mysql, platformUrl, way })
  try {
    const apps = [await server.start()]
    await until('codes made, pictures ready, synced', PREPARE_MS, () => isPrepared(server.db))
    while (apps.length < processes) apps.push(await server.start())
    await pause(SETTLE_MS)

    await post<Welcomes>(`${control.url}/scans`, {
      appUrls: apps.map(({ url }) => url),
      rate: WARM_UP * processes,
      seconds: 1,
    })
    await until('all of the warming up handled', HANDLED_MS, async () => {
      const isIn = (await customers(server.db)) >= WARM_UP * processes
      return isIn && (await isIdle(server.db))
    })

    const known = await customers(server.db)
    const [cpuBefore, askedBefore] = [cpuOf(apps), gate.asked()]
    const began = performance.now()
    const scanning = post<Welcomes>(`${control.url}/scans`, {
      appUrls: apps.map(({ url }) => url),
      rate: adds,
      seconds: 1,
    })
    await until('all handled', HANDLED_MS, async () => {
      const isIn = (await customers(server.db)) >= known + adds
      return isIn && (await undispatched(server.db)) === 0
    })
    const handledSec = (performance.now() - began) / 1000
    const [cpuMs, asked] = [cpuOf(apps) - cpuBefore, gate.asked() - askedBefore]
    const welcomes = await scanning
    for (const app of apps) await app.stop()
    const { seconds } = await runProgram<{ seconds: number }>('bench/limit-processes.ts', [
      way(server.databaseUrl),
      String(asked),
      String(MYSQL_POOL * processes),
    ])
    return {
      ...welcomes,
      addsPerSec: adds / Math.max(handledSec, welcomes.untilLastSec),
      cpuMs: cpuMs / adds,
      questions: asked / adds,
      limitPerSec: adds / seconds,
      known: (await customers(server.db)) - known,
    }
  } finally {
    await server.close()
    await control.stop()
    await gate.close()
  }
}

function aimOf(processes: number, delayMs: number): { aim: string } | undefined {
  if (processes > 1) return { aim: '≥ 2.5 × one, CPU permitting' }
  return delayMs === 1 ? { aim: '≥ 25 adds/s' } : undefined
}

const customers = (db: Db): Promise<number> => count(db, 'SELECT COUNT(*) AS n FROM customer')
const cpuOf = (apps: Started[]): number => apps.reduce((sum, { pid }) => sum + cpuTimeMs(pid), 0)
