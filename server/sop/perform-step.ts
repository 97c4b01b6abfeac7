import { AppError } from '../kernel/app-error.ts'
import type { SopStep } from '../rules/schema/sop-rule.ts'
import { oneByOne, type PerformForAll } from './step-result.ts'
import { createInviteStep, type InviteStepDeps } from './steps/invite-step.ts'
import { createRemarkStep, type RemarkStepDeps } from './steps/remark-step.ts'
import { createTagStep, type TagStepDeps } from './steps/tag-step.ts'
import { createTaskStep, type TaskStepDeps } from './steps/task-step.ts'
import { createWelcomeStep, type WelcomeStepDeps } from './steps/welcome-step.ts'

export type PerformStepDeps = WelcomeStepDeps & RemarkStepDeps & TaskStepDeps & InviteStepDeps & TagStepDeps

/** Steps that do something; the others only say where to go next. */
export type ActingStep = Exclude<SopStep, { wait: unknown } | { choose: unknown } | { split: unknown }>

/** Carries out one step of any kind for all who stand at it. */
export function createPerformStep(deps: PerformStepDeps): PerformForAll<ActingStep> {
  const welcome = oneByOne(createWelcomeStep(deps))
  const remark = oneByOne(createRemarkStep(deps))
  const task = createTaskStep(deps)
  const invite = oneByOne(createInviteStep(deps))
  const tag = createTagStep(deps)

  return async (tx, step, contexts) => {
    if ('welcome' in step) return welcome(tx, step.welcome, contexts)
    if ('remark' in step) return remark(tx, step.remark, contexts)
    if ('task' in step) return task(tx, step.task, contexts)
    if ('invite' in step) return invite(tx, step.invite, contexts)
    if ('tag' in step) return tag(tx, step.tag, contexts)
    throw new AppError('sop.step-unknown', `no step of the kind ${Object.keys(step)[0] ?? ''}`)
  }
}
