import type { Lane } from '../../../core/kernel/lane.ts'
import { type LaneUse, noUse, roomFor, totalUse } from './lane-shares.ts'

/** A window is counted in sixty slices: the count may include up to one slice more than the window, never less. */
export const SLICES = 60

/** Counts, per lane, what happened in the last `lengthMs`. */
export function createSlidingWindow({ lengthMs }: { lengthMs: number }) {
  const sliceMs = lengthMs / SLICES
  let slices: { index: number; use: LaneUse }[] = []
  const total = noUse()

  const forget = (nowMs: number): void => {
    const oldest = Math.floor((nowMs - lengthMs) / sliceMs)
    let gone = 0
    for (const slice of slices) {
      if (slice.index >= oldest) break
      for (const lane of Object.keys(total) as Lane[]) total[lane] -= slice.use[lane]
      gone += 1
    }
    if (gone > 0) slices = slices.slice(gone)
  }

  return {
    /** Milliseconds until there may be room for one more call of the lane; 0 is now. */
    waitMs: (lane: Lane, limit: number, nowMs: number): number => {
      forget(nowMs)
      const oldest = slices[0]
      if (oldest === undefined || roomFor(lane, total, limit) > 0) return 0
      return Math.max(1, Math.ceil((oldest.index + 1) * sliceMs + lengthMs - nowMs))
    },
    add: (lane: Lane, nowMs: number): void => {
      const index = Math.floor(nowMs / sliceMs)
      let newest = slices.at(-1)
      if (newest?.index !== index) {
        newest = { index, use: noUse() }
        slices.push(newest)
      }
      newest.use[lane] += 1
      total[lane] += 1
    },
    used: (nowMs: number): number => {
      forget(nowMs)
      return totalUse(total)
    },
  }
}
