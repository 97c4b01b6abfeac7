import type { RuleBook } from '../rules/rule-book.ts'
import type { SopStep } from '../rules/schema/sop-rule.ts'

const sendsWelcome = (steps: readonly SopStep[]): boolean =>
  steps.some((step) => {
    if ('welcome' in step) return true
    if (!('choose' in step)) return false
    return step.choose.some((branch) => sendsWelcome('do' in branch ? branch.do : branch.otherwise))
  })

/** Whether a journey that begins with a new customer brings a welcome of its own, which then goes before the channel's. */
export const someJourneyWelcomes = (book: RuleBook): boolean =>
  [...book.sops.values()].some(
    ({ value }) => value.enabled !== false && value.trigger === 'customer.added' && sendsWelcome(value.steps),
  )
