import { MOMENT_LINK_TITLE_BYTES, MOMENT_TEXT_CHARS } from '../../core/kernel/wecom-limits.ts'
import type { Draft } from '../files/draft.ts'
import type { MomentAttachmentRule } from '../schema/content.ts'
import type { MomentRule } from '../schema/rule-files.ts'
import { type CheckContext, checkDoubles, checkName } from './check-context.ts'
import { checkContent } from './content.ts'
import { checkGuides } from './members.ts'
import { adviseTime, checkSendCron, isRealTime } from './sends.ts'

/** `quiet`: of policy.yaml. */
export function checkMoments(
  context: CheckContext,
  moments: Draft<MomentRule>[],
  { quiet, nowMs }: { quiet: string | undefined; nowMs: number },
): void {
  const byTime = new Map<string, string>()
  for (const draft of moments) {
    const { at, cron, content, guides, tags = [], enabled } = draft.value
    checkContent(context, draft, ['content'], content, { placeholders: [], campaign: true, chars: MOMENT_TEXT_CHARS })
    checkAttachments(context, draft, content.attachments ?? [])
    checkGuides(context, draft, ['guides'], guides)
    checkDoubles(draft, ['tags'], tags)
    for (const [index, tag] of tags.entries()) checkOneTag(context, draft, index, tag)
    if (at !== undefined && cron !== undefined)
      draft.fault(['cron'], 'at 和 cron 只能写一个', '只发一次用 at，定期发用 cron')
    else if (at === undefined && cron === undefined && !draft.isLeftOut(['at']) && !draft.isLeftOut(['cron']))
      draft.fault([], '没有写什么时候发', '只发一次写 at，定期发写 cron')
    if (at !== undefined && !isRealTime(at)) draft.fault(['at'], `没有「${at}」这个时间`, '检查月份、日期和钟点')
    if (cron !== undefined) checkSendCron(draft, cron)
    adviseTime(draft, quiet, nowMs)
    if (enabled === false) continue
    if (tags.length === 0 && !draft.isLeftOut(['tags'])) {
      draft.advise([], '没有写 tags，请到的导购的全部客户都看得到，退订了的也看得到', '企业微信只认标签，写上 tags')
    }
    const time = JSON.stringify([at ?? cron, guides, tags])
    const same = byTime.get(time)
    if (same !== undefined) {
      draft.advise(
        [at === undefined ? 'cron' : 'at'],
        `和朋友圈「${same}」同一时间请同样的人发`,
        '错开时间，或者合成一条',
      )
    }
    byTime.set(time, draft.name)
  }
}

function checkOneTag(context: CheckContext, draft: Draft<MomentRule>, index: number, tag: string): void {
  checkName(context, draft, ['tags', index], 'tag', tag)
  if (context.strategyTags.has(tag)) {
    draft.fault(['tags', index], `「${tag}」是规则组的标签，朋友圈不能按它选人`, '换成企业标签')
  }
}

/** Docs 95094. */
const MOST_SECONDS = 30

/** Nine pictures, one video or one link, and nothing else. Docs 95094. */
function checkAttachments(
  context: CheckContext,
  draft: Draft<MomentRule>,
  attachments: readonly MomentAttachmentRule[],
): void {
  for (const [index, one] of attachments.entries()) {
    const here = ['content', 'attachments', index]
    if ('link' in one) {
      if (attachments.length > 1) draft.fault(here, '朋友圈放了链接就不能再放别的', '只留一个 link，或者只放图片')
      const bytes = Buffer.byteLength(one.link.title)
      if (bytes > MOMENT_LINK_TITLE_BYTES) {
        draft.fault(
          [...here, 'link', 'title'],
          `朋友圈的链接标题有 ${bytes} 字节，最多 ${MOMENT_LINK_TITLE_BYTES} 字节`,
          '请缩短（一个汉字 3 字节）',
        )
      }
    } else if ('video' in one) {
      if (attachments.length > 1) draft.fault(here, '朋友圈放了视频就不能再放别的', '只留一个 video，或者只放图片')
      const seconds = context.videoSeconds(one.video)
      if (seconds !== undefined && seconds > MOST_SECONDS)
        draft.fault([...here, 'video'], `视频有 ${Math.ceil(seconds)} 秒，朋友圈最多 ${MOST_SECONDS} 秒`, '剪短再放')
    } else if (!('image' in one)) {
      draft.fault(here, '朋友圈只能放 image、video 或 link', '小程序和群二维码放不了；群二维码先存成图片')
    }
  }
}
