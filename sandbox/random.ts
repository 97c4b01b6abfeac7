const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Repeatable chance: the same seed gives the same world. */
export interface SeededRandom {
  /** 0 ≤ x < 1. */
  next(): number
  /** Whole number, 0 ≤ n < `below`. */
  int(below: number): number
  pick<T>(list: readonly T[]): T
  /** Letters and digits. */
  text(length: number): string
  hex(length: number): string
  shuffle<T>(list: T[]): T[]
}

/** mulberry32. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (below: number): number => Math.floor(next() * below)
  const fromAlphabet = (alphabet: string, length: number): string => {
    // Not by `+=`: that leaves a chain of half-strings behind every id.
    const letters = Buffer.allocUnsafe(length)
    for (let i = 0; i < length; i++) letters[i] = alphabet.charCodeAt(int(alphabet.length))
    return letters.toString('latin1')
  }
  return {
    next,
    int,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new Error('nothing to pick from')
      return list[int(list.length)] as T // the index is within bounds
    },
    text: (length) => fromAlphabet(ALPHABET, length),
    hex: (length) => fromAlphabet('0123456789abcdef', length),
    shuffle: (list) => {
      for (let i = list.length - 1; i > 0; i--) {
        const j = int(i + 1)
        const held = list[i] as (typeof list)[number] // both within bounds
        list[i] = list[j] as (typeof list)[number]
        list[j] = held
      }
      return list
    },
  }
}

/** Chance without a sequence: the same seed and words always draw the same 0 ≤ x < 1, whatever was drawn before. */
export function chanceOf(seed: number, ...words: (string | number)[]): number {
  let hash = 0x811c9dc5 ^ seed
  const text = words.join('\u0000')
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return createSeededRandom(hash).next()
}
