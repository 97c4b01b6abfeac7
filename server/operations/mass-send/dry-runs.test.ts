import { afterAll, beforeAll, expect, it } from 'vitest'
import { facts } from '../../capabilities/facts.ts'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { groupQueries } from '../../records/groups/group-queries.ts'
import { groupSteps } from '../../records/groups/group-steps.ts'
import { storedConsents } from '../../records/privacy/consents.ts'
import { staffQueries } from '../../records/staff/staff-queries.ts'
import { touches } from '../../records/touches/touches.ts'
import { formatFault } from '../../rules/files/rule-fault.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { ruleFolderOnDisk } from '../../rules/testing/rule-folder-on-disk.ts'
import { insertRows } from '../../testing/insert-rows.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { type DryRun, type DryRunDeps, dryRuns } from './dry-run.ts'
import { likelySenders } from './likely-senders.ts'

/** More than a page of one way through all, and no friend of anybody among the first. */
const CUSTOMERS = 4_100
const campaign = (name: string, priority: number, at: string, more: string) => `campaign: ${name}
date: "2026-11-25"
${more}
dropOut: { bought: true }
priority: ${priority}
steps:
  - { step: 预热, day: -1, at: "${at}", send: { text: 明天 } }
  - { step: 当天, day: 0, at: "${at}", send: { text: 今天 } }
`

let kit: TestKit
let deps: DryRunDeps
beforeAll(async () => {
  kit = await createTestKit('2026-11-23T09:00:00+08:00')
  const nowMs = kit.clock.now()
  const { folder, remove } = ruleFolderOnDisk({
    'campaigns/a.yaml': campaign('一', 80, '10:00', 'audience: { follow.active: true }'),
    'campaigns/b.yaml': campaign(
      '二',
      61,
      '11:00',
      'audience: { orders.paid.count: { gte: 1 } }\nholdOut: { percent: 10, days: 7 }',
    ),
    'policy.yaml': 'contactsPerCustomer: { most: 3, days: 7, apart: 2h }\n',
  })
  const { book, faults } = await loadRules(folder, VOCABULARY)
  remove()
  if (book === undefined) throw new Error(faults.map((one) => formatFault(one)).join('\n'))
  const all = Array.from({ length: CUSTOMERS }, (_, n) => ({ n, id: `wm${String(n).padStart(5, '0')}` }))
  const each = (every: number, rest = 0) => all.filter(({ n }) => n % every === rest)
  await kit.db.tx(async (tx) => {
    const guides = ['g0', 'g1', 'g2', 'gone']
    await insertRows(
      tx,
      'staff',
      guides.map((userid) => ({ userid, state: userid === 'gone' ? 'left' : 'active', is_guide: 1, known_at: 1 })),
    )
    await insertRows(
      tx,
      'customer',
      all.map(({ id }) => ({ external_userid: id, known_at: 1 })),
    )
    const follow = (id: string, userid: string, active: number, added_at: number) => ({
      ...{ external_userid: id, userid, active, announced: 1, added_at, last_add_at: added_at, known_at: 1 },
    })
    // Who has a second one is served by that one; the first ten are nobody's friends.
    await insertRows(tx, 'follow', [
      ...all.map(({ id, n }) => follow(id, guides[(n + 1) % 4] ?? '', n < 10 ? 0 : 1, 1_000)),
      ...each(9).map(({ id, n }) => follow(id, 'second', n < 10 ? 0 : 1, 2_000)),
    ])
    const order = (id: string, paid_at: number, nth: number) => ({
      ...{ order_id: `o${id}${nth}`, source: '店', external_userid: id, status: 'paid', total_fen: 100 },
      ...{ created_at: paid_at, paid_at, has_items: 0 },
    })
    await insertRows(tx, 'shop_order', [
      ...each(3).map(({ id }) => order(id, nowMs - 40 * DAY_MS, 0)),
      ...each(30).map(({ id }) => order(id, Date.parse('2026-11-24T12:00:00+08:00'), 1)),
    ])
    const touch = (id: string, at: number, nth: number) => ({
      ...{ source_key: `t${id}${nth}`, external_userid: id, userid: 'g1', kind: 'send', at },
    })
    await insertRows(tx, 'touch', [
      ...each(5).flatMap(({ id }) => [1, 2].map((nth) => touch(id, nowMs - nth * DAY_MS, nth))),
      ...each(7).map(({ id }) => touch(id, nowMs - 3 * DAY_MS, 3)),
      ...each(11).map(({ id }) => touch(id, nowMs - 1_000, 4)),
    ])
    await insertRows(
      tx,
      'send_recipient',
      [
        ...each(13).map(({ id }) => ({ run_id: 999, external_userid: id, outcome: 'planned', note_due: 0 })),
        ...each(17).flatMap(({ id }) =>
          Array.from({ length: 30 }, (_, n) => ({ run_id: n, external_userid: id, outcome: 'sent', note_due: 0 })),
        ),
      ].map((row) => ({ ...row, outcome_at: row.outcome === 'sent' ? nowMs - DAY_MS : null })),
    )
    await insertRows(
      tx,
      'consent',
      each(19).map(({ id }) => ({
        ...{ external_userid: id, kind: 'marketing', scope: '', state: 'refused', source: 'guide', at: 1 },
      })),
    )
  })
  deps = {
    ...{ facts, touches, perCustomerPerMonth: undefined },
    ownersOf: customerQueries.ownersOf,
    likelySenders: (tx, among) => likelySenders(tx, { customers: customerQueries, touches }, among),
    currentIdOf: staffQueries.currentIdOf,
    consents: storedConsents(kit.clock),
    ceiling: () => book.policy.contactsPerCustomer,
    getsNone: (id) => id.endsWith('7'),
    sends: () => book.sends.values(),
    groups: {
      ...{ page: groupQueries.page, leftAmong: staffQueries.leftAmong, steps: groupSteps },
      ...{ ceiling: () => undefined, touches: touches.groups, perMonth: undefined },
    },
  }
})
afterAll(() => kit.close())

const sorted = ({ guides, excluded, total }: DryRun) => ({
  total,
  guides: [...guides].sort((a, b) => (a.userId < b.userId ? -1 : 1)),
  excluded: [...excluded].sort((a, b) => (a.zh < b.zh ? -1 : 1)),
})

it('many sends decided on one way through all customers reach and leave out whom each does alone', async () => {
  const sends = [...deps.sends()].filter(({ campaign: part }) => part !== undefined)
  expect(sends.map(({ name }) => name).sort()).toEqual(['一·当天', '一·预热', '二·当天', '二·预热'])
  const nowMs = kit.clock.now()
  const together = await dryRuns(kit.db, deps, sends, nowMs)
  const kinds = new Set<string>()
  for (const send of sends) {
    const one = await dryRuns(kit.db, deps, [send], nowMs)
    const [alone, among] = [one.get(send), together.get(send)]
    if (alone === undefined || among === undefined) throw new Error('not planned')
    expect({ name: send.name, ...sorted(among) }).toEqual({ name: send.name, ...sorted(alone) })
    expect(among.total).toBeGreaterThan(100)
    for (const { kind } of among.excluded) kinds.add(kind)
  }
  // What is told apart here was there to be told apart.
  expect([...kinds].sort()).toEqual([
    ...['dropped-out', 'held-out', 'kept-for-another', 'no-consent'],
    ...['no-guide', 'no-marketing', 'over-ceiling', 'over-limit'],
  ])
})

it('asks of a page of four thousand what it asks of one, and of four sends hardly more than of two', async () => {
  const sends = [...deps.sends()].filter(({ campaign: part }) => part !== undefined)
  let asked = 0
  kit.db.watch(() => {
    asked += 1
  })
  await dryRuns(kit.db, deps, sends, kit.clock.now())
  // Three looks for the next customers, two pages with something in them, of each some twelve readings, and the beginning, in
  // which steps of a campaign that draws ask by which name it drew.
  expect(asked).toBeLessThan(76)
})
