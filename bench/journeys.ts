import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { migrations } from '../migrations/index.ts'
import { createSandbox } from '../sandbox/sandbox.ts'
import { VOCABULARY } from '../server/capabilities/vocabulary.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { raw } from '../server/core/db/sql.ts'
import { systemClock } from '../server/core/kernel/clock.ts'
import { loadRules } from '../server/rules/load-rules.ts'
import { huoshuiEnv, type Started, startProgram, untilReady } from '../server/testing/start-program.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { residentMb } from './cpu-time.ts'
import { fillCustomers, fillWaiting } from './journeys-fill.ts'
import { limitJourneys } from './limit-journeys.ts'
import type { Report } from './report.ts'
import { until } from './waiting.ts'

const RULES = {
  'tags.yaml': 'tags:\n  - { group: 压测, names: [付过款, 没付款] }\n',
  'sop/fire.yaml': `
sop: fire
name: 压测
trigger: { daily: "03:59" }
when: { orders.paid.count: { gte: 999 } }
steps:
  - wait: 1d
  - choose:
      - when: { orders.paid.count: { gte: 1 } }
        do: [ { tag: { add: [压测/付过款] } } ]
      - otherwise: [ { tag: { add: [压测/没付款] } } ]
  - task: { for: guide, title: 问候, due: 24h }
  - wait: 30d
`,
}
/** Two steps of the three that follow the wait act, one chooses. */
const STEPS_EACH = 3

/** Everybody's wait is over at the same instant: how long until all stand at their next one, with one server on SQLite and
 *  two on MariaDB; and what a waiting customer costs in the server's memory. */
export async function benchJourneys(
  { customers, mysql }: { customers: number; mysql: string | undefined },
  report: Report,
): Promise<void> {
  for (const server of mysql === undefined ? [undefined] : [undefined, mysql]) {
    const processes = server === undefined ? 1 : 2
    const ours = await fire({ customers, server, processes })
    const limit = await limitJourneys({ customers, server, workers: processes })
    report.add(`journeys ${server === undefined ? 'sqlite' : 'mariadb'}`, {
      figure: `${customers} due at one instant: all moved on after ${ours.seconds.toFixed(1)} s, ${Math.round((customers * STEPS_EACH) / ours.seconds)} steps/s, ${processes} process${processes > 1 ? 'es' : ''}`,
      limit: `${limit.seconds.toFixed(1)} s, the same rows without rules or facts`,
      ratio: limit.seconds / ours.seconds,
      aim: '≤ 60 s for 100,000, none twice',
      note: `${ours.tasks} to-dos, ${ours.tags} tag changes and ${ours.moved} entries at the next wait, ${ours.wrong} wrong; memory ${ours.emptyMb} MB before they waited, ${ours.waitingMb} MB while they did: ${Math.max(0, ((ours.waitingMb - ours.emptyMb) * 1_048_576) / customers).toFixed(0)} bytes for each`,
    })
  }
}

interface Fired {
  seconds: number
  tasks: number
  tags: number
  moved: number
  wrong: number
  emptyMb: number
  waitingMb: number
}

async function fire(options: { customers: number; server: string | undefined; processes: number }): Promise<Fired> {
  const { customers, processes } = options
  const sandbox = createSandbox({ clock: systemClock, keepCalls: 10 })
  await sandbox.listen()
  const database = await createTestDatabase(options.server ?? '')
  const configDir = mkdtempSync(join(tmpdir(), 'huoshui-bench-'))
  for (const [path, text] of Object.entries(RULES)) {
    mkdirSync(join(configDir, path, '..'), { recursive: true })
    writeFileSync(join(configDir, path), text)
  }
  const version = (await loadRules(configDir, VOCABULARY)).book?.sops.get('fire')?.version
  if (version === undefined) throw new Error('the rules of this figure are wrong')
  const db = createDb(database.url, migrations)
  const running: Started[] = []
  try {
    for (let n = 0; n < processes; n++) {
      const started = await startProgram('server/main.ts', { env: huoshuiEnv(sandbox.url, database.url, configDir) })
      running.push(started)
      await untilReady(started.url)
    }
    await until('the first sync is over', 60_000, async () => (await count(db, `sync_run WHERE state = 'done'`)) > 0)
    await fillCustomers(db, customers, Date.now())
    await pause(3_000)
    const emptyMb = memoryOf(running)
    // Far enough ahead to be filled before it comes.
    const dueAtMs = Date.now() + Math.max(10_000, customers / 5)
    await fillWaiting(db, { sop: 'fire', version, count: customers, dueAtMs })
    await pause(Math.max(0, dueAtMs - Date.now() - 500))
    const waitingMb = memoryOf(running)
    const open = `sop_entry WHERE state = 'active' AND due_at <= ${dueAtMs}`
    await until('everybody has moved on', 600_000, async () => (await count(db, open)) === 0)
    const seconds = (Date.now() - dueAtMs) / 1_000
    return { seconds, emptyMb, waitingMb, ...(await judged(db, customers)) }
  } finally {
    for (const server of running) await server.kill()
    await sandbox.close()
    await db.close()
    await database.drop()
    rmSync(configDir, { recursive: true, force: true })
  }
}

/** Each customer has one to-do, one tag change, the right branch and the next wait; `wrong` counts the others. */
async function judged(db: Db, customers: number) {
  const tasks = await count(db, 'guide_task')
  const tags = await count(db, `action WHERE kind = 'tag.mark'`)
  const moved = await count(db, `sop_entry WHERE state = 'active' AND position = '3'`)
  const paid = await count(db, `sop_step WHERE position = '1.0.0'`)
  const unpaid = await count(db, `sop_step WHERE position = '1.1.0'`)
  const wantedPaid = Math.ceil(customers / 3)
  const wrong = [tasks, tags, moved].reduce((sum, n) => sum + Math.abs(n - customers), 0)
  return { tasks, tags, moved, wrong: wrong + Math.abs(paid - wantedPaid) + Math.abs(paid + unpaid - customers) }
}

const memoryOf = (servers: Started[]): number => Math.max(...servers.map((server) => residentMb(server.pid)))

const count = async (db: Db, what: string): Promise<number> =>
  Number((await db.tx((tx) => tx.row(raw<{ n: number }>(`SELECT COUNT(*) AS n FROM ${what}`))))?.n ?? 0)
