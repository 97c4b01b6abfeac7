import { cronTimes } from '../../core/kernel/cron-times.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { contradiction } from '../condition/condition-bounds.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Draft } from '../files/draft.ts'
import type { Condition } from '../schema/condition.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'
import type { SendRule } from '../schema/rule-files.ts'

export interface KnownSend {
  draft: Draft<SendRule>
  audience: Condition
}

/** So far ahead; every cron line of a month shows itself in it. */
const AHEAD_MS = 62 * DAY_MS

/** Says where one customer, or one group, may be in the audiences of more sends than the policy allows contacts: the later
 *  ones leave them out, and who wrote the rule would not expect it. `sends`: all to customers, or all to groups. */
export function adviseCrowd(
  sends: readonly KnownSend[],
  { limit, one, to }: { limit: PolicyRule['contactsPerCustomer']; one: string; to: string },
  nowMs: number,
): void {
  if (limit === undefined) return
  const times = new Map(sends.map(({ draft }) => [draft, timesOf(draft.value, nowMs)]))
  for (const { draft, audience } of sends) {
    const meeting = sends.filter(
      (other) => other.draft === draft || contradiction({ kind: 'all', of: [audience, other.audience] }) === undefined,
    )
    const all = meeting.flatMap((other) => times.get(other.draft) ?? []).sort((a, b) => a - b)
    const own = new Set(times.get(draft))
    const most = Math.max(0, ...all.map((from) => crowdFrom(from, all, own, limit.days * DAY_MS)))
    if (most <= limit.most) continue
    draft.advise(
      [draft.value.at === undefined ? 'cron' : 'at'],
      `${limit.days} 天里${one}会赶上 ${most} 条群发，policy.yaml 最多 ${limit.most} 次：后面的不会发给${to}`,
      '错开时间，或者用 audience 把人分开',
    )
  }
}

/** Says where a kind of send comes more often than its rhythm: the one that is too many must say why it comes even so. */
export function checkRhythm(
  drafts: readonly Draft<SendRule>[],
  rhythm: NonNullable<PolicyRule['rhythm']>,
  nowMs: number,
): void {
  const enabled = drafts.filter(({ value }) => value.enabled !== false)
  for (const draft of drafts) {
    const { kind } = draft.value
    if (kind === undefined || Object.hasOwn(rhythm, kind)) continue
    const meant = didYouMean(kind, Object.keys(rhythm))
    const hint = meant === undefined ? `policy.yaml 的 rhythm 里写上「${kind}」，或者改 kind` : `是不是「${meant}」？`
    draft.fault(['kind'], `policy.yaml 的 rhythm 里没有「${kind}」这一类`, hint)
  }
  for (const [kind, { most, days }] of Object.entries(rhythm)) {
    const own = enabled.filter(({ value }) => value.kind === kind)
    const times = new Map(own.map((draft) => [draft, timesOf(draft.value, nowMs)]))
    const all = [...times.values()].flat().sort((a, b) => a - b)
    for (const [draft, at] of times) {
      if (draft.value.evenSo !== undefined) continue
      const fullest = Math.max(0, ...all.map((from) => crowdFrom(from, all, new Set(at), days * DAY_MS)))
      if (fullest <= most) continue
      draft.fault(
        ['kind'],
        `${days} 天里有 ${fullest} 次「${kind}」，policy.yaml 最多 ${most} 次`,
        '错开时间；一定要发就写 evenSo，说明为什么、谁同意的',
      )
    }
  }
}

/** How many fall into the time from `from` on, if one of `own` does. */
function crowdFrom(from: number, all: readonly number[], own: ReadonlySet<number>, lengthMs: number): number {
  const inside = all.filter((at) => at >= from && at < from + lengthMs)
  return inside.some((at) => own.has(at)) ? inside.length : 0
}

function timesOf({ at, cron }: SendRule, nowMs: number): number[] {
  if (at !== undefined) {
    const atMs = Date.parse(`${at.replace(' ', 'T')}:00+08:00`)
    return atMs >= nowMs ? [atMs] : []
  }
  if (cron === undefined) return []
  const found: number[] = []
  try {
    const { nextAfter } = cronTimes(cron)
    for (let next = nextAfter(nowMs); next !== undefined && next < nowMs + AHEAD_MS; next = nextAfter(next)) {
      found.push(next)
    }
  } catch {
    // A line that cannot be read is told of by itself.
  }
  return found
}
