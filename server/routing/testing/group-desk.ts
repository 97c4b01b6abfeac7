import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { createSandbox } from '../../../sandbox/sandbox.ts'
import { createOutbox } from '../../actions/outbox.ts'
import { createRunner } from '../../actions/runner.ts'
import { buildApp } from '../../app.ts'
import { channelQueries } from '../../channels/channel-queries.ts'
import { createCustomers } from '../../customers/customers.ts'
import { createPhoneHash } from '../../customers/phone-hash.ts'
import { createDb } from '../../db/db.ts'
import type { SqlValue } from '../../db/tx.ts'
import { createFacts } from '../../facts/facts.ts'
import { createGroups } from '../../groups/groups.ts'
import { createAccept } from '../../inbox/accept.ts'
import { callbackRoute } from '../../inbox/callback-route.ts'
import { createDispatcher } from '../../inbox/dispatcher.ts'
import { createEmit } from '../../inbox/emit.ts'
import { createJobRunner } from '../../jobs/job-runner.ts'
import { createSettableClock } from '../../kernel/clock.ts'
import { createLogger } from '../../kernel/logger.ts'
import { OrderPaid, OrderRefunded } from '../../orders/order-events.ts'
import type { Fact } from '../../rules/fact.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { createStaff } from '../../staff/staff.ts'
import { createTasks } from '../../tasks/tasks.ts'
import { createTestDatabase } from '../../testing/test-database.ts'
import { createTimeline } from '../../timeline/timeline.ts'
import { createCallbackEnvelope } from '../../wecom/callback-envelope.ts'
import { createWecom } from '../../wecom/wecom.ts'
import { createRouting } from '../routing.ts'

/** Groups, tasks and routing alone before the real sandbox; orders are told by hand. */
export async function openGroupDesk(options: { now?: string; config?: Record<string, string> } = {}) {
  const clock = createSettableClock(options.now ?? '2026-11-22T09:00:00+08:00')
  const sandbox = createSandbox({ clock, retryDelaysMs: [5, 10] })
  await sandbox.listen()
  const database = await createTestDatabase()
  const db = createDb(database.url)
  await db.migrate()
  const configDir = mkdtempSync(join(tmpdir(), 'huoshui-config-'))
  for (const [path, text] of Object.entries(options.config ?? {})) {
    mkdirSync(dirname(join(configDir, path)), { recursive: true })
    writeFileSync(join(configDir, path), text)
  }
  const loaded = await loadRules(configDir)
  const { book } = loaded
  if (book === undefined) throw new Error(JSON.stringify(loaded.faults))
  const rules = { current: () => book, onChange: () => undefined }

  const log = createLogger({ level: process.env.TEST_LOG ?? 'silent' })
  const c = sandbox.credentials
  const wecom = createWecom({
    apiBase: sandbox.url,
    oauthBase: sandbox.url,
    corpId: c.corpId,
    agentId: c.agentId,
    secret: c.secret,
    clock,
  })
  const emit = createEmit({ clock, nudge: () => dispatcher.nudge() })
  const outbox = createOutbox({ clock, nudge: () => runner.nudge() })
  const accept = createAccept({ db, clock, isHandled: () => true, nudge: () => dispatcher.nudge() })
  const timeline = createTimeline({ clock })
  const staff = createStaff({ db, wecom, clock, outbox, emit })
  const customers = createCustomers({
    wecom,
    clock,
    outbox,
    emit,
    timeline,
    staff,
    tags: { recordSeen: async () => [] },
    channels: { queries: channelQueries },
    phoneHash: createPhoneHash('a secret of sixteen characters'),
  })
  const tasks = createTasks({ db, clock, outbox, wecom, timeline, customers, staff })
  const groups = createGroups({ db, clock, log, outbox, emit, rules, timeline, staff, wecom })
  const orders = new Map<string, { externalUserId: string; fen: number }>()
  const of = (id: string) => [...orders.values()].filter((order) => order.externalUserId === id)
  const orderFact = (path: string, type: 'number' | 'money', value: (id: string) => number): Fact => ({
    path,
    type,
    zh: path,
    load: async (_tx, ids) => new Map(ids.map((id) => [id, value(id)])),
    sql: () => ({ text: '0', params: [] }),
  })
  const list = [
    ...groups.facts,
    orderFact('orders.paid.count', 'number', (id) => of(id).length),
    orderFact('orders.paid.sum', 'money', (id) => of(id).reduce((sum, order) => sum + order.fen, 0)),
  ]
  const facts = createFacts({ lists: [list], base: 'customer', known: list })
  const routing = createRouting({ db, clock, rules, facts, groups, customers, tasks, timeline })

  const parts = [staff, customers, groups, routing, tasks]
  const subscriptions = parts.flatMap((part) => part.subscriptions)
  const executors = [staff, customers, groups, tasks].flatMap((part) => part.executors)
  const dispatcher = createDispatcher({ db, clock, log, subscriptions })
  const runner = createRunner({ db, clock, log, executors, instance: 'test' })
  const jobs = createJobRunner({ db, clock, log, jobs: [...groups.jobs, ...routing.jobs] })
  await jobs.prepare({ alone: true })
  const app = buildApp({ log, routes: [], proxyHops: 0 })
  const envelope = createCallbackEnvelope({ corpId: c.corpId, token: c.callbackToken, aesKey: c.aesKey, clock })
  callbackRoute({ envelope, accept, clock, windowSec: 600, isReady: () => true })(app)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  sandbox.connect(url)

  /** MySQL's SKIP LOCKED may pass over a row that another claim is just looking at; the beat of the real server comes
   *  back to it, so this asks the tables. */
  async function isSomethingDue(): Promise<boolean> {
    const now = clock.now()
    const due = await db.tx((tx) =>
      tx.row(
        `SELECT 1 AS found FROM action WHERE state = 'running' OR (state = 'waiting' AND due_at <= ?)
         UNION ALL SELECT 1 AS found FROM inbound_event WHERE state = 'new' AND due_at <= ?`,
        [now, now],
      ),
    )
    return due !== undefined
  }
  async function drained(): Promise<void> {
    await sandbox.settle()
    do {
      await dispatcher.drained()
      await runner.drained()
    } while (dispatcher.busy() || !accept.idle() || (await isSomethingDue()))
  }
  async function settle(): Promise<void> {
    await drained()
    await runner.releaseLeases({ all: false })
    await jobs.runDue()
    await drained()
  }
  await settle()

  return {
    url,
    sandbox,
    clock,
    db,
    groups,
    tasks,
    routing,
    facts,
    settle,
    drained,
    advance: async (ms: number) => {
      clock.advance(ms)
      await settle()
    },
    rows: <T extends object>(sql: string, params: SqlValue[] = []) => db.tx((tx) => tx.rows<T>(sql, params)),
    pay: async (externalUserId: string, orderId: string, fen: number) => {
      const first = of(externalUserId).length === 0
      orders.set(orderId, { externalUserId, fen })
      const payload = { orderId, externalUserId, totalFen: fen, first, atMs: clock.now() }
      await db.tx((tx) => emit(tx, OrderPaid, { key: orderId, payload }))
      await settle()
    },
    refund: async (orderId: string) => {
      const order = orders.get(orderId)
      orders.delete(orderId)
      const payload = {
        orderId,
        externalUserId: order?.externalUserId ?? '',
        totalFen: order?.fen ?? 0,
        first: false,
        atMs: clock.now(),
      }
      await db.tx((tx) => emit(tx, OrderRefunded, { key: orderId, payload }))
      await settle()
    },
    close: async () => {
      await app.close()
      await dispatcher.stop()
      await jobs.stop()
      await runner.stop()
      await db.close()
      await sandbox.close()
      await database.drop()
      rmSync(configDir, { recursive: true, force: true })
    },
  }
}
export type GroupDesk = Awaited<ReturnType<typeof openGroupDesk>>
