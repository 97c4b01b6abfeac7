import { LANES, type Lane, perLane } from '../../../core/kernel/lane.ts'

/** Calls, per lane. */
export type LaneUse = Record<Lane, number>

/** Of every limit this much is kept for one lane alone, so that none starves and a welcome always finds room. */
const RESERVED: LaneUse = { welcome: 0.05, event: 0.03, campaign: 0.01, backfill: 0.01 }
/** Of what is left for all, the later lanes leave the last of it to the earlier ones. */
const OF_COMMON: LaneUse = { welcome: 1, event: 1, campaign: 0.95, backfill: 0.9 }

export const noUse = (): LaneUse => perLane(() => 0)

export const totalUse = (use: LaneUse): number => LANES.reduce((sum, lane) => sum + use[lane], 0)

/** How many more calls a lane may make under a limit of which `use` is used. All lanes together never exceed it. */
export function roomFor(lane: Lane, use: LaneUse, limit: number): number {
  const reserved = perLane((one) => Math.floor(limit * RESERVED[one]))
  const common = limit - totalUse(reserved)
  const commonUsed = LANES.reduce((sum, one) => sum + Math.max(0, use[one] - reserved[one]), 0)
  const own = Math.max(0, reserved[lane] - use[lane])
  return own + Math.max(0, Math.min(common, Math.ceil(common * OF_COMMON[lane])) - commonUsed)
}
