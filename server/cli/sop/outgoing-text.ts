import { shanghaiIso, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Cast } from '../../upkeep/rehearsal/choose-customers.ts'
import type { ComparedOutgoing } from '../../upkeep/rehearsal/compare-outgoing.ts'
import { OUTGOING_KINDS, type OutgoingKind } from '../../upkeep/rehearsal/read-outgoing.ts'
import { castLine, comparedRow, firstDifference, headRow } from './backtest-text.ts'
import { maskedId } from './plan-report.ts'

/** A past that was lived through twice, as far as sends, moments and to-dos of staff go. */
export interface OutgoingReport {
  /** 活动「家宴」 */
  title: string
  fromMs: number
  toMs: number
  /** How many events were told again. */
  events: number
  cast: Cast
  compared: ComparedOutgoing
  /** Names of groups and staff by chat_id and userid. */
  called: ReadonlyMap<string, string>
}

const MANY_ZH: Record<OutgoingKind, (many: number) => string> = {
  customers: (many) => `结果不同的客户 ${many} 位`,
  groups: (many) => `结果不同的群 ${many} 个`,
  moments: (many) => `不同的朋友圈 ${many} 条`,
  staff: (many) => `待办不同的员工 ${many} 位`,
}

/** What cannot be turned back, and what that does to the figures. */
const BLIND = [
  '好友、群、标签、分层按能回到的最早情况算；群有多大、是谁的、有哪些群标签按现在算。',
  '群 SOP 的一步发过两次的（比如重新进了群池），只记得最后一次：回到两次之间，当作还没发过。',
  '导购和群主当作马上确认，要人批准的当作批准了；企业微信的每月上限按设置算。',
  '当时的人没有收到新版本的消息：他们后来的下单、点击照旧，看不出新版本带来的变化。',
]

/** Both beside each other, at most a hundred columns wide. */
export function outgoingText(report: OutgoingReport): string {
  const { title, fromMs, toMs, events, cast } = report
  const { older, newer } = report.compared.counts
  const lines = [...new Set([...older.keys(), ...newer.keys()])].sort()
  return [
    `回测${title}：${shanghaiText(fromMs)} 到 ${shanghaiText(toMs)}，${events} 个事件。`,
    castLine(cast),
    headRow(),
    ...(lines.length === 0 ? ['  两个版本在这段时间里都什么也没有发。'] : []),
    ...lines.map((line) => comparedRow(line, older.get(line) ?? 0, newer.get(line) ?? 0)),
    ...changedLines(report),
    '回不到过去的：',
    ...BLIND.map((line) => `  ${line}`),
  ].join('\n')
}

function changedLines({ compared, called }: OutgoingReport): string[] {
  const kinds = OUTGOING_KINDS.filter((kind) => compared.changed[kind].ids.length > 0)
  if (kinds.length === 0) return ['两个版本对每一位客户、每一个群、每一位员工都一样。']
  return kinds.flatMap((kind) => {
    const { ids, examples } = compared.changed[kind]
    return [
      `${MANY_ZH[kind](ids.length)}，例如：`,
      ...examples.flatMap(({ id, older, newer }) => [
        `  ${called.get(id) ?? (kind === 'customers' ? maskedId(id) : id)}`,
        ...firstDifference(older, newer),
      ]),
    ]
  })
}

/** The same for programs; customers by their whole id. */
export function outgoingJson(report: OutgoingReport) {
  const { title, fromMs, toMs, events, cast, compared } = report
  const { older, newer } = compared.counts
  return {
    of: title,
    from: shanghaiIso(fromMs),
    to: shanghaiIso(toMs),
    events,
    customers: cast.total,
    drawn: cast.drawn?.size ?? null,
    old: Object.fromEntries(older),
    new: Object.fromEntries(newer),
    changed: Object.fromEntries(OUTGOING_KINDS.map((kind) => [kind, compared.changed[kind].ids])),
  }
}
