import { fillIn, type Names } from '../text/fill-in.ts'
import { firstGrapheme } from '../text/graphemes.ts'

/** A stretch of a script, as it is written and as this customer reads it. */
interface Piece {
  written: string
  text: string
}

export interface General {
  text: string
  /** Places of the script whose words were changed by hand and stand there in part. */
  changed: string[]
}

const PLACE = /(\{[^{}\n]{1,20}\})/

const piecesOf = (written: string, names: Names): Piece[] =>
  written
    .split(PLACE)
    .map((one) => ({ written: one, text: PLACE.test(one) ? fillIn(one, names) : one }))
    .filter(({ text }) => text !== '')
const isLiteral = (piece: Piece | undefined): boolean => piece !== undefined && piece.written === piece.text

/** One sign and a short number stand in too many other words. */
const isTelling = (value: string): boolean => firstGrapheme(value) !== value && !/^\d{1,3}$/.test(value)

/** What is known of her, by its place; the longest first, facts before the name where they are as long. */
function placesByValue(known: readonly Names[]): Map<string, string> {
  const pairs = known
    .flatMap(({ facts = {}, customer }) => [...Object.entries(facts), ['客户昵称', customer ?? ''] as const])
    .filter(([, value]) => isTelling(value))
    .sort(([, one], [, other]) => other.length - one.length)
  const places = new Map<string, string>()
  for (const [place, value] of pairs) if (!places.has(value)) places.set(value, place)
  return places
}

function withPlaces(text: string, known: readonly Names[]): string {
  const places = placesByValue(known)
  if (places.size === 0) return text
  const values = [...places.keys()].map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  // All at once, so that no place is searched for values.
  return text.replace(new RegExp(values.join('|'), 'g'), (value) => `{${places.get(value)}}`)
}

/** Two signs on end are a part. */
function holdsPartOf(text: string, value: string): boolean {
  const signs = Array.from(value)
  return signs.some((sign, at) => at > 0 && text.includes(`${signs[at - 1]}${sign}`))
}

/** What was written for one customer, for all of them: nothing of what is known of her stays. What nobody touched is as in the
 *  script; in the rest each known value becomes its place again. `written`: the script it was made of; `known`: what it was filled
 *  with, then whatever else was known of her. */
export function madeGeneral(text: string, written: string, known: readonly [Names, ...Names[]]): General {
  const [names] = known
  if (text === fillIn(written, names)) return { text: written, changed: [] }
  const pieces = piecesOf(written, names)
  let first = 0
  let from = 0
  for (; first < pieces.length; first++) {
    const piece = pieces[first]?.text ?? ''
    if (!text.startsWith(piece, from)) break
    from += piece.length
  }
  let last = pieces.length
  let to = text.length
  for (; last > first; last--) {
    const piece = pieces[last - 1]?.text ?? ''
    if (to - piece.length < from || !text.endsWith(piece, to)) break
    to -= piece.length
  }
  // A name may lie over the edge between what stayed and what was written.
  if (isLiteral(pieces[first - 1])) from -= pieces[--first]?.text.length ?? 0
  if (isLiteral(pieces[last])) to += pieces[last++]?.text.length ?? 0

  const middle = withPlaces(text.slice(from, to), known)
  const asWritten = (some: Piece[]): string => some.map((piece) => piece.written).join('')
  const changed = pieces
    .slice(first, last)
    .filter((piece) => !isLiteral(piece) && !middle.includes(piece.written) && holdsPartOf(middle, piece.text))
    .map((piece) => piece.written.slice(1, -1))
  return {
    text: asWritten(pieces.slice(0, first)) + middle + asWritten(pieces.slice(last)),
    changed: [...new Set(changed)],
  }
}
