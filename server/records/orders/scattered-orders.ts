/** Which orders' rows do not stand together, in memory that does not grow with the file. */
export interface ScatteredOrders {
  has(orderId: string): boolean
  /** Rows of such orders may be more than memory bears: they are read in so many parts. */
  parts: number
  partOf(orderId: string): number
}

/** Of so many orders it is known exactly. Of more there are marks in a field of bits (Bloom 1970): a few others, one in a million
 *  orders, are then taken for scattered, which only puts them off to the end. */
const EXACT = 20_000
const SEEN_BITS = 2 ** 27
const SCATTERED_BITS = 2 ** 24
const MARKS = 4
/** Orders that came again, of one part; some thousand rows of it are held at once. */
const OF_A_PART = 20_000

/** Told the number of each order whenever its rows begin. */
export function findScattered() {
  const seen = createMarks(SEEN_BITS)
  const scattered = createMarks(SCATTERED_BITS)
  let again = 0
  return {
    begins: (orderId: string): void => {
      if (seen.add(orderId)) return
      again += 1
      scattered.add(orderId)
    },
    found: (): ScatteredOrders => {
      const parts = Math.max(1, Math.ceil(again / OF_A_PART))
      return { has: scattered.has, parts, partOf: (orderId) => hashOf(orderId, 0x9e3779b9) % parts }
    },
  }
}

/** FNV-1a, and its bits mixed. */
function hashOf(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** A set of texts. `bits`: a power of two. */
function createMarks(bits: number) {
  let exact: Set<string> | undefined = new Set()
  let field = new Uint8Array(0)

  function* placesOf(text: string): Generator<number> {
    const [first, second] = [hashOf(text, 0), hashOf(text, 0x5bd1e995) | 1]
    for (let nth = 0; nth < MARKS; nth++) yield ((first + Math.imul(nth, second)) >>> 0) & (bits - 1)
  }
  function mark(text: string): boolean {
    let isNew = false
    for (const place of placesOf(text)) {
      const byte = field[place >>> 3] ?? 0
      const bit = 1 << (place & 7)
      if ((byte & bit) !== 0) continue
      isNew = true
      field[place >>> 3] = byte | bit
    }
    return isNew
  }

  return {
    has: (text: string): boolean => {
      if (exact !== undefined) return exact.has(text)
      for (const place of placesOf(text)) if (((field[place >>> 3] ?? 0) & (1 << (place & 7))) === 0) return false
      return true
    },
    /** True when it was not there. */
    add: (text: string): boolean => {
      if (exact === undefined) return mark(text)
      if (exact.has(text)) return false
      exact.add(text)
      if (exact.size <= EXACT) return true
      field = new Uint8Array(bits / 8)
      for (const one of exact) mark(one)
      exact = undefined
      return true
    },
  }
}
