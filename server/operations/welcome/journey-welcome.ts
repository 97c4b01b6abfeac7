import { oncePerBook } from '../../rules/book/once-per-book.ts'
import { branchesOf } from '../../rules/book/sop-branches.ts'
import { enterableSops } from '../../rules/release/enterable-sops.ts'
import type { SopStep } from '../../rules/schema/sop-rule.ts'

const sendsWelcome = (steps: readonly SopStep[]): boolean =>
  steps.some((step) => 'welcome' in step || branchesOf(step).some((branch) => sendsWelcome(branch.steps)))

/** Whether some journey brings a welcome of its own, which then goes before the channel's. Rules are refused in which one
 *  does that begins with anything but a new customer. */
export const someJourneyWelcomes = oncePerBook((book): boolean =>
  enterableSops(book).some(({ value: { enabled, steps } }) => enabled !== false && sendsWelcome(steps)),
)
