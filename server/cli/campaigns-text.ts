import { DAY_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import type { CampaignArm, CampaignReport, StepReport } from '../operations/mass-send/campaign-report.ts'
import { ORDER_DAYS } from '../operations/mass-send/learned.ts'
import { CONFIRMER_ZH, OUTCOMES, outcomeText, RUN_STATE_ZH, SENT_TO } from '../operations/mass-send/send-states.ts'
import type { Sheet } from './frame/command.ts'

const KIND_ZH: Record<StepReport['kind'], string> = {
  send: '发给客户',
  groupSend: '发到群',
  moment: '朋友圈',
  duty: '待办',
}

/** `「家宴」  2026-12-12：发了 2 步，下一步 2026-12-11 19:00「群预告」` */
export function campaignLine({ name, date, steps, isEnabled }: CampaignReport, nowMs: number): string {
  const next = steps.filter(({ isOut, atMs }) => !isOut && atMs > nowMs).sort((a, b) => a.atMs - b.atMs)[0]
  const out = steps.filter(({ isOut }) => isOut).length
  const coming = next === undefined ? '后面没有了' : `下一步 ${shanghaiText(next.atMs)}「${next.step}」`
  return `「${name}」  ${date}  ${steps.length} 步，发了 ${out} 步，${isEnabled ? coming : '没有启用'}`
}

export function showText(report: CampaignReport, nowMs: number): string {
  const { name, date, steps, isEnabled, whole } = report
  return [
    `活动「${name}」${date}，${steps.length} 步${isEnabled ? '' : '（没有启用）'}`,
    '',
    ...[...steps].sort((a, b) => a.atMs - b.atMs).flatMap((step) => stepLines(step, isEnabled, nowMs)),
    ...(whole === undefined ? [] : ['', ...wholeLines(whole, nowMs)]),
  ].join('\n')
}

function stepLines(step: StepReport, isEnabled: boolean, nowMs: number): string[] {
  const { run, moment, duty, brought, atMs } = step
  const head = `  ${shanghaiText(run?.scheduledAtMs ?? moment?.scheduledAtMs ?? atMs)} 「${step.step}」 ${KIND_ZH[step.kind]}：`
  if (duty !== undefined) return [`${head}请 ${duty.asked} 位员工做，${duty.done} 位做完`]
  if (moment !== undefined) {
    const { id, asked, published, shown, isOver } = moment
    return [`${head}#${id} ${published}/${asked} 位导购已发表，展示 ${shown} 人次${isOver ? '' : '（还没结束）'}`]
  }
  if (run === undefined) {
    if (atMs > nowMs) return [`${head}还没到${isEnabled ? '' : '，没有启用就不会发'}`]
    return [`${head}已过，没有发；要发就改活动的 date 或这一步的 day`]
  }
  const counts = OUTCOMES.filter((outcome) => run.counts[outcome] > 0).map(
    (outcome) => `${outcomeText(outcome, run.chatType)} ${run.counts[outcome]}`,
  )
  const todo =
    run.state === 'awaiting' && run.approved === undefined ? `，等批准：npm run -s sends -- approve ${run.id}` : ''
  const none = `没有${run.chatType === 'group' ? '群' : '客户'}符合，放宽活动的 audience`
  const state = `${RUN_STATE_ZH[run.state]}，${counts.length === 0 ? none : counts.join('，')}${todo}`
  const remark = run.remark === undefined ? [] : [`      ${run.remark}`]
  return [`${head}#${run.id} ${state}`, ...remark, ...foreseenLines(step, brought, nowMs), ...versionLines(step)]
}

function versionLines({ run, variants = [] }: StepReport): string[] {
  const how = run?.variants?.by === 'split' ? `，哪一版好：npm run -s sends -- effect ${run.id}` : ''
  return variants.map(
    ({ name, asked, sent, clicked, buyers, fen }) =>
      `      「${name}」版：该发 ${asked} 位，送达 ${sent} 位，点了链接 ${clicked} 位，${ORDER_DAYS} 天内下单 ${buyers} 位、${(fen / 100).toFixed(2)} 元${how}`,
  )
}

/** What was foreseen when it was opened beside what came of it. */
function foreseenLines({ run }: StepReport, brought: StepReport['brought'], nowMs: number): string[] {
  if (run?.learned === undefined || brought === undefined) return []
  const asked = SENT_TO.reduce((sum, outcome) => sum + run.counts[outcome], 0)
  if (asked === 0) return []
  const { sentShare, buyerShare } = run.learned
  const from =
    run.learned.asked === 0 ? '还没有同名或同类的群发可参考' : `按以前同名或同类群发的 ${run.learned.asked} 人`
  const isOver = nowMs >= run.scheduledAtMs + ORDER_DAYS * DAY_MS
  const buyers = (asked * sentShare * buyerShare).toFixed(1)
  return [
    `      预计（${from}）：送达 ${Math.round(asked * sentShare)} 位，${ORDER_DAYS} 天内下单 ${buyers} 位；实际：送达 ${brought.sent} 位，下单 ${brought.buyers} 位${isOver ? '' : `（${ORDER_DAYS} 天还没过完）`}`,
  ]
}

function wholeLines({ fromMs, toMs, meant, heldOut }: NonNullable<CampaignReport['whole']>, nowMs: number): string[] {
  const isOver = nowMs >= toMs
  return [
    `整个活动（${shanghaiText(fromMs)} 到 ${shanghaiText(toMs)} 的订单${isOver ? '' : '，还没过完'}；${CONFIRMER_ZH.single}没有确认的人也算在内，谁分到哪边是抽的）：`,
    heldOut === undefined ? '  没有对照组，说不出活动带来了多少：在活动里写 holdOut' : `  对照组 ${armText(heldOut)}`,
    `  活动的人 ${armText(meant)}`,
  ]
}

function armText({ people, buyers, fen }: CampaignArm): string {
  const share = people === 0 ? '' : `（${((buyers / people) * 100).toFixed(1)}%）`
  const each = people === 0 ? '' : `，平均每人 ${(fen / people / 100).toFixed(2)} 元`
  return `${people} 人，下过单 ${buyers} 人${share}${each}`
}

export const campaignSheet = ({ steps }: CampaignReport): Sheet => ({
  header: ['步骤', '做什么', '时间', '群发编号', '该发', '送达', '7 天内下单', '朋友圈已发表', '待办做完'],
  rows: steps.flatMap(({ step, kind, atMs, run, brought, variants = [], moment, duty }) => [
    [
      step,
      KIND_ZH[kind],
      shanghaiText(run?.scheduledAtMs ?? atMs),
      run?.id ?? null,
      brought?.asked ?? null,
      brought?.sent ?? run?.counts.sent ?? null,
      brought?.buyers ?? null,
      moment?.published ?? null,
      duty?.done ?? null,
    ],
    // Part of the row above.
    ...variants.map(({ name, asked, sent, buyers }) => [
      ...[step, `其中「${name}」版`, shanghaiText(run?.scheduledAtMs ?? atMs), run?.id ?? null],
      ...[asked, sent, buyers, null, null],
    ]),
  ]),
})
