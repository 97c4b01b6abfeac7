import { allTextOf } from '../book/variants-of.ts'
import type { Draft } from '../files/draft.ts'
import type { SendRule } from '../schema/rule-files.ts'

/** What does not go together with WeCom choosing who sends, and what nobody can know before it has. */
export function checkSenders(draft: Draft<SendRule>): void {
  const { senders, to, guides, content, enabled } = draft.value
  if (senders === undefined) return
  if (to === 'groups') {
    draft.fault(['senders'], '发到群的群发由群主确认，不写 senders', '去掉 senders')
    return
  }
  if (guides !== undefined) {
    draft.fault(
      ['guides'],
      '写了 senders: lastChat，由企业微信在客户的所有导购里挑，不能再写 guides',
      '去掉 guides，或者去掉 senders',
    )
  }
  if (!draft.isLeftOut(['content']) && allTextOf(content).includes('{导购名}')) {
    draft.fault(
      ['content'],
      '写了 senders: lastChat，一条群发由几位导购发，正文里不能有 {导购名}',
      '去掉 {导购名}，或者去掉 senders',
    )
  }
  if (enabled === false) return
  draft.advise(
    ['senders'],
    '由企业微信挑最近聊过的导购，它不说会挑谁：每位导购要确认多少、占谁当天的位置，事先都是预计，建好以后按实际的改',
    '要事先说得准，去掉 senders，由每位客户自己的导购发',
  )
}
