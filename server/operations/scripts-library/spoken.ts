import { pinyin } from 'pinyin-pro'

/** A text in the three ways people search for it. */
export interface Spoken {
  /** As written, in small letters, full-width letters made ordinary. */
  plain: string
  /** A letter per Chinese character, Latin letters and digits as they are, a space where the sound breaks off. */
  initials: string
  /** All syllables without space between them, a space where the sound breaks off. */
  syllables: string
  /** 1 where a syllable, letter or digit begins in `syllables`. */
  borders: Uint8Array
}

export const plainText = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Pinyin without tones, ü as v, by the reading that fits its neighbours (银行 yin hang). */
export function speak(text: string): Spoken {
  const plain = plainText(text)
  let initials = ''
  let syllables = ''
  const starts: number[] = []
  for (const syllable of pinyin(plain, { toneType: 'none', type: 'array', nonZh: 'spaced', v: true })) {
    if (!/^[a-z0-9]+$/.test(syllable)) {
      initials += ' '
      syllables += ' '
      continue
    }
    starts.push(syllables.length)
    initials += syllable.charAt(0)
    syllables += syllable
  }
  const borders = new Uint8Array(syllables.length + 1)
  for (const start of starts) borders[start] = 1
  return { plain, initials, syllables, borders }
}

/** Does `letters` stand in the syllables, begun at the beginning of one; the last one may be typed half.
 *  `whole`: it ends with a syllable. */
export function findSyllables({ syllables, borders }: Spoken, letters: string): 'no' | 'half' | 'whole' {
  let found: 'no' | 'half' = 'no'
  for (let at = syllables.indexOf(letters); at >= 0; at = syllables.indexOf(letters, at + 1)) {
    if (borders[at] !== 1) continue
    const end = at + letters.length
    if (borders[end] === 1 || end === syllables.length || syllables.charAt(end) === ' ') return 'whole'
    found = 'half'
  }
  return found
}
