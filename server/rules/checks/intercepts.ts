import type { Draft } from '../files/draft.ts'
import type { InterceptRule } from '../schema/intercept-rule.ts'
import { type CheckContext, checkDoubles } from './check-context.ts'
import { checkReceivers } from './members.ts'

/** WeCom keeps so many. Docs 95097. */
const MOST_RULES = 100

export function checkIntercepts(context: CheckContext, drafts: readonly Draft<InterceptRule>[]): void {
  for (const draft of drafts) {
    const { words, members, departments } = draft.value
    checkDoubles(draft, ['words'], words)
    for (const [index, word] of words.entries()) {
      if (word.trim() !== word || word.trim() === '') draft.fault(['words', index], '敏感词前后不能有空格', '删掉空格')
    }
    checkReceivers(context, draft, ['members'], members)
    if (
      members === undefined &&
      departments === undefined &&
      !draft.isLeftOut(['members']) &&
      !draft.isLeftOut(['departments'])
    )
      draft.fault([], '没有写对谁生效', '写 departments: [1] 是整个企业，或者用 members 写员工账号')
  }
  const live = drafts.filter(({ value }) => value.enabled !== false)
  live[MOST_RULES]?.fault(['intercept'], `敏感词规则写了 ${live.length} 条，企业微信最多 ${MOST_RULES} 条`, '合并几条')
}
