import { createSandbox } from '../sandbox/sandbox.ts'
import { raw } from '../server/core/db/sql.ts'
import { systemClock } from '../server/core/kernel/clock.ts'
import type { Me } from '../server/sidebar-api/contract.ts'
import { openBrowser } from '../server/sidebar-api/testing/sidebar-browser.ts'
import { type Started, startProgram } from '../server/testing/start-program.ts'
import { type BenchServer, openBenchServer } from './bench-server.ts'
import { populate } from './populate.ts'
import { median, percentile, type Report } from './report.ts'
import { disagreement } from './same-facts.ts'
import { type Answer, timedGets } from './timed-gets.ts'
import { isPrepared, until } from './waiting.ts'

export interface SidebarOptions {
  customers: number
  requests: number
  rounds: number
  mysql: string | undefined
}

export interface Person {
  guide: string
  id: string
}

/** These six of the demo brand can log in; each has several hundred of the customers. */
export const GUIDES = ['linxiaoyu', 'chenhao', 'zhoumin', 'hejiaqi', 'wangzixuan', 'sunqian']
const COMPARED = 100
const BY_THE_CLOCK = ['未下单转科普', '首单未复购', '流失老客', '沉睡唤醒', '沉默群友', '生日'].map(
  (name) => `sop/${name}.yaml`,
)
/** Nobody may enter a journey by the clock, and no mass send begin, while we measure. */
export const WITHOUT = ['sends', ...BY_THE_CLOCK]

/** GET /api/sidebar/customers/:id, each time of another customer, one after another and eight at a time, beside a
 *  handler with hand-written SQL on the same database. Rounds alternate. */
export async function benchSidebar(options: SidebarOptions, report: Report): Promise<void> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  for (const mysql of options.mysql === undefined ? [undefined] : [undefined, options.mysql]) {
    const sandbox = createSandbox({ clock: systemClock, preset: 'brand' })
    await sandbox.listen()
    const server = await openBenchServer({ mysql, platformUrl: sandbox.url, without: WITHOUT })
    try {
      const first = await server.start()
      await until('synced', 120_000, () => isPrepared(server.db))
      await first.stop()
      print(`\nfilling ${server.name} with ${options.customers} customers`)
      await populate(server.db, { customers: options.customers, guides: GUIDES, print })
      await measureSidebar(server, options, report)
    } finally {
      await server.close()
      await sandbox.close()
    }
  }
}

export async function measureSidebar(
  server: BenchServer,
  options: Pick<SidebarOptions, 'customers' | 'requests' | 'rounds'>,
  report: Report,
): Promise<void> {
  const huoshui = await server.start()
  const limit = await startProgram('bench/limit-sidebar.ts', { args: [server.databaseUrl] })
  const people = await somePeople(server, options.requests)
  const cookies = await logIn(huoshui)
  const ours = (one: Person): string => `${huoshui.url}/api/sidebar/customers/${one.id}?${one.guide}`
  const headers = (url: string): Record<string, string> => ({ cookie: cookies.get(url.split('?')[1] ?? '') ?? '' })
  const theirs = (one: Person): string => `${limit.url}/customers/${one.guide}/${one.id}`

  const differing = await compare(people.slice(0, COMPARED), { ours, theirs, headers })
  for (const atOnce of [1, 8]) {
    const rounds: { ours: number[]; theirs: number[] }[] = []
    for (let round = 0; round < options.rounds; round++) {
      rounds.push({
        theirs: good(await timedGets(people.map(theirs), atOnce, headers)),
        ours: good(await timedGets(people.map(ours), atOnce, headers)),
      })
    }
    const at = (whose: 'ours' | 'theirs', share: number): number =>
      median(rounds.map((round) => percentile(round[whose], share)))
    const shown = (whose: 'ours' | 'theirs'): string =>
      `p50 ${at(whose, 0.5).toFixed(1)} ms, p95 ${at(whose, 0.95).toFixed(1)} ms, p99 ${at(whose, 0.99).toFixed(1)} ms`
    report.add(`sidebar ${server.name}${atOnce === 1 ? '' : `, ${atOnce} at a time`}`, {
      figure: shown('ours'),
      limit: shown('theirs'),
      ratio: at('theirs', 0.95) / at('ours', 0.95),
      aim: 'p95 ≤ 20 ms',
      note: `${options.customers} customers, ${people.length} requests each of another customer, median of ${options.rounds} rounds; ${differing}`,
    })
  }
  await limit.stop()
  await huoshui.stop()
}

export async function somePeople(server: BenchServer, wanted: number): Promise<Person[]> {
  const rows = await server.db.tx((tx) =>
    tx.rows(
      raw<{ guide: string; id: string }>(
        `SELECT userid AS guide, external_userid AS id FROM follow
       WHERE active = 1 AND external_userid LIKE 'wmBench%' AND userid IN (${GUIDES.map(() => '?').join(', ')})
       ORDER BY added_at`,
        GUIDES,
      ),
    ),
  )
  if (rows.length < GUIDES.length * 200) throw new Error(`only ${rows.length} customers at the guides; filling failed`)
  return rows.slice(0, wanted)
}

/** The session cookie of each guide. */
async function logIn(huoshui: Started): Promise<Map<string, string>> {
  const cookies = new Map<string, string>()
  for (const guide of GUIDES) {
    const browser = openBrowser(huoshui.url)
    await browser.login(guide)
    const me = await browser.get<Me>('me')
    if (me.body.userId !== guide) throw new Error(`${guide} could not log in: ${me.status}`)
    cookies.set(guide, [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '))
  }
  return cookies
}

function good(answers: Answer[]): number[] {
  const bad = answers.filter((answer) => answer.status !== 200)
  if (bad.length > 0) throw new Error(`${bad.length} answers were not 200, the first ${bad[0]?.status}`)
  return answers.map((answer) => answer.ms)
}

interface Addresses {
  ours(one: Person): string
  theirs(one: Person): string
  headers(url: string): Record<string, string>
}

/** A limit that answers something else would be none. */
async function compare(people: Person[], { ours, theirs, headers }: Addresses): Promise<string> {
  const mine = await timedGets(people.map(ours), 1, headers)
  const other = await timedGets(people.map(theirs), 1, headers)
  let found = 0
  for (const [n, one] of people.entries()) {
    const what = disagreement(JSON.parse(mine[n]?.text ?? ''), JSON.parse(other[n]?.text ?? ''), one.guide)
    if (what === undefined) continue
    found += 1
    if (found === 1) process.stdout.write(`  DIFFERENT FACTS about ${one.id}: ${what}\n`)
  }
  return found === 0 ? `both gave the same facts of ${people.length} customers` : `FACTS DIFFER for ${found} customers`
}
