import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Journey } from '../../operations/sop/explain/sop-queries.ts'
import type { NotIn } from '../../operations/sop/explain/why-not.ts'
import { factsText } from '../../operations/sop/model/facts-text.ts'
import type { SetTag } from '../../records/tags/tag-queries.ts'

export interface Why {
  name: string
  journeys: readonly Journey[]
  notIn: readonly NotIn[]
  tags: readonly SetTag[]
}

const STATES: Record<Journey['state'], string> = {
  active: '在里面',
  finished: '走完了',
  goal: '达成目标',
  left: '离开了',
}
const SET_BY: Record<SetTag['setBy'], string> = { rule: '规则', guide: '导购', wecom: '企业微信里' }

/** Everything that was decided about one customer, and why, for a terminal. */
export function whyText({ name, journeys, notIn, tags }: Why): string {
  const parts = [
    `客户「${name}」`,
    ...section('进过的 SOP', journeys.flatMap(journeyLines)),
    ...section('没有进的 SOP', notIn.flatMap(notInLines)),
    ...section('身上的标签', tags.map(tagLine)),
  ]
  return parts.join('\n')
}

const section = (title: string, lines: string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines])

function journeyLines(journey: Journey): string[] {
  const { title, version, state, enteredAtMs, endedAtMs, endReason, nextAtMs } = journey
  const ended = endedAtMs === undefined ? '' : `，${shanghaiText(endedAtMs)} ${endReason ?? ''}`
  const next = nextAtMs === undefined ? '' : `，下一步 ${shanghaiText(nextAtMs)}`
  return [
    `  ${title}（版本 ${version}）：${STATES[state]}${ended}${next}`,
    `    ${shanghaiText(enteredAtMs)} 进入：${enteredText(journey)}`,
    ...journey.steps.map((step) => `    ${shanghaiText(step.atMs)} ${step.outcome}${seenOf(step)}`),
  ]
}

function enteredText({ entered, seen, heldOut, canary }: Journey): string {
  const facts = factsText(seen, VOCABULARY.facts)
  return [
    entered,
    ...(facts === '' ? [] : [facts]),
    ...(heldOut ? ['对照组，只观察'] : []),
    ...(canary ? ['灰度版本'] : []),
  ].join('；')
}

/** The facts of a branch stand in its outcome already. */
function seenOf({ kind, reason }: Journey['steps'][number]): string {
  const facts = kind === 'choose' ? undefined : reason?.facts
  return facts === undefined || Object.keys(facts).length === 0 ? '' : `（${factsText(facts, VOCABULARY.facts)}）`
}

const notInLines = ({ title, version, why, last }: NotIn): string[] => [
  `  ${title}（版本 ${version}）：${why}`,
  ...(last === undefined ? [] : [`    上一次：${shanghaiText(last.atMs)} ${last.text}`]),
]

function tagLine({ path, setBy, setAtMs, reason }: SetTag): string {
  const rule = reason?.rule === undefined ? '' : `，版本 ${reason.rule.version}`
  return `  ${path}：${shanghaiText(setAtMs)} ${SET_BY[setBy]}打的${reason === undefined ? '' : `（${reason.text}${rule}）`}`
}
