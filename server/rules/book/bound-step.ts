import type { AppError } from '../../core/kernel/app-error.ts'
import type { Condition, ConditionText } from '../schema/condition.ts'
import type { SopArm, SopSplit, SopStep } from '../schema/sop-rule.ts'

/** A condition of a stored version that asks for a fact which a later release no longer knows. Whoever comes to it throws
 *  the error; everybody else in that version walks on. */
export interface Unreadable {
  kind: 'unreadable'
  /** rules.condition-invalid */
  error: AppError
}
export type BoundCondition = Condition | Unreadable

/** Steps as they are written, with the conditions of their branches understood. */
export type BoundStep =
  | Exclude<SopStep, { choose: unknown } | { split: unknown }>
  | { choose: BoundBranch[] }
  | { split: Omit<SopSplit, 'arms'> & { arms: BoundArm[] } }
export type BoundBranch =
  | { when: ConditionText; condition: BoundCondition; do: BoundStep[] }
  | { otherwise: BoundStep[] }
export type BoundArm = Omit<SopArm, 'do'> & { do: BoundStep[] }
