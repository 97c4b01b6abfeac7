import { everyReleasedSop } from '../rules/every-released-sop.ts'
import type { RuleBook } from '../rules/rule-book.ts'
import type { SopStep } from '../rules/schema/sop-rule.ts'
import { bringsWelcomeCode } from '../rules/schema/sop-trigger.ts'
import { branchesOf } from '../rules/sop-branches.ts'

const sendsWelcome = (steps: readonly SopStep[]): boolean =>
  steps.some((step) => 'welcome' in step || branchesOf(step).some((branch) => sendsWelcome(branch.steps)))

/** Whether a journey that begins with a new customer brings a welcome of its own, which then goes before the channel's. */
export const someJourneyWelcomes = (book: RuleBook): boolean =>
  everyReleasedSop(book).some(
    ({ value: { enabled, trigger, steps } }) => enabled !== false && bringsWelcomeCode(trigger) && sendsWelcome(steps),
  )
