import type { WindowLimit } from './documented-limits.ts'
import type { LaneUse } from './lane-shares.ts'

/** What one process knows of one endpoint and wants to know. */
export interface LimitEntry {
  path: string
  windows: readonly WindowLimit[]
  /** Calls made on trust since the last entry. */
  made: LaneUse
  /** Booked ahead at that time, and not used. */
  returned?: { calls: LaneUse; bookedAtMs: number }
  /** Calls it would like to make now. */
  wanted: LaneUse
  /** What the platform taught this process since. */
  closedUntilMs?: number
  allowed?: { calls: number; atMs: number }
  learned?: { perMinute: number; atMs: number }
}

/** What all processes together know of one endpoint. */
export interface LimitAnswer {
  path: string
  /** Booked for this process already; to be used within the second. */
  granted: LaneUse
  /** What is left after that, in the tightest window. */
  room: LaneUse
  /** Until the tightest window moves on. */
  waitMs: number
  /** Calls of all processes within the last minute. */
  usedInMinute: number
  closedUntilMs: number | undefined
  allowed: { calls: number; atMs: number } | undefined
  learned: { perMinute: number; atMs: number } | undefined
}

/** The limits as all processes of a deployment share them. Throws when the store is away. */
export interface SharedLimits {
  settle(entries: LimitEntry[], nowMs: number): Promise<LimitAnswer[]>
}
