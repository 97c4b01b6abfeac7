import type { LostBy } from './customer-queries.ts'
import type { Pair } from './relation.ts'

/** What told of a change: one of WeCom's events, or a reconciliation. */
export interface Told {
  /** What makes this the same news when it is handled twice; ≤120 characters. */
  key: string
  eventId?: number
  /** Chinese, for the timeline. */
  text: string
}

export interface ToldAdd extends Pair {
  /** UTC milliseconds. */
  atMs: number
  /** Added by the customer, not yet accepted by the guide. */
  half: boolean
  state: string | undefined
  /** Only an event of the last seconds has one. */
  welcomeCode: string | undefined
  told: Told
  /** WeCom lists the pair as friends now, whatever was heard of it before: no event told it. */
  isListed?: boolean
}

export interface ToldLoss extends Pair {
  atMs: number
  by: LostBy
  told: Told
}
