import type { Draft } from '../files/draft.ts'
import type { WelcomeRule } from '../schema/rule-files.ts'
import type { CheckContext } from './check-context.ts'
import { checkContent } from './content.ts'

/** No welcome at all is allowed: then customers get none from us. `isComplete`: every welcome file could be read, so
 *  that a missing default is really missing. */
export function checkWelcomes(context: CheckContext, welcomes: Draft<WelcomeRule>[], isComplete: boolean): void {
  const defaults = welcomes.filter((draft) => draft.value.default === true)
  for (const draft of defaults.slice(1)) {
    draft.fault(['default'], `默认欢迎语已经是「${defaults[0]?.name}」`, '只能有一条默认欢迎语，删掉这一行')
  }
  if (defaults.length === 0 && isComplete) {
    welcomes[0]?.fault([], '没有默认欢迎语', '给一条欢迎语加上 default: true，不知道从哪来的客户就收到它')
  }
  for (const draft of welcomes) {
    checkContent(context, draft, [], draft.value)
    for (const [index, variant] of (draft.value.hours ?? []).entries()) {
      checkContent(context, draft, ['hours', index], variant)
      const [from, to] = variant.between.split('-')
      if (from === to) {
        draft.fault(['hours', index, 'between'], '时段的开始和结束一样', '全天用的内容写在 hours 外面')
      }
    }
  }
}
