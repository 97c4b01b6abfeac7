import type { Draft } from '../files/draft.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'
import { type CheckContext, checkName, checkTag } from './check-context.ts'
import { checkQuiet } from './quiet.ts'
import { checkStopWords } from './stop-words.ts'

export function checkPolicy(context: CheckContext, policies: Draft<PolicyRule>[]): void {
  for (const draft of policies) {
    checkQuiet(draft, ['quiet'], draft.value.quiet)
    if (draft.value.stopWords !== undefined) checkStopWords(draft, draft.value.stopWords)
    const tiers = (draft.value.contactsPerCustomer?.tiers ?? []).map(({ tier }) => tier)
    for (const [index, tier] of tiers.entries()) {
      const here = ['contactsPerCustomer', 'tiers', index, 'tier']
      checkName(context, draft, here, 'tier', tier)
      if (tiers.indexOf(tier) < index) draft.fault(here, `「${tier}」写了两次`, '只留一个')
    }
    for (const [name, { url, tag }] of Object.entries(draft.value.links ?? {})) {
      const here = ['links', name]
      if (!/^https:\/\/[^\s/]+/.test(url) || !URL.canParse(url)) {
        draft.fault([...here, 'url'], `网址「${url}」不完整，或者不是 https`, '写完整的网址，以 https:// 开头')
      }
      if (tag !== undefined) checkTag(context, draft, [...here, 'tag'], tag)
    }
  }
}
