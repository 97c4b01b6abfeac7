import type { Place } from '../../../core/kernel/place.ts'

/** One process' part of what all together may have under way at once; at least one, or it could never call. */
export const processShare = (total: number, { rank, of }: Place): number =>
  Math.max(1, Math.floor(total / of) + (rank < total % of ? 1 : 0))
