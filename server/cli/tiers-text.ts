import { VOCABULARY } from '../capabilities/vocabulary.ts'
import { DAY_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import { factsText } from '../operations/sop/model/facts-text.ts'
import type { Proposal } from '../operations/tiers/proposal-store.ts'
import type { TierMove } from '../operations/tiers/tier-queries.ts'
import type { ProposalState } from '../operations/tiers/tier-states.ts'
import type { CustomerTier } from '../operations/tiers/tier-store.ts'
import type { Cuts } from '../records/scores/quantiles.ts'
import type { Score, ScoreCuts } from '../records/scores/score-queries.ts'
import type { Ladder } from '../rules/book/rule-book.ts'
import { DEFAULT_COOL_DOWN_DAYS } from '../rules/schema/ladder-rule.ts'
import type { GuideNames } from './find/guide-names.ts'
import type { Sheet } from './frame/command.ts'
import { table } from './frame/table.ts'

export interface Names {
  staff: GuideNames
  /** By external_userid. */
  customers: ReadonlyMap<string, string>
}

const STATE_ZH: Record<ProposalState, string> = {
  queued: '排队',
  open: '等确认',
  accepted: '已同意',
  declining: '不同意',
  started: '转接中',
  done: '完成',
  declined: '没有同意',
  withdrawn: '取消',
  failed: '没有成功',
}

const who = (names: Names, userId: string): string => names.staff.get(userId) ?? userId
const customer = (names: Names, id: string): string => {
  const name = names.customers.get(id)
  return name === undefined ? id : `${name}（${id}）`
}

const MOST_DOUBLES = 20

export function listText(
  ladder: Ladder,
  found: {
    counts: ReadonlyMap<string, number>
    places: ReadonlyMap<string, { userId: string; customers: number }[]>
    queued: ReadonlyMap<string, number>
    names: Names
    /** external_userids of those who bear the tags of two levels. */
    doubles: readonly string[]
  },
): string {
  const rows = ladder.levels.map(({ name, value }) => {
    const cap = value.cap === undefined ? '' : `/${value.cap}`
    const guides = (found.places.get(name) ?? []).map(
      ({ userId, customers }) => `${who(found.names, userId)} ${customers}${cap}`,
    )
    const queued = found.queued.get(name) ?? 0
    return [
      name,
      `${found.counts.get(name) ?? 0} 人`,
      value.guides === undefined ? '' : `专属导购 ${guides.join('、') || '还没有人'}`,
      queued > 0 ? `排队 ${queued} 人` : '',
    ]
  })
  const { doubles } = found
  const shown = doubles
    .slice(0, MOST_DOUBLES)
    .map((id) => customer(found.names, id))
    .join('、')
  const more = doubles.length > MOST_DOUBLES ? ' 等' : ''
  const hint = `有两级标签的客户 ${doubles.length} 位（一个是人工打的，规则不会去掉，请到企业微信里去掉）：${shown}${more}`
  return `「${ladder.name}」\n${table(rows)}${doubles.length === 0 ? '' : `\n${hint}`}`
}

export function candidatesText(ladder: string, found: readonly Proposal[], names: Names): string {
  if (found.length === 0) return `「${ladder}」没有候选的客户。`
  const lines = found.map((one) => [
    `#${one.id}`,
    customer(names, one.externalUserId),
    `${one.from}→${one.to}`,
    reasonText(one),
  ])
  return `「${ladder}」候选 ${found.length} 人\n${table(lines)}\n同意：npm run -s tiers -- confirm <编号>`
}

const reasonText = ({ reason }: Pick<Proposal, 'reason'>): string =>
  reason.facts === undefined ? reason.text : `${reason.text}（${factsText(reason.facts, VOCABULARY.facts)}）`

export function proposalsText(found: readonly Proposal[], names: Names): string {
  if (found.length === 0) return '没有等待处理的提议。'
  const lines = found.map((one) => [
    `#${one.id}`,
    STATE_ZH[one.state],
    customer(names, one.externalUserId),
    one.kind === 'move'
      ? `「${one.ladder}」${one.from}→${one.to}`
      : `「${one.ladder}」${one.to} 转给${taker(one, names)}`,
    `${shanghaiText(one.proposedAtMs)} 起`,
    one.outcome ?? reasonText(one),
  ])
  return `${table(lines)}\n同意：npm run -s tiers -- confirm <编号>；不同意：decline <编号>`
}

export const proposalsSheet = (found: readonly Proposal[], names: Names): Sheet => ({
  header: ['编号', '状态', '客户编号', '昵称', '梯子', '从', '到', '转给', '从什么时候起', '理由或结果'],
  rows: found.map((one) => [
    one.id,
    STATE_ZH[one.state],
    one.externalUserId,
    names.customers.get(one.externalUserId) ?? null,
    one.ladder,
    one.from,
    one.to,
    one.kind === 'move' ? null : taker(one, names),
    shanghaiText(one.proposedAtMs),
    one.outcome ?? reasonText(one),
  ]),
})

const taker = (one: Proposal, names: Names): string =>
  one.toUserId === undefined ? '专属导购（都满了）' : who(names, one.toUserId)

export function whyText(found: {
  name: string
  ladders: ReadonlyMap<string, Ladder>
  tiers: readonly CustomerTier[]
  moves: readonly TierMove[]
  proposals: readonly Proposal[]
  score: Score | undefined
  cuts: ScoreCuts | undefined
  nowMs: number
}): string {
  const parts = found.tiers.flatMap((tier) => tierLines(tier, found))
  if (found.tiers.length === 0) parts.push('还没有评定过等级，今天夜里会评定。')
  for (const one of found.proposals) {
    parts.push(`提议 #${one.id}：「${one.ladder}」${one.from}→${one.to}，${STATE_ZH[one.state]}${note(one.outcome)}`)
  }
  parts.push(scoreText(found.score, found.cuts))
  return [found.name, ...parts].join('\n  ')
}

const note = (outcome: string | undefined): string => (outcome === undefined ? '' : `：${outcome}`)

function tierLines(
  tier: CustomerTier,
  { ladders, moves, nowMs }: { ladders: ReadonlyMap<string, Ladder>; moves: readonly TierMove[]; nowMs: number },
): string[] {
  const lines = [
    `「${tier.ladder}」${tier.level}，${shanghaiText(tier.sinceMs)} 起：${reasonText(tier)}（规则 ${tier.version}）`,
  ]
  const rule = ladders.get(tier.ladder)?.value
  if (rule === undefined) lines.push('  规则里已经没有这把梯子')
  const freeAtMs = (tier.heldFromMs ?? 0) + (rule?.coolDownDays ?? DEFAULT_COOL_DOWN_DAYS) * DAY_MS
  if (rule !== undefined && tier.heldFromMs !== undefined && freeAtMs > nowMs) {
    lines.push(`  ${shanghaiText(freeAtMs)} 以前不降级${rule.promoteAtOnce === true ? '' : '也不升级'}`)
  }
  if (tier.entitledUntilMs !== undefined) lines.push(`  有效到 ${shanghaiText(tier.entitledUntilMs)}`)
  for (const move of moves.filter((one) => one.ladder === tier.ladder).slice(0, 5)) {
    lines.push(`  ${shanghaiText(move.atMs)} ${move.from ?? '（无）'}→${move.to}：${move.reason.text}`)
  }
  return lines
}

function scoreText(score: Score | undefined, cuts: ScoreCuts | undefined): string {
  if (score === undefined || cuts === undefined) return '价值分：没有（没买过，或者今天夜里才算）'
  const { r, f, m } = score
  const from = (of: Cuts, points: number, show: (value: number) => string): string =>
    points < 2 || of[points - 2] === undefined ? '最低一档' : show(of[points - 2] ?? 0)
  return [
    `价值分 ${r + f + m}（在 ${cuts.customers} 位买过的客户里）：`,
    `最近购买 ${r}（${from(cuts.r, r, (value) => `${shanghaiText(value).slice(0, 10)} 以后买过`)}），`,
    `频次 ${f}（${from(cuts.f, f, (value) => `至少 ${value} 天买过`)}），`,
    `金额 ${m}（${from(cuts.m, m, (value) => `至少 ${value / 100} 元`)}）`,
  ].join('')
}
