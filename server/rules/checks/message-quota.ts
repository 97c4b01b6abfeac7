import { branchesOf } from '../book/sop-branches.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'
import type { SopRule } from '../schema/rule-files.ts'
import type { SopStep } from '../schema/sop-rule.ts'
import type { WaitStep } from '../schema/sop-step.ts'
import { durationDays } from './durations.ts'

/** WeCom lets a customer get as many mass messages a month as the month has days (doc 92135); the shortest month counts. */
const MONTH: Limit = { most: 28, days: 28, who: '企业微信每月' }
/** Ways through one journey; more are not looked at. */
const MOST_WAYS = 256

interface Limit {
  most: number
  days: number
  who: string
}

/** One way through a journey: when each message comes, in days from the beginning, if every wait lasts as long as it can. */
interface Way {
  day: number
  messages: { day: number; at: Path }[]
}

/** Refuses messages that cannot go out even if everything takes its longest, since too many came before them. */
export function checkMessageQuota(draft: Draft<SopRule>, policy: PolicyRule | undefined): void {
  const limits: Limit[] = [MONTH]
  if (policy?.contactsPerCustomer !== undefined) {
    const { days, tiers = [] } = policy.contactsPerCustomer
    // Some level may have more.
    const most = Math.max(policy.contactsPerCustomer.most, ...tiers.map((one) => one.most))
    limits.push({ most, days, who: `policy.yaml 规定 ${days} 天` })
  }
  const told = new Set<string>()
  for (const { messages } of waysThrough([{ day: 0, messages: [] }], ['steps'], draft.value.steps)) {
    for (const { most, days, who } of limits) {
      const over = messages.find((message, index) => {
        const first = messages[index - most]
        return first !== undefined && message.day - first.day < days
      })
      if (over === undefined || told.has(over.at.join())) continue
      told.add(over.at.join())
      draft.fault(over.at, `这条群发发不出去：${who}最多 ${most} 条，前面已经排满`, '删掉几条，或者把等待拉长')
    }
  }
}

function waysThrough(ways: Way[], path: Path, steps: readonly SopStep[]): Way[] {
  return steps.reduce((under, step, index) => {
    const here = [...path, index]
    if ('message' in step) {
      return under.map((way) => ({ ...way, messages: [...way.messages, { day: way.day, at: [...here, 'message'] }] }))
    }
    if ('wait' in step) return under.map((way) => ({ ...way, day: way.day + longestDays(step.wait) }))
    const branches = branchesOf(step)
    if (branches.length === 0) return under
    return branches.flatMap((branch) => waysThrough(under, [...here, ...branch.at], branch.steps)).slice(0, MOST_WAYS)
  }, ways)
}

function longestDays(wait: WaitStep): number {
  if (typeof wait === 'string') return durationDays(wait)
  if ('event' in wait) return durationDays(wait.atMost)
  return 'weekday' in wait ? 7 : (wait.days ?? 0) + 1
}
