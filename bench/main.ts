import { parseArgs } from 'node:util'
import openRun from '../server/testing/test-run.ts'
import { benchAudience } from './audience.ts'
import { benchBacktest } from './backtest.ts'
import { benchBeats } from './beats.ts'
import { benchCallbacks } from './callbacks.ts'
import { benchCommits } from './commits.ts'
import { benchDrift } from './drift.ts'
import { benchHistory } from './history.ts'
import { benchImport } from './import-orders.ts'
import { benchJourneys } from './journeys.ts'
import { benchMemory } from './memory.ts'
import { benchNeighbour } from './neighbour.ts'
import { benchOrders } from './orders.ts'
import { benchPeer } from './peer.ts'
import { benchPlan } from './plan.ts'
import { benchProcesses } from './processes.ts'
import { reachable } from './reachable.ts'
import { createReport } from './report.ts'
import { benchScriptsSearch } from './scripts-search.ts'
import { benchSidebar } from './sidebar.ts'
import { benchSync } from './sync.ts'
import { benchTagging } from './tagging.ts'
import { benchVisits } from './visits.ts'
import { benchBurst, benchWelcome } from './welcome.ts'
import { benchWorth } from './worth.ts'
import { benchYear } from './year.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    size: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
})
const { quick } = values
const report = createReport((line) => process.stdout.write(`${line}\n`))
const mysqlUrl = process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306'

/** Undefined where only SQLite is wanted, and where nothing answers. */
async function mysqlServer(): Promise<string | undefined> {
  const isThere = mysqlUrl !== '' && (await reachable(mysqlUrl))
  if (!isThere) process.stdout.write('MariaDB does not answer, or is not wanted: its figures are left out\n')
  return isThere ? mysqlUrl : undefined
}

/** Each prints its figures with their limit program beside them; undefined `mysql`: those of MariaDB are left out. */
const PROGRAMS: Record<string, (mysql: string | undefined) => Promise<void>> = {
  callbacks: (mysql) =>
    benchCallbacks({ seconds: quick ? 4 : 10, rounds: quick ? 1 : 3, connections: 128, mysql }, report),
  peer: async (mysql) => {
    const size = quick ? { seconds: 4, rounds: 1 } : { seconds: 10, rounds: 3 }
    if (mysql !== undefined) await benchPeer({ ...size, connections: 128, mysql }, report)
  },
  visits: (mysql) => benchVisits({ seconds: quick ? 4 : 10, customers: 20_000, mysql }, report),
  orders: (mysql) => benchOrders({ seconds: quick ? 4 : 10, customers: 20_000, mysql }, report),
  import: (mysql) => benchImport({ rows: quick ? 3_000 : 1_000_000, mysql }, report),
  worth: (mysql) => benchWorth({ customers: quick ? 20_000 : 2_000_000, mysql: quick ? undefined : mysql }, report),
  welcome: (mysql) =>
    benchWelcome({ rate: 100, seconds: quick ? 8 : 60, backlog: quick ? 10_000 : 100_000, mysql }, report),
  burst: (mysql) => benchBurst({ mysql }, report),
  neighbour: (mysql) => benchNeighbour({ rate: 100, seconds: quick ? 8 : 60, loops: 2, mysql }, report),
  commits: () => benchCommits({ seconds: quick ? 6 : 30 }, report),
  processes: async (mysql) => {
    if (mysql === undefined) return
    if (!(await benchProcesses({ adds: quick ? 150 : 600, mysql }, report))) process.exitCode = 1
  },
  sidebar: (mysql) =>
    benchSidebar({ customers: quick ? 50_000 : 500_000, requests: 2_000, rounds: quick ? 1 : 3, mysql }, report),
  beats: (mysql) => benchBeats({ panes: 1_000, seconds: quick ? 9 : 30, customers: 20_000, mysql }, report),
  scripts: () => benchScriptsSearch({ scripts: 5_000 }, report),
  tagging: (mysql) => benchTagging({ pairs: quick ? 12_000 : 100_000, mysql: quick ? undefined : mysql }, report),
  drift: async () => {
    const onProgress = (n: number): void => {
      if (n % 10_000 < 1_000) process.stdout.write(`  ${n} events\n`)
    }
    const isSame = await benchDrift({ events: quick ? 5_000 : 100_000, seed: 1, onProgress }, report)
    if (!isSame) process.exitCode = 1
  },
  memory: () => benchMemory({ first: quick ? 10_000 : 50_000, events: quick ? 100_000 : 1_000_000 }, report),
  sync: (mysql) => benchSync({ preset: quick ? 'S' : 'M', mysql }, report),
  audience: async (mysql) => {
    const size = quick ? { customers: 2_000, copies: 10, rounds: 1 } : { customers: 20_000, copies: 100, rounds: 5 }
    if (mysql !== undefined) await benchAudience({ ...size, mysql }, report)
  },
  plan: async (mysql) => {
    const size = Number(values.size ?? (quick ? 20_000 : 2_000_000))
    const customers = Math.min(20_000, size)
    if (mysql !== undefined) await benchPlan({ customers, copies: Math.round(size / customers), mysql }, report)
  },
  history: async (mysql) => {
    const size = quick
      ? { events: 200_000, actions: 24_000, waiting: 8_000, days: 60, rounds: 1 }
      : { events: 2_500_000, actions: 300_000, waiting: 100_000, days: 114, rounds: 3 }
    if (mysql !== undefined) await benchHistory({ ...size, mysql }, report)
  },
  year: async (mysql) => {
    const size = quick
      ? { customers: 2_000, copies: 10, requests: 1_000, rounds: 1, seconds: 6 }
      : { customers: 20_000, copies: 100, requests: 2_000, rounds: 3, seconds: 20 }
    if (mysql !== undefined) await benchYear({ ...size, isKept: values.keep, mysql }, report)
  },
  backtest: () => benchBacktest({ people: quick ? 100 : 1_250 }, report),
  journeys: (mysql) => benchJourneys({ customers: quick ? 10_000 : 100_000, mysql }, report),
}

const HELP = `npm run bench [-- --quick] [-- --size CUSTOMERS] [-- --keep] [-- --only ${Object.keys(PROGRAMS).join(',')}]
--size is for plan. --keep is for year: its database stays, and the next run with --keep measures what it finds. Each figure with its limit program beside it, from one run. MariaDB's figures want TEST_MYSQL_URL (default
mysql://root@127.0.0.1:3306); they are left out when it is empty or does not answer.
`

async function main(): Promise<number> {
  const wanted = values.only?.split(',') ?? Object.keys(PROGRAMS)
  const unknown = wanted.filter((name) => !Object.hasOwn(PROGRAMS, name))
  if (values.help === true || unknown.length > 0) {
    process.stdout.write(unknown.length === 0 ? HELP : `There is no ${unknown.join(', ')}.\n${HELP}`)
    return unknown.length === 0 ? 0 : 2
  }
  const mysql = await mysqlServer()
  // What the run leaves behind is looked for where it was.
  process.env.TEST_MYSQL_URL = mysql ?? ''
  const closeRun = openRun()
  try {
    for (const [name, run] of Object.entries(PROGRAMS)) if (wanted.includes(name)) await run(mysql)
  } finally {
    await closeRun()
  }
  return 0
}

process.exitCode = (await main()) || process.exitCode
