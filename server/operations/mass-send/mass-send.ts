import type { Db } from '../../core/db/db.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { Touches } from '../../records/touches/touches.ts'
import { getsNoMarketing } from '../../rules/book/no-marketing.ts'
import type { RuleBookHolder, Send } from '../../rules/book/rule-book.ts'
import type { Credit } from '../credit/credit.ts'
import { type AwaitingDeps, awaitingRuns, dropQuestion, endAwaiting } from './approve-run.ts'
import type { AskedSend, AskSendDeps } from './ask-send.ts'
import { askSend } from './ask-send.ts'
import type { AudienceDeps } from './audience-page.ts'
import { cancelAsked, cancelUnwanted } from './cancel-run.ts'
import { onTheirWay } from './contact-ceiling.ts'
import { type CreateTaskDeps, createTaskExecutor } from './create-task.ts'
import { createFindCreated } from './find-created.ts'
import { cancelExecutor, queueCancels } from './give-up.ts'
import { leaveOutOnRefusal } from './leave-out-refused.ts'
import { monthlyLimit } from './monthly-limit.ts'
import { openRun, planRun } from './plan-run.ts'
import { pollResults } from './poll-results.ts'
import { queueReminders, remindExecutor } from './remind.ts'
import { takeDue } from './schedule.ts'
import { sendQueries } from './send-queries.ts'
import { SEND_BATCH, SEND_GROUP, SEND_RECIPIENT, SEND_RUN, SEND_SCHEDULE } from './send-tables.ts'
import { tellGroups } from './tell-groups.ts'
import { type TellDeps, tellTimeline } from './tell-timeline.ts'

export interface MassSendDeps {
  db: Db
  clock: Clock
  log: Logger
  outbox: Outbox
  rules: Pick<RuleBookHolder, 'current'>
  wecom: Pick<Wecom, 'massSends'>
  facts: AudienceDeps['facts']
  customers: AskSendDeps['customers']
  staff: { queries: { nameOf: CreateTaskDeps['guideName'] } & AskSendDeps['staff']['queries'] }
  media: Pick<CreateTaskDeps, 'attachments'>
  timeline: Pick<Timeline, 'noteAll'>
  privacy: AskConsent
  touches: { queries: Pick<Touches, 'countsSince' | 'lastSince' | 'groups'> }
  alerts: AwaitingDeps['alerts']
  credit: Pick<Credit, 'contactedEarlier'>
  groups: { queries: Pick<Groups['queries'], 'page'> }
  /** How many corp mass messages a customer may get a month; default: the platform's, the days of the month. */
  perCustomerPerMonth?: number | undefined
  /** The same for a group. */
  perGroupPerMonth?: number | undefined
}

/** Scheduled sends (config/sends), to customers and into groups: planned when due, created as one 企业群发 per guide or
 *  group owner, confirmed by them in WeCom, polled to their end; the outcome of each customer is kept and told on the timeline,
 *  that of each group is kept and counted. */
export function createMassSend(deps: MassSendDeps) {
  const { db, clock, log, outbox, rules, wecom, timeline } = deps
  let onAsked: TellDeps['onAsked'] = () => Promise.resolve()
  const guideName = deps.staff.queries.nameOf
  const audience: AudienceDeps = {
    facts: deps.facts,
    ownersOf: deps.customers.queries.ownersOf,
    currentIdOf: deps.staff.queries.currentIdOf,
    perCustomerPerMonth: deps.perCustomerPerMonth,
    consents: deps.privacy.consents,
    ceiling: () => rules.current().policy.contactsPerCustomer,
    touches: deps.touches.queries,
    getsNone: (id) => getsNoMarketing(rules.current().policy, id),
    groups: {
      page: deps.groups.queries.page,
      leftAmong: deps.staff.queries.leftAmong,
      ceiling: () => rules.current().policy.contactsPerGroup,
      touches: deps.touches.queries.groups,
      perMonth: deps.perGroupPerMonth,
    },
  }
  const quiet = (): string | undefined => rules.current().policy.quiet
  const planDeps = { ...audience, db, clock, outbox, quiet, alerts: deps.alerts }
  const { ceiling, touches } = audience
  const askDeps = { ...deps, ceiling, touches, quiet }
  const findCreated = createFindCreated({ db, clock, wecom })
  const perGroup = (nowMs: number): number => monthlyLimit(nowMs, deps.perGroupPerMonth)
  const platformDeps = { db, clock, outbox, wecom }
  const unreadable = (send: Send, error: unknown): void =>
    log.warn({ send: send.name, file: send.file, err: describeError(error) }, 'time of a mass-send cannot be read')

  async function plan(): Promise<void> {
    const now = clock.now()
    await db.tx(async (tx) => {
      const sends = [...rules.current().sends.values()]
      const wanted = new Set(sends.filter(({ value }) => value.enabled !== false).map(({ name }) => name))
      for (const { id, name, chatType, waiting } of await cancelUnwanted(tx, wanted, now)) {
        await dropQuestion(tx, deps.alerts, id)
        log.warn({ runId: id, send: name, chatType, waiting }, 'mass-send cancelled: its file is gone or disabled')
      }
      for (const due of await takeDue(tx, sends, now, unreadable)) {
        await openRun(tx, due, now, quiet())
        if (due.missed) log.warn({ send: due.send.name, scheduledAtMs: due.scheduledAtMs }, 'mass-send missed its time')
      }
    })
    const open = await db.statement((tx) =>
      tx.rows(
        sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN} WHERE ${SEND_RUN.state} = 'planning' ORDER BY ${SEND_RUN.id}`,
      ),
    )
    for (const { id } of open) await planRun(planDeps, id)
    for (const id of await db.statement(awaitingRuns)) {
      const late = await db.tx((tx) => endAwaiting(tx, planDeps, id))
      if (late !== undefined)
        log.warn({ runId: id, send: late.send_name }, 'mass-send not sent: nobody approved it in time')
    }
  }

  const jobs: Job[] = [
    {
      name: 'mass-send.plan',
      everyMs: 5 * SECOND_MS,
      dueAt: async (tx) =>
        (await firstDue(tx, SEND_RUN.planned_at, sql`${SEND_RUN.state} = 'planning'`)) ??
        firstDue(tx, SEND_SCHEDULE.next_at),
      run: plan,
    },
    {
      name: 'mass-send.poll',
      everyMs: 5 * SECOND_MS,
      dueAt: rowsDue(SEND_BATCH.poll_at, sql`${SEND_BATCH.state} IN ('created', 'unclear')`),
      run: () => pollResults({ db, clock, log, wecom, findCreated, perGroup }),
    },
    {
      name: 'mass-send.remind',
      everyMs: MINUTE_MS,
      dueAt: rowsDue(SEND_BATCH.remind_at, sql`${SEND_BATCH.state} = 'created'`),
      run: () => queueReminders(platformDeps),
    },
    {
      name: 'mass-send.give-up',
      everyMs: 5 * SECOND_MS,
      dueAt: rowsDue(SEND_BATCH.give_up_at, sql`${SEND_BATCH.state} = 'created'`),
      run: () => queueCancels(platformDeps),
    },
    {
      name: 'mass-send.tell',
      everyMs: 2 * SECOND_MS,
      dueAt: rowsDue(SEND_RECIPIENT.outcome_at, sql`${SEND_RECIPIENT.note_due} = 1`),
      run: () =>
        tellTimeline({
          ...{ db, timeline, guideName },
          onAsked: (tx, outcomes) => onAsked(tx, outcomes),
          onContacts: deps.credit.contactedEarlier,
        }),
    },
    {
      name: 'mass-send.tell-groups',
      everyMs: 2 * SECOND_MS,
      dueAt: rowsDue(SEND_GROUP.outcome_at, sql`${SEND_GROUP.note_due} = 1`),
      run: () => tellGroups(db),
    },
  ]

  return {
    subscriptions: [leaveOutOnRefusal(clock)],
    jobs,
    executors: [
      createTaskExecutor({ db, clock, wecom, findCreated, guideName, attachments: deps.media.attachments }),
      remindExecutor(platformDeps),
      cancelExecutor(platformDeps),
    ],
    /** A message for named customers: joins what is sent, limited, reminded and polled like any other. Safe to repeat. */
    ask: (tx: Tx, asked: AskedSend): Promise<void> => askSend(tx, askDeps, asked),
    /** Takes back what was asked for under this key, as far as it has not been sent. Safe to repeat. */
    cancelAsked: (tx: Tx, askKey: string, why: string) => cancelAsked(tx, askKey, { nowMs: clock.now(), why }),
    /** Whoever asks for messages hears what becomes of them, in the transaction that notes it. */
    tellOutcomesTo: (listener: TellDeps['onAsked']): void => {
      onAsked = listener
    },
    queries: { ...sendQueries, onTheirWay },
  }
}

export type MassSend = ReturnType<typeof createMassSend>
