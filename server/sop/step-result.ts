import type { Tx } from '../db/tx.ts'
import type { Reason } from '../kernel/reason.ts'
import type { Entry } from './sop-entry.ts'

export interface StepContext {
  entry: Entry
  reason: Reason
  /** When this step was reached for the first time, UTC milliseconds. */
  reachedAtMs: number
}

/** `told`: somebody else has put it on the customer's timeline. `later`: nothing was done yet; the same step is tried
 *  again at `atMs`. `outcome`: one Chinese line. */
export type StepResult =
  | { kind: 'done'; outcome: string; told: boolean }
  | { kind: 'later'; outcome: string; atMs: number }

/** Carries out one kind of step in the caller's transaction: enqueues, writes rows, never the network. The same step of the
 *  same entry may come again; `keyOf` makes it happen once. */
export type PerformStep<Spec> = (tx: Tx, spec: Spec, context: StepContext) => Promise<StepResult>

/** Once per step of a journey. */
export const keyOf = (entry: Pick<Entry, 'id' | 'position'>): string => `sop:${entry.id}:${entry.position}`

export const done = (outcome: string, told: boolean): StepResult => ({ kind: 'done', outcome, told })
