import { minuteOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Rule, RuleBook } from '../../rules/book/rule-book.ts'
import type { ContentRule } from '../../rules/schema/content.ts'
import type { WelcomeRule } from '../../rules/schema/rule-files.ts'

export interface ChosenWelcome {
  rule: Rule<WelcomeRule>
  content: ContentRule
  /** One Chinese line: why this one. */
  why: string
}

export interface WelcomeWish {
  channel: string | null
  /** A journey's own choice. */
  welcome?: string | undefined
  /** When the customer came, UTC milliseconds. */
  atMs: number
}

/** The welcome of the journey, else of the channel, else the default, in its version for the hour. Undefined when the
 *  rules have none. */
export function chooseWelcome(book: RuleBook, { channel, welcome, atMs }: WelcomeWish): ChosenWelcome | undefined {
  const found = ruleFor(book, channel, welcome)
  if (found === undefined) return undefined
  const variant = found.rule.value.hours?.find((hours) => isWithin(hours.between, atMs))
  return {
    rule: found.rule,
    content: variant ?? found.rule.value,
    why: variant === undefined ? found.why : `${found.why}（${variant.between} 时段）`,
  }
}

function ruleFor(book: RuleBook, channel: string | null, welcome: string | undefined) {
  const wished = welcome === undefined ? undefined : book.welcomes.get(welcome)
  if (wished !== undefined) return { rule: wished, why: `SOP 指定的欢迎语「${wished.name}」` }
  const ofChannel = book.welcomes.get(book.channels.get(channel ?? '')?.value.welcome ?? '')
  if (ofChannel !== undefined) return { rule: ofChannel, why: `渠道「${channel}」的欢迎语「${ofChannel.name}」` }
  const rule = book.defaultWelcome
  if (rule === undefined) return undefined
  const why = channel === null ? '来源渠道未知' : `渠道「${channel}」没有自己的欢迎语`
  return { rule, why: `${why}，用默认欢迎语「${rule.name}」` }
}

/** `22:00-09:00` runs over midnight; the end is not within; equal ends are the whole day. */
export function isWithin(between: string, atMs: number): boolean {
  const [from = 0, to = 0] = between.split('-').map(minutesOf)
  const minute = minuteOfShanghaiDay(atMs)
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

const minutesOf = (clockTime: string): number => {
  const [hours = 0, minutes = 0] = clockTime.split(':').map(Number)
  return hours * 60 + minutes
}
