const MB = 1024 * 1024

export interface MemoryReport {
  /** Resident and heap, MB, once warm and at the end. Heap is after a collection where node runs with --expose-gc. */
  rss: { first: number; last: number }
  heap: { first: number; last: number }
  /** Undefined in runs too short to tell. */
  isFlat: boolean | undefined
}

/** Runs shorter than this are all warming up. */
const LEAST_CASES = 2_000
const WARM = 0.2
/** What a heap may differ by without anything leaking: caches, compiled code. */
const SLACK_MB = 24
const SLACK_SHARE = 1.2

/** Looks at the memory once warm and at the end of `count` cases. */
export function createMemoryWatch(count: number) {
  let first: { rss: number; heap: number } | undefined

  function measure() {
    globalThis.gc?.()
    const { rss, heapUsed } = process.memoryUsage()
    return { rss: Math.round(rss / MB), heap: Math.round(heapUsed / MB) }
  }

  return {
    look: (done: number): void => {
      if (first === undefined && done >= count * WARM) first = measure()
    },
    report: (): MemoryReport => {
      const last = measure()
      const from = first ?? last
      const canTell = count >= LEAST_CASES && globalThis.gc !== undefined
      return {
        rss: { first: from.rss, last: last.rss },
        heap: { first: from.heap, last: last.heap },
        isFlat: canTell ? last.heap <= from.heap * SLACK_SHARE + SLACK_MB : undefined,
      }
    },
  }
}
