/** `planned`: not asked for yet; `waiting`: WeCom has begun, the customer may refuse; the rest are ends. `unknown`: WeCom gave
 *  no result. */
export type CustomerState = 'planned' | 'waiting' | 'done' | 'refused' | 'full' | 'failed' | 'unknown'

/** WeCom moves a group at once, or not at all. */
export type GroupState = 'planned' | 'done' | 'failed'
