import type { ChatMessage, Profile } from '../../../server/sidebar-api/contract.ts'
import { dayZh } from './when.ts'

export interface Names {
  /** Unknown until WeCom has told it. */
  customer: string | null
  guide: string
  /** What else may stand between braces, by its name: facts of orders, fields of the profile. Empty: not known of her. */
  facts?: Readonly<Record<string, string>>
}

/** Places that every house has besides the two names. */
export const ORDER_PLACES = ['上次买的', '上次下单', '下单次数'] as const

/** Characters that steer instead of showing: control characters, direction marks, what Unicode calls format characters. The joiner
 *  and the tags inside emoji stay. The server does the same in what it sends itself. */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200d\u{e0020}-\u{e007f}])\p{Cf}/gu
const readable = (text: string): string => text.replace(STEERING, ' ').replace(/ {2,}/g, ' ').trim()

/** What may be said to this customer in her own words, as one reads them: a name that turns the line around turns no message. */
export function namesOf(profile: Profile | undefined, guide: string): Names {
  if (profile === undefined) return { customer: null, guide }
  const { lastItems, lastPaidAtMs, paidCount } = profile.orders
  const facts: Record<string, string> = {
    上次买的: lastItems ?? '',
    上次下单: lastPaidAtMs === null ? '' : dayZh(lastPaidAtMs),
    下单次数: paidCount === 0 ? '' : String(paidCount),
    退订链接: profile.optOutUrl ?? '',
  }
  for (const [name, url] of Object.entries(profile.links)) facts[`链接:${name}`] = url
  for (const { field, name, text } of profile.fields) {
    facts[field] = text
    facts[name] = text
  }
  return {
    customer: profile.name === null ? null : readable(profile.name),
    guide,
    facts: Object.fromEntries(Object.entries(facts).map(([place, text]) => [place, readable(text)])),
  }
}

const PLACE = /\{([^{}\n]{1,20})\}/g
const isName = (place: string): boolean => place === '客户昵称' || place === '导购名'

/** What a text would tell and nobody knows of this customer, each once: it must not go out so. */
export const missingPlaces = (text: string, { facts = {} }: Names): string[] => [
  ...new Set(
    [...text.matchAll(PLACE)].flatMap(([, place = '']) =>
      isName(place) || (facts[place] ?? '') !== '' ? [] : [place],
    ),
  ),
]

/** Places that still stand in words that were filled from `written` and changed by hand. What stands between braces in a
 *  customer's own name or facts is no place, nor is what the guide put there in words of their own. */
export function placesLeft(text: string, written: string, { customer, guide, facts = {} }: Names): string[] {
  const placesOf = (some: string): string[] => [...some.matchAll(PLACE)].map(([, place = '']) => place)
  const own = new Set([customer ?? '', guide, ...Object.values(facts)].flatMap(placesOf))
  const known = new Set([...Object.keys(facts), ...placesOf(written)])
  return [...new Set(placesOf(text).filter((place) => !own.has(place) && (isName(place) || known.has(place))))]
}

/** A line that says nothing but the customer's name. */
const WHOLE_LINE = /^[ \t]*(?:亲爱的|Hi|hi|嗨)?[ \t]*\{客户昵称\}[，,、：:；;。．.！!？?~～ \t]*$/

/** Nothing stays of such a line, nor two empty lines where it stood between them; the server's welcomes do the same. */
function withoutLines(text: string): string {
  const kept: string[] = []
  let isBehind = false
  for (const line of text.split('\n')) {
    if (WHOLE_LINE.test(line)) isBehind = true
    else if (!isBehind || line.trim() !== '' || (kept.at(-1) ?? '').trim() !== '') {
      kept.push(line)
      isBehind = false
    }
  }
  return kept.join('\n')
}

/** Puts the names into {客户昵称} and {导购名}, and what is known into the other places; what is not known stays as it is written.
 *  Without the customer's name the mark goes, with the comma after it or the one before, so that 「{客户昵称}，你好」 becomes
 *  「你好」; a line of nothing else goes as a whole. */
export function fillIn(text: string, names: Names): string {
  const { customer, guide, facts = {} } = names
  const isKnown = customer !== null && customer !== ''
  // All at once, and by a function: a nickname like 「{导购名}」 or `$&` is a nickname.
  return (
    isKnown
      ? text
      : withoutLines(text)
          .replace(/\{客户昵称\}[，,、：:!！~～\s]*/g, '')
          .replace(/[，,]\s*$/, '')
  ).replace(PLACE, (written, place: string) => {
    if (place === '客户昵称') return customer ?? ''
    if (place === '导购名') return guide
    return (facts[place] ?? '') === '' ? written : (facts[place] ?? '')
  })
}

export function fillMessage(message: ChatMessage, names: Names): ChatMessage {
  if (message.msgtype !== 'text') return message
  return { ...message, text: { content: fillIn(message.text.content, names) } }
}
