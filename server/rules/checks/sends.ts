import type { Draft } from '../files/draft.ts'
import type { SendRule } from '../schema/rule-files.ts'
import { type CheckContext, checkGuides } from './check-context.ts'
import { checkContent } from './content.ts'
import { checkCron, cronFields } from './times.ts'

export function checkSends(context: CheckContext, sends: Draft<SendRule>[]): void {
  for (const draft of sends) {
    const { at, cron, content, guides, audience } = draft.value
    draft.condition(['audience'], audience)
    // WeCom sends the same words to all customers of a guide.
    checkContent(context, draft, ['content'], content, { placeholders: ['{导购名}'], campaign: true })
    checkGuides(draft, ['guides'], guides)
    if (at !== undefined && cron !== undefined)
      draft.fault(['cron'], 'at 和 cron 只能写一个', '只发一次用 at，定期发用 cron')
    else if (at === undefined && cron === undefined) draft.fault([], '没有写什么时候发', '只发一次写 at，定期发写 cron')
    if (at !== undefined && !isRealTime(at)) draft.fault(['at'], `没有「${at}」这个时间`, '检查月份、日期和钟点')
    if (cron !== undefined) checkSendCron(draft, cron)
  }
}

/** "2026-02-30 10:00" has the right form and is no time. */
function isRealTime(text: string): boolean {
  const instant = new Date(`${text.replace(' ', 'T')}:00Z`)
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text.replace(' ', 'T'))
}

function checkSendCron(draft: Draft<SendRule>, cron: string): void {
  if (!checkCron(draft, ['cron'], cron)) return
  const [minute = '', hour = ''] = cronFields(cron)
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour)) {
    draft.fault(['cron'], '这样会一天发好几次', '分和时各写一个数，如 "0 10 * * 3"')
  }
}
