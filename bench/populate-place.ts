import type { SeededRandom } from '../sandbox/random.ts'

/** What the rows of one customer are made from; the same place, the same customer. */
export interface Place {
  n: number
  id: string
  guide: string
  /** UTC milliseconds. */
  addedAtMs: number
  /** A random of its own for this customer and purpose. */
  random(purpose: string): SeededRandom
}

export interface Ground {
  nowMs: number
  guides: string[]
  groups: number
  tagIds: string[]
  /** Version of 新客首单, undefined before any rule was loaded. */
  sopVersion: string | undefined
  /** Free ids for orders begin here. */
  firstOrderId: number
}
