import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import { factsText } from '../../operations/sop/model/facts-text.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import type { SopPlan } from '../../upkeep/rehearsal/rehearse-plan.ts'
import { cutTo, padLeft, padRight } from '../frame/pad.ts'
import { arrivalLines } from './arrivals-text.ts'
import { outlookLines, sendLines } from './outlook-text.ts'
import {
  countBy,
  dayOf,
  examples,
  type GuideLoad,
  guideLoads,
  maskedId,
  type PlanReport,
  type StepRow,
  spanDays,
  stepRows,
} from './plan-report.ts'

const MOST_EXAMPLES = 20
const MOST_GUIDES = 10
/** Columns of the table of days that fit beside the date. */
const STEPS_A_TABLE = 12
const STATE_ZH = { finished: '走完', goal: '达成目标', left: '中途离开', active: '' } as const

/** The plan for people, at most a hundred columns wide. */
export function planText(report: PlanReport): string {
  const { plan, cast, sops, running, runningBook } = report
  const head = `预演 ${shanghaiText(plan.fromMs)} 起 ${spanDays(plan)} 天，到 ${shanghaiText(plan.toMs)}。规则 ${plan.bookVersion}`
  const who =
    cast.drawn === undefined
      ? `客户 ${cast.total} 人全部参加。只有时间在走：客户什么也不做，导购马上确认群发。`
      : `客户 ${cast.total} 人，按导购整组抽了 ${cast.drawn.size} 人；下面的数字按 ${cast.factor.toFixed(1)} 倍推算，是估计。`
  const beside =
    runningBook === undefined
      ? '服务还没有用过任何规则，没有现行的可以比。'
      : running === undefined
        ? '现在运行的就是这套规则。'
        : `现行的版本 ${running.bookVersion}（按发布记录，灰度也算），数字写在「现行」一栏。`
  return [
    head,
    who,
    beside,
    ...sops.flatMap((sop) => ['', ...sopLines(sop, report)]),
    '',
    ...sendLines(report),
    ...outlookLines(report),
    ...guideLines(report),
  ].join('\n')
}

function sopLines(sop: SopPlan, report: PlanReport): string[] {
  const { book, running, runningBook, cast } = report
  const n = (count: number): string => String(Math.round(count * cast.factor))
  const before = running?.sops.find((one) => one.sop === sop.sop)
  const rows = stepRows(sop, book)
  const percent = book.sops.get(sop.sop)?.value.rollout?.percent
  const heldOut = sop.entered.filter((entry) => entry.heldOut).length
  const isSame = before?.version === sop.version || running === undefined
  const ends = [...countBy(sop.ended, ({ state }) => state)].map(
    ([state, count]) => `${STATE_ZH[state as keyof typeof STATE_ZH]} ${n(count)}`,
  )
  return [
    `━━ SOP「${sop.title}」${sop.sop}  版本 ${sop.version}${isSame ? '' : `（现行 ${before?.version ?? '没有'}）`}`,
    `${matchingText(sop, book)} ${n(sop.matching)} 人，已经在里面 ${n(sop.insideBefore)} 人。`,
    sop.byEvent
      ? '由事件触发：新来的人不在这里（见下面的估计），这里只有已经在里面的人。'
      : `会进入 ${n(sop.entered.length)} 人次${heldOut === 0 ? '' : `，其中对照组 ${n(heldOut)}（只观察）`}${before === undefined ? '' : `；现行 ${n(before.entered.length)}`}。`,
    ...(percent === undefined
      ? []
      : [`文件里写着灰度：启用后只有 ${percent}% 的新客户进这一版；这里按全部客户都进这一版算。`]),
    ...(ends.length === 0 ? [] : [`会结束：${ends.join('，')}。`]),
    ...stepLines(
      rows,
      before === undefined || runningBook === undefined ? undefined : stepRows(before, runningBook),
      n,
    ),
    ...dayLines(rows, report, n),
    ...missedLines(sop, rows, n),
    ...exampleLines(sop, report),
    ...(sop.byEvent ? arrivalLines(sop.sop, report) : []),
  ]
}

function matchingText({ sop, byEvent }: SopPlan, book: RuleBook): string {
  const trigger = book.sops.get(sop)?.value.trigger
  if (byEvent) return '现在符合条件（还要等事件发生）'
  if (typeof trigger !== 'object') return '现在符合条件'
  if ('enters' in trigger || 'leaves' in trigger) return '启用时就会触发'
  return '现在符合触发和条件'
}

function stepLines(rows: StepRow[], before: StepRow[] | undefined, n: (count: number) => string): string[] {
  if (rows.length === 0) return ['这些天没有步骤要做。']
  const earlier = (row: StepRow): string => {
    if (before === undefined) return ''
    const same = before.find((one) => one.text === row.text)
    return padLeft(same === undefined ? '—' : n(same.done.length), 8)
  }
  const gone = (before ?? []).filter((one) => !rows.some((row) => row.text === one.text))
  return [
    `  ${padRight('步骤', 60)}${padLeft('合计', 8)}${before === undefined ? '' : padLeft('现行', 8)}`,
    ...rows.map(
      (row, index) =>
        `  ${padRight(cutTo(`${index + 1}. ${row.text}`, 60), 60)}${padLeft(n(row.done.length), 8)}${earlier(row)}`,
    ),
    ...gone.map(
      (one) => `  ${padRight(cutTo(`去掉 ${one.text}`, 60), 60)}${padLeft('—', 8)}${padLeft(n(one.done.length), 8)}`,
    ),
  ]
}

function dayLines(rows: StepRow[], { plan }: PlanReport, n: (count: number) => string): string[] {
  const shown = rows.slice(0, STEPS_A_TABLE)
  if (shown.length === 0) return []
  const days = Array.from({ length: Math.ceil((plan.toMs - plan.fromMs) / DAY_MS) + 1 }, (_, nth) =>
    dayOf(plan.fromMs + nth * DAY_MS),
  )
  const perDay = shown.map((row) => countBy(row.done, ({ atMs }) => dayOf(atMs)))
  const lines = days
    .filter((day) => perDay.some((counts) => counts.has(day)))
    .map(
      (day) =>
        `  ${padRight(day, 12)}${perDay.map((counts) => padLeft(counts.has(day) ? n(counts.get(day) ?? 0) : '·', 7)).join('')}`,
    )
  return [`  ${padRight('每天', 12)}${shown.map((_, index) => padLeft(`${index + 1}.`, 7)).join('')}`, ...lines]
}

function missedLines(sop: SopPlan, rows: StepRow[], n: (count: number) => string): string[] {
  const why = [...sop.refused].map(([text, ids]) => `  ${n(ids.length)} 人进不来：${text}`)
  const steps = rows.flatMap(({ missed }) =>
    [...countBy(missed, ({ outcome }) => outcome.split('（')[0] ?? outcome)].map(
      ([text, count]) => `  ${n(count)} 次：${text}`,
    ),
  )
  return why.length + steps.length === 0 ? [] : ['不会触达的：', ...why, ...steps]
}

function exampleLines(sop: SopPlan, { plan, guides }: PlanReport): string[] {
  const chosen = examples(sop, MOST_EXAMPLES)
  if (chosen.length === 0) return []
  return [
    '例子：',
    ...chosen.flatMap(({ externalUserId, refused }) => {
      const name = `${cutTo(plan.nicknames.get(externalUserId) ?? '（没有昵称）', 16)} ${maskedId(externalUserId)}`
      if (refused !== undefined) return [`  ${name}：不会进入，${refused}`]
      const entry = sop.entered.find((one) => one.externalUserId === externalUserId)
      const facts =
        entry === undefined
          ? '已经在里面'
          : `${shanghaiText(entry.enteredAtMs)} 进入${entry.heldOut ? '对照组' : ''}，${factsText(entry.facts, VOCABULARY.facts) || '没有条件'}`
      const steps = sop.steps.filter((step) => step.externalUserId === externalUserId && step.kind !== 'wait')
      return [
        cutTo(`  ${name}：${facts}`, 100),
        ...steps
          .slice(0, 4)
          .map(({ atMs, outcome, userId }) =>
            cutTo(`      ${shanghaiText(atMs)} ${guides.get(userId) ?? userId}：${outcome}`, 100),
          ),
        ...(steps.length > 4 ? [`      ……还有 ${steps.length - 4} 步`] : []),
      ]
    }),
  ]
}

function guideLines(report: PlanReport): string[] {
  const { guides, cast } = report
  const loads = guideLoads(report)
  const full = loads.filter(({ held }) => held > 0)
  const name = (load: GuideLoad): string => guides.get(load.userId) ?? load.userId
  if (loads.length === 0) return ['没有要导购做的事。']
  return [
    `━━ 导购${cast.drawn === undefined ? '' : '（抽到的，不推算）'}，最多的在前：`,
    ...loads.slice(0, MOST_GUIDES).map((load) => {
      const most = load.fullest === undefined ? '' : `，最多的一天 ${load.fullest.day} 有 ${load.fullest.tasks} 条`
      return `  ${padRight(cutTo(name(load), 20), 20)} 待办 ${load.tasks} 条，群发 ${load.messages} 人${load.groups > 0 ? `、${load.groups} 个群` : ''}${most}`
    }),
    ...(loads.length > MOST_GUIDES ? [`  ……还有 ${loads.length - MOST_GUIDES} 位`] : []),
    ...full.map((load) => `  ${name(load)} 有 ${load.held} 条当天派不下（每天的上限），排到第二天早上`),
  ]
}
