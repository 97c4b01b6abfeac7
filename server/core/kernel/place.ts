/** A process among those that live. */
export interface Place {
  /** 0 to `of` - 1; no two have the same. */
  rank: number
  of: number
}

export const ALONE: Place = { rank: 0, of: 1 }
