import type { RuleBook } from '../../rules/book/rule-book.ts'
import { nameOfStep } from '../../rules/campaigns/times-of-campaign.ts'
import { didYouMean } from '../../rules/condition/did-you-mean.ts'
import { cliFault } from '../frame/cli-fault.ts'

/** What goes out by a rule other than a journey. */
export interface OutgoingRule {
  name: string
  /** As people read it: 活动「家宴」 */
  title: string
  /** Names of its sends, moments and to-dos of staff. */
  names: ReadonlySet<string>
}

/** What is called so: a campaign, a send, a moment, or all that a calendar or a group SOP brings; undefined: nothing. */
export function outgoingInBook(book: RuleBook, written: string): OutgoingRule | undefined {
  const name = written.trim()
  const campaign = book.campaigns.get(name)?.value
  if (campaign !== undefined) {
    return { name, title: `活动「${name}」`, names: new Set(campaign.steps.map((step) => nameOfStep(campaign, step))) }
  }
  if (book.sends.has(name)) return { name, title: `群发「${name}」`, names: new Set([name]) }
  if (book.moments.has(name)) return { name, title: `朋友圈「${name}」`, names: new Set([name]) }
  const parts = allNames(book).filter((one) => one.startsWith(`${name}·`))
  return parts.length === 0 ? undefined : { name, title: `「${name}」`, names: new Set(parts) }
}

/** Throws `no` with the near one where one of them may be meant. */
export function meantOutgoing(book: RuleBook, written: string): void {
  const parents = allNames(book).map((one) => one.split('·')[0] ?? one)
  const meant = didYouMean(written.trim(), [...new Set([...allNames(book), ...parents])])
  if (meant !== undefined) {
    throw cliFault('no', `没有叫「${written.trim()}」的 SOP、群发、朋友圈、活动、周历或群 SOP。是不是「${meant}」？`)
  }
}

const allNames = ({ sends, moments, duties }: RuleBook): string[] => [
  ...sends.keys(),
  ...moments.keys(),
  ...duties.keys(),
]

/** The book with these rules as they are in another one, and all else as it is. */
export function withOutgoing(book: RuleBook, other: RuleBook, names: ReadonlySet<string>): RuleBook {
  const swap = <Of>(own: ReadonlyMap<string, Of>, others: ReadonlyMap<string, Of>): ReadonlyMap<string, Of> =>
    new Map([...[...own].filter(([name]) => !names.has(name)), ...[...others].filter(([name]) => names.has(name))])
  return {
    ...book,
    sends: swap(book.sends, other.sends),
    moments: swap(book.moments, other.moments),
    duties: swap(book.duties, other.duties),
  }
}
