import type { Db } from '../../core/db/db.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { Links } from '../../records/links/links.ts'
import { type AskConsent, storedConsents } from '../../records/privacy/consents.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { Touches } from '../../records/touches/touches.ts'
import { getsNoMarketing } from '../../rules/book/no-marketing.ts'
import type { RuleBookHolder, Send } from '../../rules/book/rule-book.ts'
import type { Credit } from '../credit/credit.ts'
import type { AwaitingDeps } from './approve-run.ts'
import type { AskedSend, AskSendDeps } from './ask-send.ts'
import { askSend } from './ask-send.ts'
import type { AudienceDeps } from './audience-deps.ts'
import { cancelAsked } from './cancel-run.ts'
import type { OwnCeiling } from './ceiling-of.ts'
import { onTheirWay, readLedger } from './contact-ceiling.ts'
import { type CreateTaskDeps, createTaskExecutor } from './create-task.ts'
import { createFindCreated } from './find-created.ts'
import { cancelExecutor, queueCancels } from './give-up.ts'
import { leaveOutOnRefusal } from './leave-out-refused.ts'
import { likelySenders } from './likely-senders.ts'
import { monthlyLimit } from './monthly-limit.ts'
import { planDue } from './plan-due.ts'
import { pollResults } from './poll-results.ts'
import { queueReminders, remindExecutor } from './remind.ts'
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
  customers: AskSendDeps['customers'] &
    Pick<Customers, 'mayBeLost'> & { queries: Pick<Customers['queries'], 'presentGuidesOf' | 'friendCounts'> }
  staff: { queries: { nameOf: CreateTaskDeps['guideName'] } & AskSendDeps['staff']['queries'] }
  media: Pick<CreateTaskDeps, 'attachments'>
  links: Pick<Links, 'urlForMany'>
  timeline: Pick<Timeline, 'noteAll'>
  privacy: AskConsent
  touches: { queries: Pick<Touches, 'countsSince' | 'lastSince' | 'lastOfGuides' | 'groups'> }
  alerts: AwaitingDeps['alerts']
  credit: Pick<Credit, 'contactedEarlier'>
  tasks: AwaitingDeps['tasks']
  groups: { queries: Pick<Groups['queries'], 'page'>; steps: Groups['steps'] }
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
    likelySenders: (tx, among) =>
      likelySenders(tx, { customers: deps.customers.queries, touches: deps.touches.queries }, among),
    currentIdOf: deps.staff.queries.currentIdOf,
    perCustomerPerMonth: deps.perCustomerPerMonth,
    consents: deps.privacy.consents,
    ceiling: () => rules.current().policy.contactsPerCustomer,
    touches: deps.touches.queries,
    getsNone: (id) => getsNoMarketing(rules.current().policy, id),
    sends: () => rules.current().sends.values(),
    groups: {
      page: deps.groups.queries.page,
      steps: deps.groups.steps,
      leftAmong: deps.staff.queries.leftAmong,
      ceiling: () => rules.current().policy.contactsPerGroup,
      touches: deps.touches.queries.groups,
      perMonth: deps.perGroupPerMonth,
    },
  }
  const quiet = (): string | undefined => rules.current().policy.quiet
  const { friendCounts } = deps.customers.queries
  const planDeps = { ...audience, friendCounts, db, clock, outbox, quiet, alerts: deps.alerts, tasks: deps.tasks }
  const { ceiling, touches } = audience
  const askDeps = { ...deps, ceiling, touches, quiet }
  const findCreated = createFindCreated({ db, clock, wecom })
  const perGroup = (nowMs: number): number => monthlyLimit(nowMs, deps.perGroupPerMonth)
  const pollDeps = { tasks: deps.tasks, mayBeLost: deps.customers.mayBeLost }
  const platformDeps = { db, clock, outbox, wecom }
  const unreadable = (send: Send, error: unknown): void =>
    log.warn({ send: send.name, file: send.file, err: describeError(error) }, 'time of a mass-send cannot be read')

  const jobs: Job[] = [
    {
      name: 'mass-send.plan',
      everyMs: 5 * SECOND_MS,
      dueAt: async (tx) =>
        (await firstDue(tx, SEND_RUN.planned_at, sql`${SEND_RUN.state} IN ('planning', 'later')`)) ??
        firstDue(tx, SEND_SCHEDULE.next_at),
      run: () => planDue({ ...planDeps, log, unreadable }, rules.current().sends),
    },
    {
      name: 'mass-send.poll',
      everyMs: 5 * SECOND_MS,
      dueAt: rowsDue(SEND_BATCH.poll_at, sql`${SEND_BATCH.state} IN ('created', 'unclear')`),
      run: () => pollResults({ ...pollDeps, db, clock, log, wecom, findCreated, perGroup }),
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
      createTaskExecutor({
        db,
        clock,
        wecom,
        findCreated,
        guideName,
        attachments: deps.media.attachments,
        // What others wrote a moment ago counts: nobody is asked once it has gone out.
        consents: storedConsents(clock),
        mayBeLost: deps.customers.mayBeLost,
        linkFor: deps.links.urlForMany,
      }),
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
    queries: {
      ...sendQueries,
      onTheirWay,
      /** How often this customer may be contacted; undefined: as often as one likes. */
      ceilingOf: async (tx: Tx, externalUserId: string): Promise<OwnCeiling | undefined> =>
        (await readLedger(tx, audience, { among: [externalUserId], nowMs: clock.now() }).ceilings())?.(externalUserId),
    },
  }
}

export type MassSend = ReturnType<typeof createMassSend>
