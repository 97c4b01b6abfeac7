import { cronTimes } from '../../core/kernel/cron-times.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { contradiction } from '../condition/condition-bounds.ts'
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

/** Says where one customer may be in the audiences of more sends than the policy allows contacts: the later ones leave them
 *  out, and who wrote the rule would not expect it. */
export function adviseCrowd(
  sends: readonly KnownSend[],
  limit: PolicyRule['contactsPerCustomer'],
  nowMs: number,
): void {
  if (limit === undefined) return
  const times = new Map(sends.map(({ draft }) => [draft, timesOf(draft.value, nowMs)]))
  for (const { draft, audience } of sends) {
    const meeting = sends.filter(
      (other) => other.draft === draft || contradiction({ kind: 'all', of: [audience, other.audience] }) === undefined,
    )
    const all = meeting.flatMap((one) => times.get(one.draft) ?? []).sort((a, b) => a - b)
    const own = new Set(times.get(draft))
    const most = Math.max(0, ...all.map((from) => crowdFrom(from, all, own, limit.days * DAY_MS)))
    if (most <= limit.most) continue
    draft.advise(
      [draft.value.at === undefined ? 'cron' : 'at'],
      `${limit.days} 天里同一个客户会赶上 ${most} 条群发，policy.yaml 最多 ${limit.most} 次：后面的不会发给这位客户`,
      '错开时间，或者用 audience 把人分开',
    )
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
