import type { Draft } from '../files/draft.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'
import { type CheckContext, checkTag } from './check-context.ts'
import { checkQuiet } from './quiet.ts'

export function checkPolicy(context: CheckContext, policies: Draft<PolicyRule>[]): void {
  for (const draft of policies) {
    checkQuiet(draft, ['quiet'], draft.value.quiet)
    for (const [name, { url, tag }] of Object.entries(draft.value.links ?? {})) {
      const here = ['links', name]
      if (!/^https:\/\/[^\s/]+/.test(url) || !URL.canParse(url)) {
        draft.fault([...here, 'url'], `网址「${url}」不完整，或者不是 https`, '写完整的网址，以 https:// 开头')
      }
      if (tag !== undefined) checkTag(context, draft, [...here, 'tag'], tag)
    }
  }
}
