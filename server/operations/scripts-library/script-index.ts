import type { LibraryScript } from '../../rules/book/rule-book.ts'
import { findSyllables, plainText, type Spoken, speak } from './spoken.ts'

/** One script prepared for searching. */
export interface IndexedScript {
  title: Spoken
  /** Keywords, situation and domain, apart from each other. */
  head: Spoken
  body: Spoken
  /** All three, to pass by quickly what has the letters nowhere. */
  plain: string
  initials: string
  syllables: string
}

/** {客户昵称} and {导购名} are no words of the script. */
const PLACES = /\{[^{}]{1,20}\}/g

export function indexScript({ value, situation, domain }: LibraryScript): IndexedScript {
  const title = speak(value.title)
  const head = speak([...(value.keywords ?? []), situation, domain].join('\n'))
  const body = speak(value.text.replace(PLACES, ' '))
  const joined = (way: 'plain' | 'initials' | 'syllables'): string =>
    [title, head, body].map((one) => one[way]).join('\n')
  return { title, head, body, plain: joined('plain'), initials: joined('initials'), syllables: joined('syllables') }
}

const MAX_QUERY = 60
const MAX_WORDS = 6

/** The words of a query, all of which must be found. */
export function queryWords(query: string): string[] {
  return [
    ...new Set(
      plainText(query)
        .slice(0, MAX_QUERY)
        .split(/[\s,，、;；]+/),
    ),
  ]
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS)
}

/** Two letters are the initials of something in nearly every text; in a title they still mean something. */
const MIN_BODY_INITIALS = 3
const MIN_BODY_SYLLABLES = 3

/** How well one word fits, 0 when it does not: what is written before what is only said, titles before keywords and
 *  places, those before the text. */
export function scoreOf(script: IndexedScript, word: string): number {
  const { title, head, body } = script
  const isLetters = /^[a-z0-9]+$/.test(word)
  // Latin letters and digits stand in the initials as well, so letters need not be looked for in what is written.
  const isSomewhere = isLetters
    ? script.initials.includes(word) || script.syllables.includes(word)
    : script.plain.includes(word)
  if (!isSomewhere) return 0
  if (title.plain === word) return 100
  if (title.plain.startsWith(word)) return 90
  if (title.plain.includes(word)) return 80
  if (head.plain.includes(word)) return 70
  const inTitle = isLetters ? spokenFit(title, word) : 0
  if (inTitle > 0) return 50 + inTitle
  const inHead = isLetters ? spokenFit(head, word) : 0
  if (inHead > 0) return 40 + inHead
  if (body.plain.includes(word)) return 30
  if (!isLetters) return 0
  if (word.length >= MIN_BODY_INITIALS && body.initials.includes(word)) return 20
  return word.length >= MIN_BODY_SYLLABLES && findSyllables(body, word) !== 'no' ? 10 : 0
}

function spokenFit(spoken: Spoken, letters: string): number {
  if (spoken.initials.startsWith(letters)) return 9
  if (spoken.initials.includes(letters)) return 8
  const found = findSyllables(spoken, letters)
  return found === 'whole' ? 7 : found === 'half' ? 5 : 0
}
