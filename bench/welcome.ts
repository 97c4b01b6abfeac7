import { type Started, startProgram } from '../server/testing/start-program.ts'
import { insertBacklog } from './backlog.ts'
import { openBenchServer } from './bench-server.ts'
import { cpuTimeMs } from './cpu-time.ts'
import type { Welcomes } from './measure-welcomes.ts'
import type { Report } from './report.ts'
import { isPrepared, undispatched, until, waitingTagMarks } from './waiting.ts'

export interface WelcomeOptions {
  /** Adds a second. */
  rate: number
  seconds: number
  /** Actions waiting already when the first customer scans. */
  backlog: number
  mysql: string | undefined
}

interface Run extends Welcomes {
  /** CPU time of the answering program for each add. */
  cpuMs: number
  notes: string[]
}

const PREPARE_MS = 120_000
const BACKLOG_GUIDE = 'linxiaoyu'

/** From the scan to the platform's yes to the welcome, at a steady rate, without and with a long backlog of other
 *  actions, beside a handler that welcomes at once and stores nothing. Every run has a platform of its own. */
export async function benchWelcome(options: WelcomeOptions, report: Report): Promise<void> {
  for (const mysql of options.mysql === undefined ? [undefined] : [undefined, options.mysql]) {
    const limit = await measureLimit(options)
    for (const backlog of [0, options.backlog]) {
      const name = `welcome ${mysql === undefined ? 'sqlite' : 'mariadb'}${backlog === 0 ? '' : ' during a backlog'}`
      const ours = await measureHuoshui({ ...options, mysql, backlog })
      report.add(name, {
        figure: `${speed(ours)}; ${outcome(ours)}`,
        limit: `${speed(limit)}; ${outcome(limit)}`,
        ratio: limit.p99 / ours.p99,
        aim: 'p99 ≤ 300 ms, all welcomed, none doubled',
        note: [
          `${options.rate} adds/s for ${options.seconds} s; from the scan to the platform's answer, of which 100 ms are the platform's own`,
          `with both attachments ${ours.complete}`,
          `CPU ${ours.cpuMs.toFixed(1)} ms an add against ${limit.cpuMs.toFixed(1)} ms`,
          `scanning late by ${ours.worstLagMs} ms at worst`,
          ...ours.notes,
        ].join('; '),
      })
    }
  }
}

/** 2,000 customers within one second. */
export async function benchBurst(options: Pick<WelcomeOptions, 'mysql'>, report: Report): Promise<void> {
  const burst = { rate: 2_000, seconds: 1, backlog: 0 }
  const limit = await measureLimit(burst)
  for (const mysql of options.mysql === undefined ? [undefined] : [undefined, options.mysql]) {
    const ours = await measureHuoshui({ ...burst, mysql })
    report.add(`burst ${mysql === undefined ? 'sqlite' : 'mariadb'}`, {
      figure: `${ours.firstTry} of ${ours.scans} accepted at the first try, last welcome after ${ours.untilLastSec.toFixed(1)} s; ${outcome(ours)}`,
      limit: `${limit.firstTry} of ${limit.scans} accepted, last welcome after ${limit.untilLastSec.toFixed(1)} s`,
      ratio: limit.untilLastSec / ours.untilLastSec,
      aim: 'all accepted, all welcomed within their 20 s',
      note: ['2,000 adds within 1 s', `scanning late by ${ours.worstLagMs} ms at worst`, ...ours.notes].join('; '),
    })
  }
}

export const speed = (run: Run): string => `p50 ${run.p50} ms, p99 ${run.p99} ms, max ${run.max} ms`
export const outcome = (run: Run): string =>
  `${run.welcomed} of ${run.scans} welcomed, late ${run.late}, none ${run.none}, doubled ${run.doubled}`

type Load = Pick<WelcomeOptions, 'rate' | 'seconds'>

/** A platform of one's own, and where it is told what to do. */
export async function openPlatform(): Promise<{ control: Started; url: string }> {
  const control = await startProgram('bench/welcome-platform.ts')
  const { url } = (await (await fetch(`${control.url}/platform`)).json()) as { url: string }
  return { control, url }
}

export async function post<Answer>(url: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Answer
}

export async function scansAt(control: Started, app: Started, { rate, seconds }: Load): Promise<Omit<Run, 'notes'>> {
  const before = cpuTimeMs(app.pid)
  const welcomes = await post<Welcomes>(`${control.url}/scans`, { appUrls: [app.url], rate, seconds })
  return { ...welcomes, cpuMs: (cpuTimeMs(app.pid) - before) / welcomes.scans }
}

export async function measureLimit(load: Load): Promise<Run> {
  const { control, url } = await openPlatform()
  const limit = await startProgram('bench/limit-welcome.ts', { args: [url] })
  const run = await scansAt(control, limit, load)
  await limit.stop()
  await control.stop()
  return { ...run, notes: [] }
}

type Beside = <T>(work: () => Promise<T>) => Promise<T>

/** `beside`: what else happens from the first scan to the last welcome. */
export async function measureHuoshui(
  options: Load & Pick<WelcomeOptions, 'mysql' | 'backlog'> & { beside?: Beside },
): Promise<Run> {
  const { beside = (work) => work() } = options
  const { control, url } = await openPlatform()
  const server = await openBenchServer({ mysql: options.mysql, platformUrl: url })
  try {
    let huoshui = await server.start()
    await until('codes made, pictures ready, synced', PREPARE_MS, () => isPrepared(server.db))
    if (options.backlog > 0) {
      // SQLite belongs to one process, so the server rests while the table is filled.
      await huoshui.stop()
      const externalUserIds = await insertBacklog(server.db, BACKLOG_GUIDE, options.backlog)
      await post(`${control.url}/customers`, { externalUserIds, userId: BACKLOG_GUIDE })
      huoshui = await server.start()
    }
    const began = Date.now()
    const measuring = beside(() => scansAt(control, huoshui, options))
    const drained = inboxDrained(server.db, began + options.seconds * 1_000)
    const run = await measuring
    const notes = [`inbox empty ${await drained} s after the first scan`]
    if (options.backlog > 0) {
      const left = await waitingTagMarks(server.db)
      notes.push(`of ${options.backlog} waiting actions (and those of the adds) ${left} were left at the end`)
    }
    await huoshui.stop()
    return { ...run, notes }
  } finally {
    await server.close()
    await control.stop()
  }
}

/** Seconds from the first scan until nothing is left to dispatch, once all are scanned. */
export async function inboxDrained(db: Parameters<typeof undispatched>[0], scannedAtMs: number): Promise<string> {
  const beganMs = Date.now()
  await until('inbox empty', 600_000, async () => Date.now() >= scannedAtMs && (await undispatched(db)) === 0)
  return ((Date.now() - beganMs) / 1000).toFixed(1)
}
