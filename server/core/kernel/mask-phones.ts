/** A phone number in free text: where it stands, and its digits as they are dialled. */
interface FoundPhone {
  start: number
  end: number
  digits: string
  isAbroad: boolean
}

const CHINESE = new Map([...'〇一二三四五六七八九'].map((char, digit) => [char, String(digit)]))
CHINESE.set('零', '0').set('幺', '1')
const INVISIBLE = /\p{Cf}/u
/** What people put between digits. */
const BETWEEN = /[\s\p{Pd}._·・/()（）]/u

/** One letter a character: its digit, `+`, a blank for what may stand between digits, else `x`. */
function dialled(char: string): string {
  if (char >= '0' && char <= '9') return char
  if (char === '+' || char === '＋') return '+'
  if (BETWEEN.test(char)) return ' '
  const digit = CHINESE.get(char) ?? char.normalize('NFKC')
  return digit.length === 1 && digit >= '0' && digit <= '9' ? digit : 'x'
}

/** Mainland mobiles with or without country code, and with a plus those of elsewhere; not a part of a longer number. */
const PHONE =
  /(?<![\d+])(?:(?:\+|00)? {0,2}8 {0,2}6 {0,2})?(1 {0,2}[3-9](?: {0,3}\d){9})(?!\d)|(?<!\d)(\+ {0,2}[1-9](?: {0,2}\d){6,14})(?!\d)/g
const SHORTEST = 8
/** Begins with a figure, or with a one; as many digits as the shortest has. Most texts have not. */
const ANY_DIGIT = /[\p{N}一幺]/u
const SEVEN_DIGITS = /(?:[\p{N}零一二三四五六七八九幺][^\p{N}零一二三四五六七八九幺]*){7}/u

const mayHavePhones = (text: string): boolean =>
  text.length >= SHORTEST && ANY_DIGIT.test(text) && SEVEN_DIGITS.test(text)

function phonesAt(chars: readonly string[]): FoundPhone[] {
  const seen = [...chars.keys()].filter((at) => !INVISIBLE.test(chars[at] ?? ''))
  const line = seen.map((at) => dialled(chars[at] ?? '')).join('')
  return [...line.matchAll(PHONE)].map((match) => {
    const [whole, mobile, abroad] = match
    const written = mobile ?? abroad ?? ''
    const end = match.index + whole.length
    return {
      start: seen[end - written.length] ?? 0,
      end: (seen[end - 1] ?? 0) + 1,
      digits: written.replaceAll(/\D/g, ''),
      isAbroad: mobile === undefined,
    }
  })
}

/** Free text without the phone numbers in it: 138****1111, +****4567. However they are written: in groups, with dots, wide, in
 *  Chinese digits, with invisible characters. What people write does not belong into tables, on screens, into logs and to
 *  other systems in clear: it is masked where it comes in. Safe to repeat. */
export function maskPhones(text: string): string {
  if (!mayHavePhones(text)) return text
  const chars = [...text]
  const found = phonesAt(chars)
  if (found.length === 0) return text
  let from = 0
  const parts = found.map(({ start, end, digits, isAbroad }) => {
    const before = chars.slice(from, start).join('')
    from = end
    return `${before}${isAbroad ? '+' : digits.slice(0, 3)}****${digits.slice(-4)}`
  })
  return parts.join('') + chars.slice(from).join('')
}

/** As `maskPhones` writes a mainland mobile. */
export const MASKED = /1[3-9]\d\*{4}\d{4}/

/** `text` with its masked phones as `original` writes them; those that do not stand there stay masked. */
export function unmasked(text: string, original: string): string {
  const chars = [...original]
  if (!mayHavePhones(original)) return text
  const written = new Map(
    phonesAt(chars).map(({ start, end, digits }) => [
      `${digits.slice(0, 3)}****${digits.slice(-4)}`,
      chars.slice(start, end).join(''),
    ]),
  )
  return text.replaceAll(new RegExp(MASKED, 'g'), (masked) => written.get(masked) ?? masked)
}

/** The mainland mobiles in free text, eleven digits each: what a guide noted there names the customer. */
export const mobilesIn = (text: string): string[] =>
  (mayHavePhones(text) ? phonesAt([...text]) : []).flatMap(({ digits, isAbroad }) => (isAbroad ? [] : digits))
