import { assertNever } from '../../../core/kernel/assert-never.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import type { BoundStep } from '../../../rules/book/bound-step.ts'
import { quietUntil } from '../../../rules/book/quiet-until.ts'
import type { RuleBookHolder } from '../../../rules/book/rule-book.ts'
import { oneByOne, type PerformForAll } from './step-result.ts'
import { type AppMessageStepDeps, createAppMessageStep } from './steps/app-message-step.ts'
import { createInviteStep, type InviteStepDeps } from './steps/invite-step.ts'
import { createLeaveStep, type LeaveStepDeps } from './steps/leave-step.ts'
import { createMessageStep, type MessageStepDeps } from './steps/message-step.ts'
import { createRemarkStep, type RemarkStepDeps } from './steps/remark-step.ts'
import { createStartStep, type StartStepDeps } from './steps/start-step.ts'
import { createTagStep, type TagStepDeps } from './steps/tag-step.ts'
import { createTaskStep, type TaskStepDeps } from './steps/task-step.ts'
import { createTierStep, type TierStepDeps } from './steps/tier-step.ts'
import { createWebhookStep, type WebhookStepDeps } from './steps/webhook-step.ts'
import { createWelcomeStep, type WelcomeStepDeps } from './steps/welcome-step.ts'

export type PerformStepDeps = WelcomeStepDeps &
  RemarkStepDeps &
  TaskStepDeps &
  InviteStepDeps &
  TagStepDeps &
  MessageStepDeps &
  AppMessageStepDeps &
  TierStepDeps &
  WebhookStepDeps &
  StartStepDeps &
  LeaveStepDeps & { clock: Clock; rules: Pick<RuleBookHolder, 'current'> }

/** Steps that do something; the others only say where to go next. */
export type ActingStep = Exclude<BoundStep, { wait: unknown } | { choose: unknown } | { split: unknown }>

/** Somebody's phone rings. The welcome answers the customer's own step, and its code does not wait. */
const reachesPeople = (step: ActingStep): boolean =>
  'task' in step || 'message' in step || 'appMessage' in step || 'invite' in step

/** Carries out one step of any kind for all who stand at it; in quiet hours what reaches people waits for their end. */
export function createPerformStep(deps: PerformStepDeps): PerformForAll<ActingStep> {
  const { clock, rules } = deps
  const welcome = oneByOne(createWelcomeStep(deps))
  const remark = oneByOne(createRemarkStep(deps))
  const task = createTaskStep(deps)
  const invite = oneByOne(createInviteStep(deps))
  const tag = createTagStep(deps)
  const message = oneByOne(createMessageStep(deps))
  const appMessage = oneByOne(createAppMessageStep(deps))
  const tier = oneByOne(createTierStep(deps))
  const webhook = oneByOne(createWebhookStep(deps))
  const start = oneByOne(createStartStep(deps))
  const leave = oneByOne(createLeaveStep(deps))

  return async (tx, step, contexts) => {
    const quiet = [contexts[0]?.sop.value.quiet, rules.current().policy.quiet]
    const atMs = reachesPeople(step) ? quietUntil(clock.now(), quiet) : undefined
    if (atMs !== undefined) {
      return contexts.map(() => ({ kind: 'later', outcome: `免打扰时段，等到 ${shanghaiText(atMs)}`, atMs }))
    }
    if ('welcome' in step) return welcome(tx, step.welcome, contexts)
    if ('remark' in step) return remark(tx, step.remark, contexts)
    if ('task' in step) return task(tx, step.task, contexts)
    if ('invite' in step) return invite(tx, step.invite, contexts)
    if ('tag' in step) return tag(tx, step.tag, contexts)
    if ('message' in step) return message(tx, step.message, contexts)
    if ('appMessage' in step) return appMessage(tx, step.appMessage, contexts)
    if ('tier' in step) return tier(tx, step.tier, contexts)
    if ('webhook' in step) return webhook(tx, step.webhook, contexts)
    if ('start' in step) return start(tx, step.start, contexts)
    if ('leave' in step) return leave(tx, step.leave, contexts)
    return assertNever(step)
  }
}
