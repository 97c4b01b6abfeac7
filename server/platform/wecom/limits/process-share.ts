/** A process among those that live. */
export interface Place {
  /** 0 to `of` - 1; no two have the same. */
  rank: number
  of: number
}

export const ALONE: Place = { rank: 0, of: 1 }

/** One process' part of what all together may have under way at once; at least one, or it could never call. */
export const processShare = (total: number, { rank, of }: Place): number =>
  Math.max(1, Math.floor(total / of) + (rank < total % of ? 1 : 0))
