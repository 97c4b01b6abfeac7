import { shanghaiText } from '../core/kernel/shanghai.ts'
import type { MomentRun } from '../operations/moments/moment-queries.ts'
import { MOMENT_STATE_ZH } from '../operations/moments/moment-states.ts'
import { type MomentPreview, SHOWN_A_MONTH } from '../operations/moments/preview-moment.ts'
import type { Rule } from '../rules/book/rule-book.ts'
import type { MomentRule } from '../rules/schema/rule-files.ts'
import { type GuideNames, guideText } from './find/guide-names.ts'
import type { Sheet } from './frame/command.ts'

interface SenderLine {
  userId: string
  publishedAtMs: number | null
  shown: number
  likes: number
  comments: number
}

export const momentLine = (run: MomentRun): string => {
  const { asked, published, shown, likes, comments } = run.figures
  const figures =
    asked === 0 ? '' : `：${published}/${asked} 位导购已发表，展示给客户 ${shown} 人次，赞 ${likes}，评论 ${comments}`
  return `#${run.id}  ${shanghaiText(run.scheduledAtMs)}  「${run.name}」  ${MOMENT_STATE_ZH[run.state]}${figures}`
}

export function listText(next: { name: string; atMs: number | undefined }[], runs: MomentRun[]): string {
  const lines = ['企业朋友圈：']
  for (const { name, atMs } of next) {
    lines.push(`  「${name}」  ${atMs === undefined ? '不会再发' : `下次 ${shanghaiText(atMs)}`}`)
  }
  if (next.length === 0) lines.push('  没有（在 config/moments/ 里写一个）')
  lines.push('', '最近的：')
  for (const run of runs) {
    lines.push(`  ${momentLine(run)}`)
    if (run.remark !== undefined) lines.push(`      ${run.remark}`)
  }
  if (runs.length === 0) lines.push('  还没有')
  return lines.join('\n')
}

export const momentsSheet = (runs: MomentRun[]): Sheet => ({
  header: ['编号', '时间', '名称', '状态', '请到导购', '已发表', '展示人次', '赞', '评论'],
  rows: runs.map((run) => {
    const { asked, published, shown, likes, comments } = run.figures
    const at = shanghaiText(run.scheduledAtMs)
    return [run.id, at, run.name, MOMENT_STATE_ZH[run.state], asked, published, shown, likes, comments]
  }),
})

export function showText(run: MomentRun, senders: SenderLine[], names: GuideNames): string {
  const { content, guides, tags } = run.snapshot
  const lines = [momentLine(run)]
  if (run.remark !== undefined) lines.push(run.remark)
  if (run.approved !== undefined) lines.push(`${shanghaiText(run.approved.atMs)} 由 ${run.approved.by} 批准`)
  lines.push(
    `给谁看：${tags === undefined ? '全部客户' : `有 ${tags.join('、')} 之一的客户`}；${guides === undefined ? '请全部导购发表' : `请 ${guides.join('、')} 发表`}`,
  )
  lines.push(
    `内容：${content.text ?? ''}${content.attachments === undefined ? '' : `（${content.attachments.length} 个附件）`}`,
    '',
  )
  for (const { userId, publishedAtMs, shown, likes, comments } of senders) {
    const what =
      publishedAtMs === null
        ? '还没有发表'
        : `${shanghaiText(publishedAtMs)} 前已发表，展示给 ${shown} 位客户，赞 ${likes}，评论 ${comments}`
    lines.push(`  ${guideText(names, userId)}：${what}`)
  }
  return lines.join('\n')
}

export const sendersSheet = (senders: SenderLine[], names: GuideNames): Sheet => ({
  header: ['导购', '发表', '展示', '赞', '评论'],
  rows: senders.map(({ userId, publishedAtMs, shown, likes, comments }) => [
    guideText(names, userId),
    publishedAtMs === null ? '' : shanghaiText(publishedAtMs),
    shown,
    likes,
    comments,
  ]),
})

/** Below so many active members a corp's moments are said to reach so many customers a day; nobody has confirmed it. */
const FEW_MEMBERS = 50
const REACH_OF_FEW = 10_000

export function previewText({ name, value }: Rule<MomentRule>, found: MomentPreview): string {
  const { guides, reach, full, refused, heldOut, overCeiling } = found
  const lines = [
    `「${name}」现在发：请 ${guides} 位导购发表；都发表了，最多 ${reach} 位客户看得到（${value.tags === undefined ? '他们的全部客户' : `有 ${value.tags.join('、')} 之一的`}）。`,
  ]
  if (guides === 0 || reach === 0)
    lines.push('没有人会看到：没有能发表的导购，或者没有客户有这些标签。请核对规则里的 guides 和 tags。')
  if (full > 0) lines.push(`其中 ${full} 位这个月已经看过 ${SHOWN_A_MONTH} 条企业朋友圈，企业微信不再展示给他们。`)
  if (guides > 0 && guides < FEW_MEMBERS && reach > REACH_OF_FEW) {
    lines.push(
      `企业活跃成员不到 ${FEW_MEMBERS} 人时，据说一天最多展示给 ${REACH_OF_FEW} 位客户（企业微信没有证实），剩下的看不到。`,
    )
  }
  const kept = [
    ...(refused === 0 ? [] : [`退订了营销的 ${refused} 位`]),
    ...(heldOut === 0 ? [] : [`全体对照组的 ${heldOut} 位`]),
    ...(overCeiling === 0 ? [] : [`policy.yaml 里联系次数已满的 ${overCeiling} 位`]),
  ]
  if (kept.length > 0) {
    lines.push(
      `企业微信的朋友圈只能按标签选人，不能单独去掉谁：${kept.join('、')}也会看到。要避开他们，用一个他们没有的标签。`,
    )
  }
  return lines.join('\n')
}
