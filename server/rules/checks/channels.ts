import { WAY_REMARK_CHARS } from '../../core/kernel/wecom-limits.ts'
import type { Draft } from '../files/draft.ts'
import type { ChannelRule } from '../schema/rule-files.ts'
import { type CheckContext, checkName, checkTags } from './check-context.ts'
import { checkGuides } from './members.ts'

/** The channel's name is the remark of its contact way. */
const MAX_NAME = WAY_REMARK_CHARS

export function checkChannels(context: CheckContext, channels: Draft<ChannelRule>[]): void {
  const byState = new Map<string, string>()
  for (const draft of channels) {
    const { channel, state, guides, welcome, tags } = draft.value
    if (Array.from(channel).length > MAX_NAME) {
      draft.fault(['channel'], `渠道名有 ${Array.from(channel).length} 个字，最多 ${MAX_NAME} 个`, '请缩短')
    }
    if (welcome !== undefined) checkName(context, draft, ['welcome'], 'welcome', welcome)
    checkTags(context, draft, ['tags'], tags)
    checkGuides(context, draft, ['guides'], guides)
    if (state === undefined) continue
    const other = byState.get(state)
    if (other !== undefined)
      draft.fault(['state'], `渠道参数「${state}」已经用在渠道「${other}」`, '每个渠道用自己的参数')
    byState.set(state, channel)
  }
}
