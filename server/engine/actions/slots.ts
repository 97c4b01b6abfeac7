import type { Lane } from './action-kind.ts'

/** Actions under way at once, per lane and process: each lane has its own, so a backlog in one never holds up another. */
export const SLOTS: Record<Lane, number> = { welcome: 128, event: 32, campaign: 4, backfill: 2, outside: 8 }
