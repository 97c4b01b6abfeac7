import { shanghaiDaysBetween, shanghaiText } from '../../../core/kernel/shanghai.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import type { FactShape, Facts } from '../../../rules/condition/fact.ts'
import type { Entry } from '../model/sop-entry.ts'
import { unmetParts } from '../model/unmet-parts.ts'

/** In the order in which they are looked at: what lasts longest and concerns most people first. */
export type RefusalCode =
  | 'not-released'
  | 'other-version'
  | 'switched-off'
  | 'not-valid'
  | 'inside'
  | 'once-only'
  | 'too-soon'
  | 'no-guide'
  | 'no-consent'
  | 'no-marketing'
  | 'condition'
  | 'rival'
  | 'not-the-time'
  | 'no-news'

/** Why somebody may not enter a journey. */
export interface Refused {
  kind: 'refused'
  code: RefusalCode
  /** One Chinese line, with what is this customer's own. */
  zh: string
  /** The same without it, for counting those who are refused alike. */
  inShort: string
}

export const refused = (code: RefusalCode, zh: string, inShort = zh): Refused => ({
  kind: 'refused',
  code,
  zh,
  inShort,
})

export const notReleased = ({ canary }: Sop): Refused =>
  refused(
    'not-released',
    canary === undefined || canary.percent === 0 ? '目前没有版本让人进入' : '新版本还在灰度，没有轮到这位客户',
  )

export function notValid({ value: { valid } }: Sop, atMs: number): Refused | undefined {
  const today = shanghaiText(atMs).slice(0, 10)
  if (valid?.from !== undefined && today < valid.from) return refused('not-valid', `有效期从 ${valid.from} 开始`)
  if (valid?.to !== undefined && today > valid.to) return refused('not-valid', `有效期到 ${valid.to} 为止`)
  return undefined
}

/** Nobody is in one journey twice at once; again only after the stated Shanghai days since the last time ended. */
export function notAgain({ value }: Sop, latest: Entry | undefined, atMs: number): Refused | undefined {
  if (latest === undefined) return undefined
  if (latest.state === 'active' || latest.endedAtMs === undefined) return refused('inside', '已经在这个 SOP 里')
  const { reenterAfterDays } = value
  if (reenterAfterDays === undefined) return refused('once-only', '进过一次，不再进')
  const days = shanghaiDaysBetween(latest.endedAtMs, atMs)
  if (days >= reenterAfterDays) return undefined
  const rule = `要隔 ${reenterAfterDays} 天`
  return refused('too-soon', `上次结束才 ${days} 天，${rule}`, rule)
}

/** What is known of somebody, and what the facts are called. */
export interface KnownFacts {
  facts: Facts
  words: readonly FactShape[]
}

export function notMeant({ when }: Sop, { facts, words }: KnownFacts): Refused | undefined {
  const unmet = unmetParts(when, facts, words)
  return unmet.length === 0 ? undefined : refused('condition', `不符合条件：${unmet.join('；')}`, '不符合条件')
}

/** `own`: what the trigger itself asks of those whom it looks for. */
export function notTheTime({ value: { trigger }, own }: Sop, { facts, words }: KnownFacts): Refused | undefined {
  const unmet = unmetParts(own, facts, words)
  if (unmet.length === 0) return undefined
  if (typeof trigger === 'object' && 'leaves' in trigger) return refused('not-the-time', '条件符合，等着离开人群')
  const head = typeof trigger === 'object' && 'enters' in trigger ? '不在人群里' : '还没到时候'
  return refused('not-the-time', `${head}：${unmet.join('；')}`, head)
}

/** Somebody who still is silent since before their last time is not silent anew. On the day of that time they had been so
 *  for a day at least, so a sign of life that day came after it. */
export function noNews(
  { value: { trigger } }: Sop,
  latest: Entry | undefined,
  facts: Facts,
  atMs: number,
): Refused | undefined {
  if (latest === undefined || typeof trigger !== 'object' || !('silence' in trigger)) return undefined
  const days = facts.get('silence.days')
  const isAnew = typeof days === 'number' && days <= shanghaiDaysBetween(latest.enteredAtMs, atMs)
  return isAnew ? undefined : refused('no-news', '还是上次进来时的那次沉默')
}
