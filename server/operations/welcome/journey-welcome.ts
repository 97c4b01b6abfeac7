import type { RuleBook } from '../../rules/book/rule-book.ts'
import { branchesOf } from '../../rules/book/sop-branches.ts'
import { enterableSops } from '../../rules/release/enterable-sops.ts'
import type { SopStep } from '../../rules/schema/sop-rule.ts'
import { bringsWelcomeCode } from '../../rules/schema/sop-trigger.ts'

const sendsWelcome = (steps: readonly SopStep[]): boolean =>
  steps.some((step) => 'welcome' in step || branchesOf(step).some((branch) => sendsWelcome(branch.steps)))

/** Whether a journey that begins with a new customer brings a welcome of its own, which then goes before the channel's. */
export const someJourneyWelcomes = (book: RuleBook): boolean =>
  enterableSops(book).some(
    ({ value: { enabled, trigger, steps } }) => enabled !== false && bringsWelcomeCode(trigger) && sendsWelcome(steps),
  )
