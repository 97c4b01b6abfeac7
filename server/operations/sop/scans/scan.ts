import type { Times } from '../../../core/kernel/cron-times.ts'
import { shanghaiDaysBetween, shanghaiText } from '../../../core/kernel/shanghai.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import { versionOf } from '../../../rules/book/rule-version.ts'
import type { Facts } from '../../../rules/condition/fact.ts'
import { conditionOf } from '../../../rules/condition/parse-condition.ts'
import type { Condition, FactTest } from '../../../rules/schema/condition.ts'
import { isEventTrigger, type ScanTrigger, SINCE_FACTS, type SopTrigger } from '../../../rules/schema/sop-trigger.ts'
import type { Entry } from '../model/sop-entry.ts'
import { scanTimes } from './scan-times.ts'

/** Looks for customers at times, for one journey. */
export interface Scan {
  /** Names its rows. */
  key: string
  /** As released; its canary's share of customers gets that one. */
  sop: Sop
  /** The versions that take part: both, unless each has a trigger of its own. */
  versions: Sop[]
  /** Changes when the times or the audience do. */
  timing: string
  times: Times
  /** Of an audience: who begins to be in it, or ends. Undefined: everybody who meets the condition at that time. */
  edge: 'enters' | 'leaves' | undefined
  /** Of an audience: those in it from the beginning count, too. */
  includeCurrent: boolean
  /** Whom to look for. */
  audience: Condition
  /** What one version asks of a customer, its `when` included. */
  asks(version: Sop): Condition
  /** Is it another occasion than the one by which the customer came in last. */
  isNews(latest: Entry, values: Facts, atMs: number): boolean
  /** The occasion, a few Chinese words. */
  why(atMs: number): string
}

/** The scans of one journey of the rule book; none when events begin it or it is switched off. */
export function scansOf(sop: Sop): Scan[] {
  const { canary } = sop
  if (canary === undefined) return scanOf(sop, sop.name, sop, [sop])
  const main = scanOf(sop, sop.name, sop, [sop, canary.sop])
  const onTrial = scanOf(sop, `${sop.name}#canary`, canary.sop, [canary.sop])
  if (main[0]?.timing === onTrial[0]?.timing) return main
  return [...scanOf(sop, sop.name, sop, [sop]), ...onTrial]
}

function scanOf(sop: Sop, key: string, version: Sop, versions: Sop[]): Scan[] {
  const { trigger, valid, enabled } = version.value
  if (enabled === false || isEventTrigger(trigger)) return []
  const own = ownCondition(trigger)
  const asks = (one: Sop): Condition => ({ kind: 'all', of: [own, one.when] })
  const edge = 'enters' in trigger ? 'enters' : 'leaves' in trigger ? 'leaves' : undefined
  return [
    {
      key,
      sop,
      versions,
      timing: versionOf({ trigger, valid }),
      times: scanTimes(trigger, valid),
      edge,
      includeCurrent: 'includeCurrent' in trigger && trigger.includeCurrent === true,
      audience: edge === undefined ? { kind: 'any', of: versions.map(asks) } : conditionOf(audienceText(trigger)),
      asks,
      isNews: 'silence' in trigger ? isNewSilence : () => true,
      why: (atMs) => whyOf(trigger, atMs),
    },
  ]
}

const audienceText = (trigger: ScanTrigger): unknown =>
  'enters' in trigger ? trigger.enters : 'leaves' in trigger ? trigger.leaves : undefined

const EVERYBODY: Condition = { kind: 'all', of: [] }
const fact = (path: string, test: FactTest): Condition => ({ kind: 'test', path, test })

/** What a trigger itself asks of a customer. */
export function ownCondition(trigger: SopTrigger): Condition {
  if (isEventTrigger(trigger)) return EVERYBODY
  if ('day' in trigger) return fact(SINCE_FACTS[trigger.since], { eq: trigger.day })
  if ('birthday' in trigger) return fact('birthday.daysUntil', { eq: trigger.birthday })
  if ('silence' in trigger) return fact('silence.days', { gte: trigger.silence })
  if ('enters' in trigger) return conditionOf(trigger.enters)
  if ('leaves' in trigger) return { kind: 'not', of: conditionOf(trigger.leaves) }
  return EVERYBODY
}

/** Somebody who still is silent since before their last time is not silent anew. On the day of that time they had been so
 *  for a day at least, so a sign of life that day came after it. */
function isNewSilence(latest: Entry, values: Facts, atMs: number): boolean {
  const days = values.get('silence.days')
  return typeof days === 'number' && days <= shanghaiDaysBetween(latest.enteredAtMs, atMs)
}

const SINCE_ZH: Record<keyof typeof SINCE_FACTS, string> = {
  'customer.added': '加好友',
  'order.first': '首单',
  'order.last': '最近一单',
  'group.joined': '入群',
  'contact.last': '上次联系',
}

function whyOf(trigger: ScanTrigger, atMs: number): string {
  const time = shanghaiText(atMs)
  const day = time.slice(0, 10)
  if ('daily' in trigger) return `${day} 每日名单`
  if ('cron' in trigger) return `${time} 定时名单`
  if ('day' in trigger) return `${SINCE_ZH[trigger.since]}后第 ${trigger.day} 天`
  if ('birthday' in trigger) return trigger.birthday === 0 ? '今天生日' : `生日前 ${trigger.birthday} 天`
  if ('date' in trigger) return `${day} 到了`
  if ('silence' in trigger) return `沉默满 ${trigger.silence} 天`
  return 'enters' in trigger ? '进入人群' : '离开人群'
}
