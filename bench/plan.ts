import { migrations } from '../migrations/index.ts'
import { facts } from '../server/capabilities/facts.ts'
import { VOCABULARY } from '../server/capabilities/vocabulary.ts'
import type { Among } from '../server/core/db/among.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import type { Tx } from '../server/core/db/tx.ts'
import { createSettableClock } from '../server/core/kernel/clock.ts'
import { DAY_MS, shanghaiText } from '../server/core/kernel/shanghai.ts'
import { dryRuns } from '../server/operations/mass-send/dry-run.ts'
import { likelySenders } from '../server/operations/mass-send/likely-senders.ts'
import { customerQueries } from '../server/records/customers/customer-queries.ts'
import { groupQueries } from '../server/records/groups/group-queries.ts'
import { groupSteps } from '../server/records/groups/group-steps.ts'
import { storedConsents } from '../server/records/privacy/consents.ts'
import { staffQueries } from '../server/records/staff/staff-queries.ts'
import { touches } from '../server/records/touches/touches.ts'
import type { RuleBook } from '../server/rules/book/rule-book.ts'
import { formatFault } from '../server/rules/files/rule-fault.ts'
import { loadRules } from '../server/rules/load-rules.ts'
import { ruleFolderOnDisk } from '../server/rules/testing/rule-folder-on-disk.ts'
import { insertRows } from '../server/testing/insert-rows.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { addTags } from './audience.ts'
import { multiply } from './multiply.ts'
import { populate } from './populate.ts'
import type { Report } from './report.ts'

export interface PlanOptions {
  /** Written one by one; each becomes this many. Of all together a guide for every 400, a group for every hundred. */
  customers: number
  copies: number
  mysql: string
}

const ALL = 2_000_000
const AIM_MS = 60_000
export const PER_GUIDE = 400
export const PER_GROUP = 100
const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** Three campaigns that overlap, two of whose steps go to customers and one into groups, a calendar, and two SOPs of groups, under one
 *  ceiling. */
async function bookOf(nowMs: number): Promise<RuleBook> {
  const date = shanghaiText(nowMs + 4 * DAY_MS).slice(0, 10)
  const campaign = (name: string, priority: number, audience: string) => `campaign: ${name}
date: "${date}"
audience: ${audience}
groups: { group.pool: 科普群 }
dropOut: { bought: true }
priority: ${priority}
steps:
  - { step: 预热, day: -1, at: "1${priority % 10}:00", send: { text: 明天开始 } }
  - { step: 群里, day: 0, at: "1${priority % 10}:10", groupSend: { text: 今天开始 } }
  - { step: 当天, day: 0, at: "1${priority % 10}:20", send: { text: 今天开始 } }
`
  const calendar = `calendar: 周历
pools: [科普群]
from: "2026-11-30"
days: [{ theme: 福利日, on: 周三, at: "16:00", weeks: [{ text: 半价 }] }]
`
  const groupSop = (name: string, from: string, filter: string) => `groupSop: ${name}
pools: [科普群]
from: ${from}
${filter}
steps:
  - { step: 规矩, day: 3, at: "10:00", send: { text: 群里的规矩 } }
  - { step: 晒单, day: 7, at: "20:00", send: { text: 晒一晒 } }
  - { step: 公告, day: 7, at: "09:30", duty: { title: 写好群公告, within: 3h } }
`
  const { folder, remove } = ruleFolderOnDisk({
    'campaigns/a.yaml': campaign('一', 80, '{ follow.active: true }'),
    'campaigns/b.yaml': campaign('二', 61, '{ follow.active: true, orders.paid.count: { gte: 1 } }'),
    'campaigns/c.yaml': campaign('三', 52, '{ follow.active: true, orders.paid.daysSinceLast: { gte: 30 } }'),
    'calendar/c.yaml': calendar,
    'group-sops/new.yaml': groupSop('新群', 'created', ''),
    'group-sops/joined.yaml': groupSop('新入池', 'pool', 'when: { group.members: { gte: 50 } }'),
    'policy.yaml': 'contactsPerCustomer: { most: 3, days: 7 }\ncontactsPerGroup: { most: 6, days: 7 }\n',
  })
  const { book, faults } = await loadRules(folder, VOCABULARY)
  remove()
  if (book === undefined) throw new Error(faults.map((fault) => formatFault(fault)).join('\n'))
  return book
}

/** How long it takes to say whom everything that is planned would reach and whom it leaves out, and how much memory. */
export async function benchPlan({ customers, copies, mysql }: PlanOptions, report: Report): Promise<void> {
  const database = await createTestDatabase(mysql)
  const db = createDb(database.url, migrations, { silenceMs: 60 * 60_000 })
  try {
    await db.migrate()
    print(`\nfilling mariadb with ${customers * copies} customers`)
    await addTags(db)
    await populate(db, {
      customers,
      guides: [],
      perGuide: PER_GUIDE / copies,
      without: ['customer_source', 'welcome', 'timeline'],
      print,
    })
    if (copies > 1) await multiply(db, copies, print)
    await addGroups(db, (customers * copies) / PER_GROUP, Date.now())
    await measurePlan(db, customers * copies, report)
  } finally {
    await db.close()
    await database.drop()
  }
}

/** Each of a guide of its own, all in the pool that is asked for, and as many made on each of the last thirty days. */
export const addGroups = (db: Db, many: number, nowMs: number): Promise<void> =>
  db.tx((tx) =>
    insertRows(
      tx,
      'chat_group',
      Array.from({ length: many }, (_, n) => ({
        ...{ chat_id: `wrPlan${n}`, name: `群 ${n}`, owner: `benchguide${n}`, pool: '科普群', member_count: 100 },
        ...{ created_at: nowMs - (n % 30) * DAY_MS, pool_since: nowMs - (n % 30) * DAY_MS },
        ...{ known_at: 1, detail_at: 1, listed_at: 1 },
      })),
    ),
  )

export async function measurePlan(db: Db, people: number, report: Report): Promise<void> {
  const nowMs = Date.now()
  const book = await bookOf(nowMs)
  const { policy, sends } = book
  const deps = {
    ...{ facts, touches, perCustomerPerMonth: undefined },
    ownersOf: customerQueries.ownersOf,
    likelySenders: (tx: Tx, among: Among) => likelySenders(tx, { customers: customerQueries, touches }, among),
    currentIdOf: staffQueries.currentIdOf,
    consents: storedConsents(createSettableClock(nowMs)),
    ceiling: () => policy.contactsPerCustomer,
    getsNone: () => false,
    sends: () => sends.values(),
    groups: {
      ...{ page: groupQueries.page, leftAmong: staffQueries.leftAmong, steps: groupSteps },
      ceiling: () => policy.contactsPerGroup,
      ...{ touches: touches.groups, perMonth: undefined },
    },
  }
  const own = [...sends.values()].filter(({ campaign, occasions }) => campaign !== undefined || occasions !== undefined)
  const startBytes = process.memoryUsage.rss()
  let mostBytes = startBytes
  const watch = setInterval(() => {
    mostBytes = Math.max(mostBytes, process.memoryUsage.rss())
  }, 100)
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  let [meant, left] = [0, 0]
  for (const [send, { total, excluded }] of await dryRuns(db, deps, own, nowMs)) {
    meant += total
    left += excluded.reduce((sum, { many }) => sum + many, 0)
    print(`  ${send.name}: ${total}`)
  }
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(watch)
  const foreseen = (ms / people) * ALL
  report.add('plan mariadb', {
    figure: `${(ms / 1_000).toFixed(1)} s`,
    limit: `${((AIM_MS / ALL) * people) / 1_000} s`,
    ratio: AIM_MS / foreseen,
    aim: '≤ 60 s for 2,000,000 customers',
    note: `${people} customers, ${own.length} sends, ${meant} reached, ${left} left out; in proportion ${(foreseen / 1_000).toFixed(0)} s for 2,000,000; ${((user + system) / 1e6).toFixed(1)} s of this process' CPU; memory +${Math.round((mostBytes - startBytes) / 2 ** 20)} MB`,
  })
}
