import type { SopStep } from '../schema/sop-rule.ts'
import type { BoundStep } from './bound-step.ts'

/** The step lists inside a step, each with the keys under which it stands there; none inside most steps. */
export function branchesOf(step: BoundStep): { at: (string | number)[]; steps: BoundStep[] }[]
export function branchesOf(step: SopStep): { at: (string | number)[]; steps: SopStep[] }[]
export function branchesOf(step: SopStep): { at: (string | number)[]; steps: SopStep[] }[] {
  if ('choose' in step) {
    return step.choose.map((branch, index) =>
      'otherwise' in branch
        ? { at: ['choose', index, 'otherwise'], steps: branch.otherwise }
        : { at: ['choose', index, 'do'], steps: branch.do },
    )
  }
  if ('split' in step) {
    return step.split.arms.map((arm, index) => ({ at: ['split', 'arms', index, 'do'], steps: arm.do }))
  }
  return []
}

/** Every step of a list, those inside branches too, in the order in which they are written. */
export const everyStep = (steps: readonly SopStep[]): SopStep[] =>
  steps.flatMap((step) => [step, ...branchesOf(step).flatMap((branch) => everyStep(branch.steps))])
