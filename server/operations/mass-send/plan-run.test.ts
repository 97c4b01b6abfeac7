import { afterEach, beforeEach, expect, test } from 'vitest'
import { idsAmong } from '../../core/db/among.ts'
import { pick, raw, sql } from '../../core/db/sql.ts'
import { createOutbox } from '../../engine/actions/outbox.ts'
import { createAlerts } from '../../records/alerts/alerts.ts'
import { groupSteps } from '../../records/groups/group-steps.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { openRun, type PlanDeps, planRun } from './plan-run.ts'
import { SEND_RUN } from './send-tables.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const send: Send = {
  name: '福利日',
  version: 'v1',
  file: 'sends/福利日.yaml',
  value: { send: '福利日', audience: {}, content: { text: '今天有福利' }, at: '2026-11-22 09:00' },
  audience: { kind: 'all', of: [] },
}

/** Customers c000001 …, all of one guide; the audience breaks off at `failAfter` pages. */
function deps(count: number, more: Partial<PlanDeps> & { failAfter?: number } = {}): PlanDeps {
  const all = Array.from({ length: count }, (_, i) => `c${String(i + 1).padStart(6, '0')}`)
  let pages = 0
  return {
    db: kit.db,
    clock: kit.clock,
    outbox: createOutbox({ clock: kit.clock, nudge: () => undefined }),
    facts: {
      audience: async (_tx, _condition, _nowMs, { limit, after }) => {
        pages += 1
        if (pages > (more.failAfter ?? Number.POSITIVE_INFINITY)) throw new Error('killed')
        return all.filter((id) => id > (after ?? '')).slice(0, limit)
      },
      of: async () => new Map(),
    },
    ownersOf: async (_tx, among) => new Map(idsAmong(among).map((id) => [id, 'linxia'])),
    likelySenders: async () => new Map(),
    friendCounts: async () => new Map(),
    currentIdOf: async (_tx, userId) => userId,
    perCustomerPerMonth: undefined,
    consents: { refusedAmong: async () => new Set<string>() },
    ceiling: () => undefined,
    touches: { countsSince: async () => new Map(), lastSince: async () => new Map() },
    quiet: () => undefined,
    getsNone: () => false,
    sends: () => [],
    groups: {
      page: async () => [],
      steps: groupSteps,
      leftAmong: async () => new Set<string>(),
      ceiling: () => undefined,
      touches: { countsSince: async () => new Map(), lastSince: async () => new Map() },
      perMonth: undefined,
    },
    alerts: createAlerts({ clock: kit.clock }),
    tasks: { confirms: async () => undefined },
    ...more,
  }
}

async function open(): Promise<number> {
  return kit.db.tx(async (tx) => {
    await openRun(tx, { send, scheduledAtMs: kit.clock.now(), missed: false }, kit.clock.now(), undefined)
    const run = await tx.row(sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN}`)
    return run?.id ?? 0
  })
}

const rows = <T extends object>(sql: string) => kit.db.tx((tx) => tx.rows(raw<T>(sql)))
const sizes = async () =>
  (await rows<{ size: number }>('SELECT size FROM send_batch ORDER BY chunk')).map((row) => row.size)

test('the same due time opens one run', async () => {
  await open()
  await open()
  expect(await rows('SELECT send_name FROM send_run')).toHaveLength(1)
})

test.each([false, true])('a time at which its calendar has nothing opens nothing (missed: %s)', async (missed) => {
  const occasions = { timing: 'calendar', contents: [{ text: '{本周安排}' }], nextAfter: () => undefined }
  const due = { send: { ...send, occasions }, scheduledAtMs: kit.clock.now(), missed }
  await kit.db.tx((tx) => openRun(tx, due, kit.clock.now(), undefined))
  expect(await rows('SELECT send_name FROM send_run')).toEqual([])
})

test('what a send into groups brings is not guessed from its people', async () => {
  const toGroups: Send = { ...send, name: '群', value: { ...send.value, to: 'groups' } }
  const nowMs = kit.clock.now()
  for (const one of [toGroups, send])
    await kit.db.tx((tx) => openRun(tx, { send: one, scheduledAtMs: nowMs, missed: false }, nowMs, undefined))
  const found = await rows<{ rule_json: string }>('SELECT rule_json FROM send_run ORDER BY id')
  expect(found.map(({ rule_json }) => 'learned' in (JSON.parse(rule_json) as object))).toEqual([false, true])
})

test('a guide with more customers than a task holds gets several', async () => {
  await planRun(deps(1_203, { mostPerTask: 600 }), await open())
  expect(await sizes()).toEqual([600, 600, 3])
  expect(await rows('SELECT batch_id, COUNT(*) AS n FROM send_recipient GROUP BY batch_id ORDER BY batch_id')).toEqual([
    { batch_id: 1, n: 600 },
    { batch_id: 2, n: 600 },
    { batch_id: 3, n: 3 },
  ])
  expect(await rows(`SELECT id FROM action WHERE kind = 'mass-send.create'`)).toHaveLength(3)
})

test('cut off while the audience is read: no task yet, and the next process goes on behind the last page', async () => {
  const runId = await open()
  await expect(planRun(deps(1_203, { failAfter: 2 }), runId)).rejects.toThrow('killed')
  expect(await rows('SELECT COUNT(*) AS n FROM send_recipient')).toEqual([{ n: 1_000 }])
  expect(await rows('SELECT id FROM action')).toEqual([])

  await planRun(deps(1_203), runId)
  expect(await rows('SELECT COUNT(*) AS n FROM send_recipient')).toEqual([{ n: 1_203 }])
  expect(await sizes()).toEqual([1_203])
})

test('planned twice at once, everybody is in it once', async () => {
  const runId = await open()
  await Promise.all([planRun(deps(1_203), runId), planRun(deps(1_203), runId)])
  expect(await sizes()).toEqual([1_203])
  expect(await rows('SELECT COUNT(*) AS n FROM send_recipient')).toEqual([{ n: 1_203 }])
  expect(await rows('SELECT id FROM action')).toHaveLength(1)
})

test('an empty audience ends the run at once', async () => {
  await planRun(deps(0), await open())
  expect(await rows('SELECT state FROM send_run')).toEqual([{ state: 'finished' }])
})
