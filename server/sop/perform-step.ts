import type { Customers } from '../customers/customers.ts'
import type { Tx } from '../db/tx.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Reason } from '../kernel/reason.ts'
import { MINUTE_MS, SECOND_MS } from '../kernel/shanghai.ts'
import type { Routing } from '../routing/routing.ts'
import type { RuleBookHolder } from '../rules/rule-book.ts'
import type { SopStep } from '../rules/schema/sop-rule.ts'
import type { Tags } from '../tags/tags.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { asksForCustomer, fillNames } from '../welcome/fill-names.ts'
import type { Welcome } from '../welcome/welcome.ts'
import type { WelcomeWanted } from '../welcome/welcome-wanted.ts'
import type { Entry } from './sop-entry.ts'
import { durationMs } from './wait-due.ts'

export interface PerformStepDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  welcome: Pick<Welcome, 'send'>
  tags: Pick<Tags, 'change'>
  customers: Pick<Customers, 'setRemark'> & { queries: Pick<Customers['queries'], 'nameOf'> }
  staff: { queries: { nameOf(tx: Tx, userId: string): Promise<string | undefined> } }
  routing: Pick<Routing, 'invite'>
  tasks: Pick<Tasks, 'open'>
}

export type ActingStep = Exclude<SopStep, { wait: unknown } | { choose: unknown }>

export interface StepContext {
  entry: Entry
  reason: Reason
  /** When this step was reached for the first time, UTC milliseconds. */
  reachedAtMs: number
}

/** `told`: somebody else has put it on the customer's timeline. */
export type StepResult =
  | { kind: 'done'; outcome: string; told: boolean }
  | { kind: 'later'; outcome: string; atMs: number }

/** A new customer's nickname comes seconds after the add; a remark with it waits that long, not for ever. */
const NAME_PATIENCE_MS = 5 * MINUTE_MS
const NAME_RETRY_MS = 10 * SECOND_MS

/** What is left of 「包裹-{客户昵称}」 without the nickname is 「包裹」. */
const LOOSE_ENDS = /^[\s\-_—·|/]+|[\s\-_—·|/]+$/g

const INVITED: Record<Awaited<ReturnType<Routing['invite']>>, string> = {
  invited: '已邀请',
  'already-open': '没有再邀请：已有一个未过期的邀请',
  'already-member': '没有邀请：已在群里',
  'not-eligible': '没有邀请：不符合入群条件',
  'no-room': '没有邀请：群已满',
}

/** Carries out one step in the caller's transaction. The keys make each step of each journey happen at most once. */
export function createPerformStep(deps: PerformStepDeps) {
  const { clock, rules, welcome, tags, customers, staff, routing, tasks } = deps

  async function sendWelcome(tx: Tx, name: string, { entry }: StepContext): Promise<StepResult> {
    const { event } = entry
    if (event?.kind !== 'customer.added') return done(`没有发欢迎语「${name}」：只在刚添加好友时可发`, false)
    // The engine stores this event as it was told, so its payload has the shape of `customer.added`.
    const added = event.payload as Pick<WelcomeWanted, 'channel' | 'welcomeCode' | 'addedAtMs'> & { found?: boolean }
    const begun = await welcome.send(tx, {
      externalUserId: entry.externalUserId,
      userId: entry.userId,
      channel: added.channel,
      welcomeCode: added.welcomeCode,
      isFound: added.found === true,
      addedAtMs: added.addedAtMs,
      codeAtMs: added.addedAtMs,
      receivedAtMs: event.receivedAtMs,
      eventId: event.id,
      welcome: name,
    })
    if (begun === 'queued') return done(`发欢迎语「${name}」`, true)
    return done(`没有发欢迎语「${name}」${begun === 'already' ? '：已有一条' : ''}`, true)
  }

  async function setRemark(tx: Tx, template: string, { entry, reason, reachedAtMs }: StepContext): Promise<StepResult> {
    const { externalUserId, userId } = entry
    const customer = await customers.queries.nameOf(tx, externalUserId)
    const now = clock.now()
    if (customer === undefined && asksForCustomer(template) && now - reachedAtMs < NAME_PATIENCE_MS) {
      return { kind: 'later', outcome: '等客户昵称', atMs: now + NAME_RETRY_MS }
    }
    const guide = await staff.queries.nameOf(tx, userId)
    const remark = fillNames(template, { customer, guide }).replace(LOOSE_ENDS, '')
    if (remark === '') return done('没有改备注：不知道客户昵称', false)
    await customers.setRemark(tx, { externalUserId, userId, remark, reason, key: keyOf(entry) })
    return done(`改备注「${remark}」`, true)
  }

  async function openTask(
    tx: Tx,
    task: Extract<ActingStep, { task: unknown }>['task'],
    { entry, reason }: StepContext,
  ): Promise<StepResult> {
    const script = task.script === undefined ? undefined : rules.current().scripts.get(task.script)
    const title = task.title ?? (script === undefined ? '联系这位客户' : `用话术「${script.value.title}」联系客户`)
    await tasks.open(tx, {
      key: keyOf(entry),
      externalUserId: entry.externalUserId,
      userId: entry.userId,
      kind: 'sop',
      title,
      scriptId: task.script,
      dueAtMs: task.due === undefined ? undefined : clock.now() + durationMs(task.due),
      reason,
    })
    return done(`给导购待办「${title}」`, true)
  }

  return async (tx: Tx, step: ActingStep, context: StepContext): Promise<StepResult> => {
    const { entry, reason } = context
    const { externalUserId, userId } = entry
    const common = { externalUserId, userId, reason, key: keyOf(entry) }
    if ('welcome' in step) return sendWelcome(tx, step.welcome, context)
    if ('remark' in step) return setRemark(tx, step.remark, context)
    if ('task' in step) return openTask(tx, step.task, context)
    if ('invite' in step) {
      const outcome = await routing.invite(tx, { ...common, pool: step.invite })
      return done(`${step.invite}：${INVITED[outcome]}`, outcome === 'invited')
    }
    const { add = [], remove = [] } = step.tag
    await tags.change(tx, { ...common, add, remove, by: 'rule' })
    const words = [...add.map((tag) => `加 ${tag}`), ...remove.map((tag) => `去 ${tag}`)]
    return done(`标签：${words.join('、')}`, true)
  }
}

/** Once per step of a journey. */
export const keyOf = (entry: Pick<Entry, 'id' | 'position'>): string => `sop:${entry.id}:${entry.position}`

const done = (outcome: string, told: boolean): StepResult => ({ kind: 'done', outcome, told })
