import { DAY_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import type { CancelledRun } from '../operations/mass-send/cancel-run.ts'
import { EXCLUSION_TODO_ZH } from '../operations/mass-send/choice.ts'
import type { ChosenSenders } from '../operations/mass-send/chosen-senders.ts'
import type { DryRun } from '../operations/mass-send/dry-run.ts'
import { ORDER_DAYS } from '../operations/mass-send/learned.ts'
import type { SendBatch, SendGroup, SendRun, Unfinished } from '../operations/mass-send/send-queries.ts'
import {
  batchStateText,
  CONFIRMER_ZH,
  OUTCOME_TODO_ZH,
  OUTCOMES,
  type Outcome,
  type OutcomeCounts,
  ofMany,
  outcomeText,
  RUN_STATE_ZH,
  SENT_TO,
} from '../operations/mass-send/send-states.ts'
import type { VariantBrought } from '../operations/mass-send/variant-results.ts'
import type { LinkFigure } from '../records/links/link-figures.ts'
import { partsOf } from '../records/links/link-ways.ts'
import { type GuideNames, guideText } from './find/guide-names.ts'
import type { Sheet } from './frame/command.ts'
import { chosenLines, senderText } from './sends/chosen-text.ts'

interface Counted {
  run: Pick<SendRun, 'chatType' | 'scheduledAtMs'>
  /** What became of each group is known since then, UTC milliseconds. */
  groupsSinceMs: number
}

const countsText = (counts: OutcomeCounts, { run, groupsSinceMs }: Counted): string => {
  const parts = OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
    (outcome) => `${outcomeText(outcome, run.chatType)} ${counts[outcome]}`,
  )
  if (parts.length > 0) return parts.join('，')
  if (run.chatType === 'single') return '没有客户'
  return run.scheduledAtMs < groupsSinceMs ? '明细过了保存期限，已经删除' : '没有群'
}

/** 该发 6，送达 4，没送达 1 */
function variantText(counts: OutcomeCounts): string {
  const asked = SENT_TO.reduce((sum, outcome) => sum + counts[outcome], 0)
  const not = asked - counts.sent - counts.planned
  return [
    `该发 ${asked}`,
    `送达 ${counts.sent}`,
    ...(not > 0 ? [`没送达 ${not}`] : []),
    ...(counts.planned > 0 ? [`等待 ${counts.planned}`] : []),
  ].join('，')
}

const versionsText = ({ variants }: SendRun): string | undefined =>
  variants?.of.map(({ name, counts }) => `「${name}」${variantText(counts)}`).join('；')

const runLine = (run: SendRun, groupsSinceMs: number): string =>
  `#${run.id}  ${shanghaiText(run.scheduledAtMs)}  「${run.name}」${run.chatType === 'group' ? '（发到群）' : ''}  ${RUN_STATE_ZH[run.state]}：${countsText(run.counts, { run, groupsSinceMs })}`

export function listText(options: {
  next: { name: string; atMs: number | undefined }[]
  runs: SendRun[]
  unfinished: Unfinished[]
  names: GuideNames
  groupsSinceMs: number
}): string {
  const { next, runs, unfinished, names, groupsSinceMs } = options
  const lines = ['定时群发：']
  for (const { name, atMs } of next) {
    lines.push(`  「${name}」  ${atMs === undefined ? '不会再发' : `下次 ${shanghaiText(atMs)}`}`)
  }
  if (next.length === 0) lines.push('  没有（在 config/sends/ 里写一个）')
  lines.push('', '最近的群发：')
  for (const run of runs) {
    lines.push(`  ${runLine(run, groupsSinceMs)}`)
    if (run.remark !== undefined) lines.push(`      ${run.remark}`)
    const versions = versionsText(run)
    if (versions !== undefined) lines.push(`      各版：${versions}`)
  }
  if (runs.length === 0) lines.push('  还没有')
  if (unfinished.length > 0) {
    const asked = [
      unfinished.some(({ customers }) => customers > 0) ? CONFIRMER_ZH.single : [],
      unfinished.some(({ groups }) => groups > 0) ? CONFIRMER_ZH.group : [],
    ].flat()
    lines.push('', `等${asked.join('、')}在企业微信里确认：`)
    for (const { userId, tasks, customers, groups } of unfinished) {
      const waiting = [customers > 0 ? `${customers} 位客户` : [], groups > 0 ? `${groups} 个群` : []].flat()
      lines.push(`  ${guideText(names, userId)}：${tasks} 条，${waiting.join('、')}`)
    }
  }
  return lines.join('\n')
}

/** 认识的 3 人点了 5 次，不认识的人 14 次，爬虫 2 次 */
export const clicksText = ({ people, known, unknown, machines }: Omit<LinkFigure, 'link' | 'through'>): string =>
  `认识的 ${people} 人点了 ${known} 次，不认识的人 ${unknown} 次，爬虫 ${machines} 次`

/** More of them nobody reads on a screen. */
const MOST_GROUPS = 50

export interface NamedGroup extends SendGroup {
  /** Its chat_id where it has none. */
  name: string
}

export function showText(options: {
  run: SendRun
  batches: SendBatch[]
  reasons: { outcome: Outcome; reason: string; many: number }[]
  groups: readonly NamedGroup[]
  names: GuideNames
  /** Where WeCom chooses who sends. */
  chosen?: ChosenSenders | undefined
  /** What came of it so far; undefined: nothing was foreseen. */
  brought: { sent: number; buyers: number } | undefined
  /** Of the links in it. */
  clicks: readonly LinkFigure[]
  /** What each version brought so far; undefined: there is one for all. */
  versions?: readonly VariantBrought[] | undefined
  nowMs: number
  groupsSinceMs: number
}): string {
  const { run, batches, reasons, groups, names, groupsSinceMs } = options
  const who = CONFIRMER_ZH[run.chatType]
  const unit = run.chatType === 'group' ? '个群' : '位'
  const lines = [runLine(run, groupsSinceMs)]
  if (run.remark !== undefined) lines.push(run.remark)
  if (run.approved !== undefined) lines.push(`${shanghaiText(run.approved.atMs)} 由 ${run.approved.by} 批准`)
  if (run.state === 'awaiting' && run.approved === undefined)
    lines.push(`等另一个人批准：npm run -s sends -- approve ${run.id}`)
  const foreseen = foreseenText(options)
  if (foreseen !== undefined) lines.push(foreseen)
  for (const one of options.clicks) lines.push(`链接「${one.link}」${versionOf(run, one)}：${clicksText(one)}`)
  lines.push(...versionLines(options))
  lines.push('', `按${who}：`)
  for (const batch of batches) {
    lines.push(
      `  ${senderText(names, batch.userId)}  ${batch.variant === undefined ? '' : `「${batch.variant}」版  `}${batch.size} ${unit}  ${batchStateText(batch.state, run.chatType)}：${countsText(batch.counts, { run, groupsSinceMs })}`,
    )
    if (batch.confirmedAtMs !== undefined) lines.push(`      ${shanghaiText(batch.confirmedAtMs)} 确认`)
    if (batch.remindedAtMs !== undefined) lines.push(`      ${shanghaiText(batch.remindedAtMs)} 提醒过`)
    if (batch.state === 'unclear') {
      lines.push(`      为避免重复，不会再次创建；请到企业微信管理后台「客户联系 → 群发」核对这位${who}有没有这条群发`)
    }
    if (batch.trouble !== undefined) lines.push(`      ${batch.trouble}`)
  }
  if (batches.length === 0) lines.push('  没有')
  lines.push(...chosenLines(options.chosen, names))
  if (isForNobody(options)) lines.push('', `没有人会收到：${nobodyText(run.chatType)}`)
  if (reasons.length > 0) {
    lines.push('', '没有发到的原因：')
    for (const { outcome, reason, many } of reasons)
      lines.push(`  ${outcomeText(outcome, run.chatType)} ${many} ${unit}：${reason}`)
  }
  const todo = todoLines(run)
  if (todo.length > 0) lines.push('', '怎么办：', ...todo)
  if (groups.length > 0) {
    lines.push('', '按群：')
    for (const { name, outcome, reason } of groups.slice(0, MOST_GROUPS)) {
      lines.push(`  ${name}：${outcomeText(outcome, run.chatType)}${reason === null ? '' : `（${reason}）`}`)
    }
    if (groups.length > MOST_GROUPS) lines.push(`  ……还有 ${groups.length - MOST_GROUPS} 个，用 --csv 看全部`)
  }
  return lines.join('\n')
}

/** The version in which it stood. */
function versionOf({ variants }: SendRun, { through }: LinkFigure): string {
  const version = through === undefined ? undefined : partsOf(through).version
  const name = version === undefined ? undefined : variants?.of[version - 1]?.name
  return name === undefined ? '' : `（「${name}」版）`
}

/** What each version brought beside the others. */
function versionLines({ run, versions = [] }: Parameters<typeof showText>[0]): string[] {
  const { variants } = run
  if (variants === undefined) return []
  const lines = variants.of.map(({ name, counts }) => {
    const { clicked = 0, buyers = 0, fen = 0 } = versions.find((one) => one.name === name) ?? {}
    return `  「${name}」：${variantText(counts)}；点了链接 ${clicked} 位，${ORDER_DAYS} 天内下单 ${buyers} 位、${(fen / 100).toFixed(2)} 元`
  })
  const how =
    variants.by === 'split'
      ? `抽签分的；哪一版好：npm run -s sends -- effect ${run.id}`
      : '按条件分的，各版的人不一样，不能互相比'
  return ['', `各版（${how}）：`, ...lines]
}

const nobodyText = (chatType: SendRun['chatType']): string =>
  `没有${chatType === 'group' ? '群' : '客户'}符合规则里的 audience，放宽条件再用 plan 看`

/** Its audience was read, and nobody was in it. */
const isForNobody = ({ run, groupsSinceMs }: { run: SendRun; groupsSinceMs: number }): boolean =>
  ['awaiting', 'running', 'finished'].includes(run.state) &&
  OUTCOMES.every((outcome) => run.counts[outcome] === 0) &&
  (run.chatType === 'single' || run.scheduledAtMs >= groupsSinceMs)

/** Of what became of them, whatever a person can do about. */
const todoLines = ({ counts, chatType }: SendRun): string[] =>
  OUTCOMES.flatMap((outcome) => {
    const todo = OUTCOME_TODO_ZH[outcome]
    return counts[outcome] === 0 || todo === undefined ? [] : `  ${outcomeText(outcome, chatType)}：${todo}`
  })

/** What was expected beside what came; what was expected was kept when the send was opened. */
function foreseenText({ run, brought, nowMs }: Parameters<typeof showText>[0]): string | undefined {
  const { learned, counts, scheduledAtMs } = run
  if (learned === undefined || brought === undefined) return undefined
  const asked = SENT_TO.reduce((sum, outcome) => sum + counts[outcome], 0)
  if (asked === 0) return undefined
  const sent = Math.round(asked * learned.sentShare)
  const buyers = (asked * learned.sentShare * learned.buyerShare).toFixed(1)
  const from = learned.asked === 0 ? '还没有同名或同类的群发可参考' : `按以前同名或同类群发的 ${learned.asked} 人`
  const isOver = nowMs >= scheduledAtMs + ORDER_DAYS * DAY_MS
  const real = `送达 ${brought.sent} 位，${ORDER_DAYS} 天内下单 ${brought.buyers} 位${isOver ? '' : `（${ORDER_DAYS} 天还没过完）`}`
  return `预计（${from}）：送达 ${sent} 位，${ORDER_DAYS} 天内下单 ${buyers} 位；实际：${real}`
}

export function cancelText({ id, name, chatType, asked, waiting }: CancelledRun): string {
  const who = CONFIRMER_ZH[chatType]
  const guides = asked === 0 ? '' : `；${asked} 位${who}手里的群发，服务几秒内会请企业微信撤回`
  return [
    `#${id}「${name}」已取消：还没有收到的 ${ofMany({ chat_type: chatType }, waiting)}不会收到${guides}。`,
    `已经送达的收不回来，用 show ${id} 看结果。`,
  ].join('\n')
}

/** Names of guides by userid, of customers by external_userid, of groups by chat_id. */
interface PlanNames {
  guides: GuideNames
  whom: ReadonlyMap<string, string>
}

/** What nobody knows before WeCom has chosen. */
const guessesText = (total: number, guesses: number): string =>
  `由谁发是预计的：企业微信挑每位客户最近聊过的导购。${total - guesses} 位只有一位导购，说得准；${guesses} 位有几位导购，到时可能是另一位`

export function planText(sendName: string, plan: DryRun, { guides, whom }: PlanNames): string {
  const isOfGroups = plan.chatType === 'group'
  const who = CONFIRMER_ZH[plan.chatType]
  const unit = isOfGroups ? '个' : '位'
  const total = ofMany({ chat_type: plan.chatType }, plan.total)
  const lines = [
    `「${sendName}」如果现在发：${total}，${plan.guides.length} 位${who}各自确认。（只是预演，什么都没有发）`,
  ]
  if (plan.remark !== undefined) lines.push(`注意：${plan.remark}`)
  if (plan.guesses !== undefined) lines.push(guessesText(plan.total, plan.guesses))
  if (plan.variants !== undefined) {
    const tasks = plan.variants.reduce((sum, one) => sum + one.tasks, 0)
    lines.push('', `按版本（每位导购每一版确认一次，一共 ${tasks} 条群发）：`)
    for (const one of plan.variants) lines.push(`  「${one.name}」：${one.many} 位，${one.tasks} 条群发`)
  }
  lines.push('', `按${who}${plan.guesses === undefined ? '' : '（预计）'}：`)
  for (const { userId, many } of plan.guides) lines.push(`  ${guideText(guides, userId)}：${many} ${unit}`)
  if (plan.guides.length === 0)
    lines.push(`  ${plan.excluded.length > 0 ? '没有：符合条件的都被排除了' : nobodyText(plan.chatType)}`)
  if (plan.excluded.length > 0) {
    lines.push('', '会排除：')
    for (const { kind, zh, many, examples } of plan.excluded) {
      const shown = examples.slice(0, 3).map((id) => {
        const name = whom.get(id)
        return name === undefined ? id : `${name}（${id}）`
      })
      const todo = EXCLUSION_TODO_ZH[kind]
      lines.push(`  ${zh}：${many} ${unit}，如 ${shown.join('、')}`, ...(todo === undefined ? [] : [`      ${todo}`]))
    }
  }
  return lines.join('\n')
}

export const runsSheet = (runs: readonly SendRun[]): Sheet => ({
  header: ['编号', '时间', '名称', '状态', ...OUTCOMES.map((outcome) => outcomeText(outcome)), '各版'],
  rows: runs.map((run) => [
    run.id,
    shanghaiText(run.scheduledAtMs),
    run.name,
    RUN_STATE_ZH[run.state],
    ...OUTCOMES.map((outcome) => run.counts[outcome]),
    versionsText(run) ?? null,
  ]),
})

/** Of a send to customers. */
export const showSheet = (batches: readonly SendBatch[], names: GuideNames): Sheet => ({
  header: ['导购', '版本', '客户数', '状态', ...OUTCOMES.map((outcome) => outcomeText(outcome, 'single')), '问题'],
  rows: batches.map((batch) => [
    names.get(batch.userId) ?? senderText(names, batch.userId),
    batch.variant ?? null,
    batch.size,
    batchStateText(batch.state, 'single'),
    ...OUTCOMES.map((outcome) => batch.counts[outcome]),
    batch.trouble ?? null,
  ]),
})

export const groupsSheet = (groups: readonly NamedGroup[], names: GuideNames): Sheet => ({
  header: ['群主', '群', '结果', '原因', 'chat_id'],
  rows: groups.map(({ userId, name, outcome, reason, chatId }) => [
    userId === null ? null : (names.get(userId) ?? userId),
    name,
    outcomeText(outcome, 'group'),
    reason,
    chatId,
  ]),
})

/** Of all sends, each row with whose it is. */
export const plansSheet = (plans: readonly (readonly [{ name: string }, DryRun])[], names: GuideNames): Sheet => ({
  header: ['群发', '导购或群主', '会发或排除', '客户或群数'],
  rows: plans.flatMap(([{ name }, plan]) => planSheet(plan, names).rows.map((row) => [name, ...row])),
})

export const planSheet = (plan: DryRun, names: GuideNames): Sheet => ({
  header: plan.chatType === 'group' ? ['群主', '会发或排除', '群数'] : ['导购', '会发或排除', '客户数'],
  rows: [
    ...plan.guides.map(({ userId, many }) => [names.get(userId) ?? userId, '会发', many]),
    ...(plan.variants ?? []).map(({ name, many }) => [null, `其中「${name}」版`, many]),
    ...plan.excluded.map(({ zh, many }) => [null, `排除：${zh}`, many]),
  ],
})
