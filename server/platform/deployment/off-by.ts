import { SECOND_MS } from '../../core/kernel/shanghai.ts'

/** Whose clock is further off takes no lease: the shortest lasts eight seconds. */
export const MOST_OFF_MS = 2 * SECOND_MS

/** By how many milliseconds a clock is ahead of the time that holds among processes, which is what most of them and the database
 *  agree on. `own`, `others`: by how much each process is ahead of the database. One wrong clock, be it the database's, puts no
 *  other one in the wrong; a process alone shares its leases with nobody, and is right. */
export function offBy(own: number, others: readonly number[]): number {
  if (others.length === 0) return 0
  const all = [0, own, ...others].sort((a, b) => a - b)
  const [low = 0, high = 0] = [all[Math.floor((all.length - 1) / 2)], all[Math.floor(all.length / 2)]]
  return own - (Math.abs(low) <= Math.abs(high) ? low : high)
}

export interface ProcessClock {
  instance: string
  /** Of the database's clock. */
  aheadMs: number
}

/** Of processes that are all off, one goes on all the same, since its times are corrected: the nearest to the time that holds. */
export function goesOn(own: ProcessClock, others: readonly ProcessClock[]): boolean {
  const all = [own, ...others]
  const offs = all.map((one) => {
    const rest = all.filter((other) => other !== one).map((other) => other.aheadMs)
    return { instance: one.instance, offMs: Math.abs(offBy(one.aheadMs, rest)) }
  })
  const [nearest] = offs.sort((a, b) => a.offMs - b.offMs || (a.instance < b.instance ? -1 : 1))
  return nearest !== undefined && isOff(nearest.offMs) && nearest.instance === own.instance
}

export const isOff = (offMs: number): boolean => Math.abs(offMs) > MOST_OFF_MS
