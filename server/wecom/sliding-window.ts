/** Counts what happened in the last `lengthMs`, in sixty slices: the count may include up to one slice more than the
 *  window, never less. */
export function createSlidingWindow({ limit, lengthMs }: { limit: number; lengthMs: number }) {
  const sliceMs = lengthMs / 60
  let slices: { index: number; count: number }[] = []
  let total = 0

  const forget = (nowMs: number): void => {
    const oldest = Math.floor((nowMs - lengthMs) / sliceMs)
    let gone = 0
    for (const slice of slices) {
      if (slice.index >= oldest) break
      total -= slice.count
      gone += 1
    }
    if (gone > 0) slices = slices.slice(gone)
  }

  return {
    /** Milliseconds until there is room for one more; 0 is now. */
    waitMs: (nowMs: number): number => {
      forget(nowMs)
      const oldest = slices[0]
      if (total < limit || oldest === undefined) return 0
      return Math.max(1, Math.ceil((oldest.index + 1) * sliceMs + lengthMs - nowMs))
    },
    add: (nowMs: number): void => {
      const index = Math.floor(nowMs / sliceMs)
      const newest = slices.at(-1)
      if (newest?.index === index) newest.count += 1
      else slices.push({ index, count: 1 })
      total += 1
    },
  }
}

export type SlidingWindow = ReturnType<typeof createSlidingWindow>
