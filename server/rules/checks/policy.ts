import type { Draft } from '../files/draft.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'
import { checkQuiet } from './quiet.ts'

export function checkPolicy(policies: Draft<PolicyRule>[]): void {
  for (const draft of policies) checkQuiet(draft, ['quiet'], draft.value.quiet)
}
