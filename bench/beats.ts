import { Agent, get } from 'node:http'
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { credentials } from '../sandbox/credentials.ts'
import { createSandbox } from '../sandbox/sandbox.ts'
import type { Db } from '../server/core/db/db.ts'
import { systemClock } from '../server/core/kernel/clock.ts'
import { signToken } from '../server/engine/http/session-token.ts'
import { keptSessions, SESSION_MS } from '../server/sidebar-api/kept-sessions.ts'
import { sessionSecretFrom } from '../server/sidebar-api/session.ts'
import { type Started, startProgram } from '../server/testing/start-program.ts'
import { openBenchServer } from './bench-server.ts'
import { cpuTimeMs } from './cpu-time.ts'
import { populate } from './populate.ts'
import { percentile, type Report } from './report.ts'
import { GUIDES, type Person, somePeople, WITHOUT } from './sidebar.ts'
import { isPrepared, until } from './waiting.ts'

export interface BeatOptions {
  panes: number
  seconds: number
  customers: number
  mysql: string | undefined
}

/** As use-beat.ts has it. */
const EVERY_MS = 3_000
const WARM_MS = 2 * EVERY_MS

/** A customer who is looked at, with the cookie of a session of its own. */
interface Pane extends Person {
  cookie: string
}

interface Beats {
  /** CPU time, milliseconds a second. */
  perSecond: number
  asked: number
  p50: number
  p99: number
}

/** So many open panes that ask every three seconds whether anything is new, each over its own connection and about its own
 *  customer, spread evenly: what that costs the server beside one that answers a constant. */
export async function benchBeats(options: BeatOptions, report: Report): Promise<void> {
  for (const mysql of options.mysql === undefined ? [undefined] : [undefined, options.mysql]) {
    const sandbox = createSandbox({ clock: systemClock, preset: 'brand' })
    await sandbox.listen()
    const server = await openBenchServer({ mysql, platformUrl: sandbox.url, without: WITHOUT })
    try {
      const first = await server.start()
      await until('synced', 120_000, () => isPrepared(server.db))
      await first.stop()
      await populate(server.db, { customers: options.customers, guides: GUIDES, print: () => undefined })
      const panes = await logInAll(server.db, await somePeople(server, options.panes))
      await measureBeats(server.name, await server.start(), panes, options, report)
    } finally {
      await server.close()
      await sandbox.close()
    }
  }
}

/** Each pane is somebody's own phone: a login of its own, as the server would have given it. */
export const logInAll = (db: Db, people: Person[]): Promise<Pane[]> =>
  db.tx(async (tx) => {
    const secret = sessionSecretFrom(credentials.secret)
    const panes: Pane[] = []
    for (const one of people) {
      const id = await keptSessions.begin(tx, one.guide, Date.now())
      const token = signToken(secret, 'session', { userId: one.guide, id, until: Date.now() + SESSION_MS })
      panes.push({ ...one, cookie: `huoshui_session=${token}` })
    }
    return panes
  })

export async function measureBeats(
  name: string,
  huoshui: Started,
  panes: Pane[],
  { seconds }: Pick<BeatOptions, 'seconds'>,
  report: Report,
): Promise<void> {
  const limit = await startProgram('bench/limit-beats.ts')
  const idle = await cpuWhile(huoshui, () => sleep(seconds * 500))
  const theirs = await beat(limit, panes, seconds)
  const ours = await beat(huoshui, panes, seconds)
  await limit.stop()
  const cost = ours.perSecond - idle
  report.add(`beats ${name}, ${panes.length} open panes`, {
    figure: `${(cost / 10).toFixed(1)} % of one core, p50 ${ours.p50.toFixed(0)}, p99 ${ours.p99.toFixed(0)} ms`,
    limit: `${(theirs.perSecond / 10).toFixed(1)} %, p99 ${theirs.p99.toFixed(0)} ms`,
    ratio: theirs.perSecond / cost,
    aim: '≤ 5 % of one core',
    note: `${ours.asked} questions in ${seconds} s, ${((cost * seconds * 1_000) / ours.asked).toFixed(0)} µs CPU each against ${((theirs.perSecond * seconds * 1_000) / theirs.asked).toFixed(0)} µs; ${(idle / 10).toFixed(1)} % without any pane taken off; load ${loadavg()[0]?.toFixed(1)}`,
  })
}

async function cpuWhile({ pid }: Started, work: () => Promise<unknown>): Promise<number> {
  const [before, began] = [cpuTimeMs(pid), performance.now()]
  await work()
  return ((cpuTimeMs(pid) - before) * 1_000) / (performance.now() - began)
}

async function beat(target: Started, panes: Pane[], seconds: number): Promise<Beats> {
  const agent = new Agent({ keepAlive: true })
  const times: number[] = []
  let isOver = false
  let isCounted = false
  const open = async ({ cookie, id }: Pane, n: number): Promise<void> => {
    await sleep((n / panes.length) * EVERY_MS)
    while (!isOver) {
      const began = performance.now()
      await ask(`${target.url}/api/sidebar/customers/${id}/version`, agent, cookie)
      const took = performance.now() - began
      if (isCounted) times.push(took)
      await sleep(Math.max(0, EVERY_MS - took))
    }
  }
  const opened = panes.map(open)
  await sleep(WARM_MS)
  isCounted = true
  const perSecond = await cpuWhile(target, () => sleep(seconds * 1_000))
  isCounted = false
  isOver = true
  await Promise.all(opened)
  agent.destroy()
  return { perSecond, asked: times.length, p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

const ask = (url: string, agent: Agent, cookie: string): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, { agent, headers: { cookie } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`a beat was answered ${response.statusCode}`))
      response.resume().on('end', resolve)
    }).on('error', reject)
  })
