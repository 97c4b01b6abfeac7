/** `first`: by itself, once. `sync`: asked for. `reconcile`: also what callbacks missed. */
export type SyncKind = 'first' | 'sync' | 'reconcile'
/** `partial`: something could not be read; what was read stays. `failed`: not even the guides could be listed. */
export type SyncState = 'running' | 'done' | 'partial' | 'failed'

export type PartKind = 'people' | 'groups' | 'ways' | 'feedback'
/** `gap`: could not be read. */
export type PartState = 'open' | 'done' | 'gap'

/** A reading that somebody or something wants. */
export interface Asked {
  kind: SyncKind
  /** What makes this the same request when it is made twice; ≤80 characters. */
  askKey: string
  /** Finds, repairs nothing. */
  dry?: boolean
}
