import { type ActDeps, createAct } from '../act.ts'
import { oneByOne } from '../step-result.ts'
import type { SpecOf, StepKind, TakeStep } from '../walker.ts'
import { type AppMessageStepDeps, createAppMessageStep } from './app-message-step.ts'
import { type ChooseStepDeps, createChooseStep } from './choose-step.ts'
import { createGrantStep, type GrantStepDeps } from './grant-step.ts'
import { createInviteStep, type InviteStepDeps } from './invite-step.ts'
import { createLeaveStep, type LeaveStepDeps } from './leave-step.ts'
import { createMessageStep, type MessageStepDeps } from './message-step.ts'
import { createRemarkStep, type RemarkStepDeps } from './remark-step.ts'
import { createSplitStep } from './split-step.ts'
import { createStartStep, type StartStepDeps } from './start-step.ts'
import { createTagStep, type TagStepDeps } from './tag-step.ts'
import { createTaskStep, type TaskStepDeps } from './task-step.ts'
import { createTierStep, type TierStepDeps } from './tier-step.ts'
import { createWaitStep, type WaitStepDeps } from './wait-step.ts'
import { createWebhookStep, type WebhookStepDeps } from './webhook-step.ts'
import { createWelcomeStep, type WelcomeStepDeps } from './welcome-step.ts'

export type StepDeps = ActDeps &
  WaitStepDeps &
  ChooseStepDeps &
  WelcomeStepDeps &
  RemarkStepDeps &
  TaskStepDeps &
  InviteStepDeps &
  TagStepDeps &
  MessageStepDeps &
  AppMessageStepDeps &
  TierStepDeps &
  WebhookStepDeps &
  GrantStepDeps &
  StartStepDeps &
  LeaveStepDeps

/** One for every key that the schema of a journey's steps has: one that is missing does not compile. */
export type StepVocabulary = { [Kind in StepKind]: TakeStep<SpecOf<Kind>> }

/** What each step of a journey does. */
export function createStepVocabulary(deps: StepDeps): StepVocabulary {
  const act = createAct(deps)
  const reachesPeople = true
  return {
    // Where to go next, and when.
    wait: createWaitStep(deps),
    choose: createChooseStep(deps),
    split: createSplitStep(deps),
    // What the customer sees or a guide is asked for.
    welcome: act(oneByOne(createWelcomeStep(deps))),
    message: act(oneByOne(createMessageStep(deps)), { reachesPeople }),
    invite: act(oneByOne(createInviteStep(deps)), { reachesPeople }),
    task: act(createTaskStep(deps), { reachesPeople }),
    appMessage: act(oneByOne(createAppMessageStep(deps)), { reachesPeople }),
    // What is known of the customer.
    tag: act(createTagStep(deps)),
    remark: act(oneByOne(createRemarkStep(deps))),
    tier: act(oneByOne(createTierStep(deps))),
    // Other journeys, other systems.
    start: act(oneByOne(createStartStep(deps)), { mayEndIt: true }),
    leave: act(oneByOne(createLeaveStep(deps))),
    webhook: act(oneByOne(createWebhookStep(deps))),
    // It reaches nobody: quiet hours are for phones that ring.
    grant: act(oneByOne(createGrantStep(deps))),
  }
}
