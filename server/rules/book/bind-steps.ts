import { AppError } from '../../core/kernel/app-error.ts'
import type { FactShape } from '../condition/fact.ts'
import { conditionOf, factPaths } from '../condition/parse-condition.ts'
import type { ConditionText } from '../schema/condition.ts'
import type { SopStep } from '../schema/sop-rule.ts'
import type { BoundCondition, BoundStep } from './bound-step.ts'
import { branchesOf } from './sop-branches.ts'

/** Parses what the branches of these steps ask against the facts that rules may ask for. Never throws. */
export function bindSteps(steps: readonly SopStep[], facts: readonly FactShape[]): BoundStep[] {
  const bound = (some: readonly SopStep[]): BoundStep[] => bindSteps(some, facts)
  return steps.map((step): BoundStep => {
    if ('choose' in step) {
      return {
        choose: step.choose.map((branch) =>
          'otherwise' in branch
            ? { otherwise: bound(branch.otherwise) }
            : { ...branch, condition: bindCondition(branch.when, facts), do: bound(branch.do) },
        ),
      }
    }
    if (!('split' in step)) return step
    const { arms, ...split } = step.split
    return { split: { ...split, arms: arms.map((arm) => ({ ...arm, do: bound(arm.do) })) } }
  })
}

/** Undefined is the condition of everybody. Never throws. */
export function bindCondition(written: ConditionText | undefined, facts: readonly FactShape[]): BoundCondition {
  try {
    return conditionOf(written, facts)
  } catch (error) {
    if (error instanceof AppError) return { kind: 'unreadable', error }
    throw error
  }
}

/** What the branches of these steps ask, those inside branches too, in the order in which they are written. */
export const conditionsIn = (steps: readonly BoundStep[]): BoundCondition[] =>
  steps.flatMap((step) => [
    ...('choose' in step ? step.choose.flatMap((branch) => ('when' in branch ? [branch.condition] : [])) : []),
    ...branchesOf(step).flatMap((branch) => conditionsIn(branch.steps)),
  ])

/** The facts that these conditions look at, each once; those of unreadable ones are left out. */
export const pathsIn = (conditions: readonly BoundCondition[]): string[] => [
  ...new Set(conditions.flatMap((one) => (one.kind === 'unreadable' ? [] : factPaths(one)))),
]
