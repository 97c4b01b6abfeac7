import { shanghaiDaysBetween, shanghaiText } from '../core/kernel/shanghai.ts'
import type { EndReason, HandoverSummary } from '../operations/handover/handover-queries.ts'
import type { CustomerState } from '../operations/handover/handover-states.ts'
import { STATE_ZH } from '../operations/handover/outcome-text.ts'
import type { HandoverPlan } from '../operations/handover/plan-handover.ts'
import { type GuideNames, guideText } from './find/guide-names.ts'

/** Names of guides by userid, of customers by external_userid. */
export interface PlanNames {
  guides: GuideNames
  customers: ReadonlyMap<string, string>
}

const customerText = ({ customers }: PlanNames, id: string): string => {
  const name = customers.get(id)
  return name === undefined ? id : `${name}（${id}）`
}

interface Named {
  why: string
  example: string
}

function reasonLines(blocked: readonly Named[], unit: string): string[] {
  const byReason = new Map<string, { count: number; example: string }>()
  for (const { why, example } of blocked) {
    const held = byReason.get(why)
    byReason.set(why, { count: (held?.count ?? 0) + 1, example: held?.example ?? example })
  }
  return [...byReason].map(([why, { count, example }]) => `  ${why}：${count} ${unit}，如 ${example}`)
}

/** What would happen, with reasons, calls and the time it takes. */
export function planText(fromUserId: string, plan: HandoverPlan, names: PlanNames, nowMs: number): string {
  const { customers, groups, calls } = plan
  const state = plan.departed ? '已离职，走离职继承' : '在职，走在职继承'
  const lines = [
    `从${guideText(names.guides, fromUserId)}转出（${state}）`,
    `能转：客户 ${customers.moves.length} 位（调用 ${calls.customers} 次），群 ${groups.moves.length} 个（调用 ${calls.groups} 次）`,
    ...customers.takers.map(
      ({ userId, has, takes }) => `  ${guideText(names.guides, userId)}：现有 ${has} 位，接 ${takes} 位`,
    ),
    ...groupLines(plan, names),
  ]
  const blocked = [
    ...reasonLines(
      customers.blocked.map(({ why, externalUserId }) => ({ why, example: customerText(names, externalUserId) })),
      '位',
    ),
    ...reasonLines(
      groups.blocked.map(({ why, chatId, name }) => ({ why, example: name === '' ? chatId : `「${name}」` })),
      '个群',
    ),
  ]
  if (blocked.length > 0) lines.push('不能转：', ...blocked)
  if (customers.moves.length + groups.moves.length > 0) lines.push(timeText(plan, nowMs))
  return lines.join('\n')
}

function groupLines({ groups }: HandoverPlan, names: PlanNames): string[] {
  const counts = new Map<string, number>()
  for (const { toUserId } of groups.moves) counts.set(toUserId, (counts.get(toUserId) ?? 0) + 1)
  return [...counts].map(([userId, count]) => `  ${guideText(names.guides, userId)}：接 ${count} 个群`)
}

function timeText({ customers, groups, askedByMs, doneByMs }: HandoverPlan, nowMs: number): string {
  const seconds = Math.max(1, Math.ceil((askedByMs - nowMs) / 1_000))
  const asked = `预计 ${seconds < 120 ? `${seconds} 秒` : `${Math.ceil(seconds / 60)} 分钟`}内发起`
  const wait = customers.moves.length === 0 ? '' : '；客户 24 小时内可以拒绝，不拒绝就自动完成'
  const days = Math.max(0, ...groups.moves.map((move) => shanghaiDaysBetween(nowMs, move.dueAtMs)))
  const spread = days === 0 ? '' : `；群每天每位新群主最多接 300 个，分 ${days + 1} 天`
  return `${asked}${spread}${wait}。最迟 ${shanghaiText(doneByMs)} 全部完成。`
}

const GROUP_ZH = { planned: '还没发起', done: '已完成', failed: '失败' }

function counts<State extends string>(all: Partial<Record<State, number>>, zh: Record<State, string>): string {
  // Keys of an object of counts by state are states.
  const parts = (Object.entries(all) as [State, number][]).map(([state, count]) => `${zh[state]} ${count}`)
  return parts.length === 0 ? '无' : parts.join('，')
}

export function summaryText(run: HandoverSummary, names: GuideNames): string {
  const kind = run.departed ? '离职' : '在职'
  return `#${run.id}  ${shanghaiText(run.createdAtMs)}  从${guideText(names, run.fromUserId)}（${kind}）  客户：${counts(run.customers, STATE_ZH)}  群：${counts(run.groups, GROUP_ZH)}`
}

export function statusText(
  run: HandoverSummary,
  details: {
    perTaker: { toUserId: string; state: CustomerState; customers: number }[]
    failures: EndReason[]
    doneByMs: number | undefined
  },
  names: GuideNames,
): string {
  const lines = [summaryText(run, names)]
  const takers = new Map<string, Partial<Record<CustomerState, number>>>()
  for (const { toUserId, state, customers } of details.perTaker) {
    takers.set(toUserId, { ...takers.get(toUserId), [state]: customers })
  }
  for (const [userId, states] of takers) lines.push(`  转给${guideText(names, userId)}：${counts(states, STATE_ZH)}`)
  if (details.failures.length > 0) {
    const reasons = details.failures.map(({ reason, times, example }) => `  ${reason}：${times}，如 ${example}`)
    lines.push('没有转成的原因：', ...reasons)
  }
  if (details.doneByMs !== undefined) lines.push(`等待中的最迟 ${shanghaiText(details.doneByMs)} 自动完成。`)
  return lines.join('\n')
}

export function unassignedText(
  left: readonly { userId: string; customers: number; leftAtMs: number | undefined }[],
  proposal: readonly string[],
  names: GuideNames,
): string {
  if (left.length === 0) return '没有待分配的客户。'
  const lines = left.map(({ userId, customers, leftAtMs }) => {
    const since = leftAtMs === undefined ? '' : `，${shanghaiText(leftAtMs).slice(0, 10)} 离职`
    return `  ${guideText(names, userId)}：${customers} 位待分配${since}`
  })
  const first = left[0]?.userId ?? ''
  const advice =
    proposal.length === 0
      ? []
      : [
          `建议分给客户最少的导购：${proposal.map((userId) => guideText(names, userId)).join('、')}。先预演：`,
          `  npm run -s handover -- plan --from ${first} --to ${proposal.join(',')}`,
        ]
  return ['离职成员待分配的客户：', ...lines, ...advice].join('\n')
}
