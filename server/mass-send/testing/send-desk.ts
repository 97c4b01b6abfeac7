import { hostname } from 'node:os'
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts'
import { createOutbox } from '../../actions/outbox.ts'
import { createRunner } from '../../actions/runner.ts'
import { customerQueries } from '../../customers/customer-queries.ts'
import { createDb } from '../../db/db.ts'
import type { SqlValue } from '../../db/tx.ts'
import { createFacts } from '../../facts/facts.ts'
import { createJobRunner } from '../../jobs/job-runner.ts'
import { createSettableClock, type SettableClock } from '../../kernel/clock.ts'
import { createLogger } from '../../kernel/logger.ts'
import type { RuleBook } from '../../rules/rule-book.ts'
import type { SendRule } from '../../rules/schema/rule-files.ts'
import { createTestDatabase } from '../../testing/test-database.ts'
import { createTimeline } from '../../timeline/timeline.ts'
import { createWecom } from '../../wecom/wecom.ts'
import { createMassSend } from '../mass-send.ts'

const isFriend = {
  path: 'follow.active',
  type: 'flag' as const,
  zh: '现在是好友',
  load: async () => new Map(),
  sql: () => ({
    text: 'EXISTS (SELECT 1 FROM follow f WHERE f.external_userid = c.external_userid AND f.active = 1)',
    params: [] as SqlValue[],
  }),
}

export interface SendDeskOptions {
  now?: string
  sends: SendRule[]
  databaseUrl?: string
  platform?: { sandbox: Sandbox; clock: SettableClock }
  mostPerTask?: number
  perCustomerPerMonth?: number
}

/** INTERIM until the composition has customers and rules. */
export async function openSendDesk(options: SendDeskOptions) {
  const clock = options.platform?.clock ?? createSettableClock(options.now ?? '2026-11-25T09:59:00+08:00')
  const sandbox = options.platform?.sandbox ?? createSandbox({ clock, retryDelaysMs: [5, 10] })
  if (options.platform === undefined) await sandbox.listen()
  const database = options.databaseUrl === undefined ? await createTestDatabase() : undefined
  const databaseUrl = options.databaseUrl ?? database?.url ?? ''
  const db = createDb(databaseUrl)
  await db.migrate()
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
  const outbox = createOutbox({ clock, nudge: () => runner.nudge() })
  const book = {
    sends: new Map(
      options.sends.map((value) => [
        value.send,
        {
          name: value.send,
          version: 'v1',
          file: `sends/${value.send}.yaml`,
          value,
          audience: { kind: 'test', path: 'follow.active', test: { eq: true } },
        },
      ]),
    ),
  } as unknown as RuleBook
  const media = new Set<string>()
  const massSend = createMassSend({
    db,
    clock,
    log,
    outbox,
    holder: { current: () => book, onChange: () => undefined },
    wecom,
    facts: createFacts({ lists: [[isFriend]], base: 'customer', known: [isFriend] }),
    customers: { queries: customerQueries },
    staff: { queries: { nameOf: async (_tx, id) => sandbox.world.staff.get(id)?.name } },
    media: {
      attachments: async (_tx, rules) => ({
        ready: rules.flatMap((rule) =>
          'image' in rule && media.has(rule.image)
            ? [{ msgtype: 'image' as const, image: { pic_url: `https://wework.qpic.cn/${rule.image}` } }]
            : [],
        ),
        missing: rules.flatMap((rule) => ('image' in rule && !media.has(rule.image) ? [rule.image] : [])),
      }),
    },
    timeline: createTimeline({ clock }),
    ...(options.mostPerTask === undefined ? {} : { mostPerTask: options.mostPerTask }),
    ...(options.perCustomerPerMonth === undefined ? {} : { perCustomerPerMonth: options.perCustomerPerMonth }),
  })
  const runner = createRunner({ db, clock, log, executors: massSend.executors, instance: hostname() })
  const jobs = createJobRunner({ db, clock, log, jobs: massSend.jobs })
  await runner.releaseLeases({ all: true })
  await jobs.prepare({ alone: true })

  async function settle(): Promise<void> {
    await runner.releaseLeases({ all: false })
    runner.nudge()
    await jobs.runDue()
    await runner.drained()
  }
  const rows = <T extends object>(sql: string, params: SqlValue[] = []) => db.tx((tx) => tx.rows<T>(sql, params))
  await settle()

  return {
    platform: { sandbox, clock },
    sandbox,
    clock,
    databaseUrl,
    settle,
    rows,
    db,
    massSend,
    media,
    advance: async (ms: number) => {
      clock.advance(ms)
      await settle()
    },
    befriend: async (userId: string, externalUserId: string) => {
      await sandbox.scan({ userId, externalUserId, name: externalUserId })
      await db.tx(async (tx) => {
        const now = clock.now()
        await tx.insertIgnore('customer', [{ external_userid: externalUserId, name: externalUserId, known_at: now }])
        await tx.upsert(
          'follow',
          [{ external_userid: externalUserId, userid: userId, active: 1, added_at: now, known_at: now }],
          ['external_userid', 'userid'],
        )
      })
    },
    timeline: async (externalUserId: string) =>
      (
        await rows<{ body: string }>(
          `SELECT body FROM timeline WHERE external_userid = ? AND kind LIKE 'mass-send%' ORDER BY at, id`,
          [externalUserId],
        )
      ).map((row) => row.body),
    outcomes: async () =>
      (
        await rows<{ external_userid: string; outcome: string }>(
          'SELECT external_userid, outcome FROM send_recipient ORDER BY run_id, external_userid',
        )
      ).map((row) => `${row.external_userid} ${row.outcome}`),
    close: async (keep: { database?: boolean } = {}) => {
      await jobs.stop()
      await runner.stop()
      await db.close()
      wecom.close()
      if (options.platform === undefined) await sandbox.close()
      if (keep.database !== true) await database?.drop()
    },
  }
}
