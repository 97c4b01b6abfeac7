import { chanceOf } from './random.ts'

/** What befalls callbacks on their way. Shares are 0–1 of the events; the same seed and events, the same fates. */
export interface DeliveryMode {
  /** Every event arrives so many times; default 1. */
  copies?: number
  /** Share that never arrives: all three tries are lost on the way. */
  drop?: number
  /** Share that arrives once more. */
  duplicate?: number
  /** Share (`true`: all) that later events overtake, up to `stretch` of them. */
  shuffle?: boolean | number
  /** Default 20 events. */
  stretch?: number
  /** Share that comes late, by up to `delayMs` of the sandbox's clock. */
  delay?: number
  /** Default a minute. */
  delayMs?: number
  /** Default 1. */
  seed?: number
}

/** One arrival: after so many later events, and so much later. */
export interface Arrival {
  afterEvents: number
  afterMs: number
}

/** When the nth event of a kind arrives: not at all, once or several times, at once or later. */
export function fateOf(mode: DeliveryMode, kind: string, nth: number): Arrival[] {
  const { copies = 1, drop = 0, duplicate = 0, stretch = 20, delay = 0, delayMs = 60_000, seed = 1 } = mode
  const shuffle = mode.shuffle === true ? 1 : mode.shuffle || 0
  const chance = (what: string, copy = 0): number => chanceOf(seed, what, kind, nth, copy)
  if (chance('drop') < drop) return []
  const times = copies + (chance('duplicate') < duplicate ? 1 : 0)
  return Array.from({ length: times }, (_, copy) => ({
    afterEvents: chance('shuffle', copy) < shuffle ? 1 + Math.floor(chance('stretch', copy) * stretch) : 0,
    afterMs: chance('delay', copy) < delay ? Math.ceil(chance('late', copy) * delayMs) : 0,
  }))
}
