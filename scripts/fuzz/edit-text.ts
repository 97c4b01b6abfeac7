import type { SeededRandom } from '../../sandbox/random.ts'

/** `cut` characters away at `at`, `put` in their place. Beyond the end means at the end. */
export interface Edit {
  at: number
  cut: number
  put: string
}

export const applyEdits = (text: string, edits: readonly Edit[]): string =>
  edits.reduce((now, { at, cut, put }) => {
    const from = Math.min(at, now.length)
    return now.slice(0, from) + put + now.slice(from + cut)
  }, text)

/** One change somewhere in the text: a character, a stretch, a line; `words`: what is worth putting in. */
export function drawEdit(random: SeededRandom, text: string, words: readonly string[]): Edit {
  const at = random.int(text.length + 1)
  const stretch = 1 + random.int(random.pick([2, 8, 64, 512]))
  switch (random.int(8)) {
    case 0:
      return { at, cut: 1, put: String.fromCharCode(random.int(256)) }
    case 1:
      return { at, cut: stretch, put: '' }
    case 2:
      return { at, cut: 0, put: text.slice(at, at + stretch) }
    case 3:
      return { at, cut: 0, put: random.pick(words) }
    case 4:
      return { at, cut: stretch, put: random.pick(words) }
    case 5: {
      // Another stretch of the same text over this one.
      const from = random.int(text.length + 1)
      return { at, cut: stretch, put: text.slice(from, from + stretch) }
    }
    case 6:
      return { at, cut: text.length, put: '' }
    default: {
      const start = text.lastIndexOf('\n', at - 1) + 1
      const end = text.indexOf('\n', at)
      return { at: start, cut: (end < 0 ? text.length : end + 1) - start, put: random.int(2) === 0 ? '' : '\n' }
    }
  }
}

/** Shorter texts, the shortest first. */
export function* shorterTexts(text: string): Iterable<string> {
  if (text === '') return
  for (let size = Math.ceil(text.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < text.length; at += size) yield text.slice(0, at) + text.slice(at + size)
    if (size === 1) return
  }
}

/** The list without one of its items. */
export function* withoutOne<T>(list: readonly T[]): Iterable<T[]> {
  for (let index = 0; index < list.length; index++) yield list.filter((_, at) => at !== index)
}
