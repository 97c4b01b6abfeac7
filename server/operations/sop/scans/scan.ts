import type { Times } from '../../../core/kernel/cron-times.ts'
import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import { versionOf } from '../../../rules/book/rule-version.ts'
import type { Condition } from '../../../rules/schema/condition.ts'
import { isEventTrigger, type ScanTrigger, type SINCE_FACTS } from '../../../rules/schema/sop-trigger.ts'
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
      audience: edge === undefined ? { kind: 'any', of: versions.map(asksOf) } : audienceOf(version.own, edge),
      why: (atMs) => whyOf(trigger, atMs),
    },
  ]
}

/** What a journey asks of those for whom it looks, its `when` included. */
export const asksOf = ({ own, when }: Pick<Sop, 'own' | 'when'>): Condition => ({ kind: 'all', of: [own, when] })

/** A trigger that `leaves` an audience asks for those outside it. */
const audienceOf = (own: Condition, edge: 'enters' | 'leaves'): Condition =>
  edge === 'leaves' && own.kind === 'not' ? own.of : own

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
