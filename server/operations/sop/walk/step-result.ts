import type { Tx } from '../../../core/db/tx.ts'
import type { Reason } from '../../../core/kernel/reason.ts'
import type { SopVersion } from '../../../rules/book/rule-book.ts'
import type { Entry } from '../model/sop-entry.ts'

export interface StepContext {
  sop: SopVersion
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

/** Carries out one kind of step for one customer in the caller's transaction: enqueues, writes rows, never the network. The
 *  same step of the same entry may come again; `keyOf` makes it happen once. */
export type PerformStep<Spec> = (tx: Tx, spec: Spec, context: StepContext) => Promise<StepResult>

/** The same for many customers who stand at this step together; a result for each, in their order. */
export type PerformForAll<Spec> = (tx: Tx, spec: Spec, contexts: StepContext[]) => Promise<StepResult[]>

/** For steps that are rare or slow anyway. */
export const oneByOne =
  <Spec>(perform: PerformStep<Spec>): PerformForAll<Spec> =>
  async (tx, spec, contexts) => {
    const results: StepResult[] = []
    for (const context of contexts) results.push(await perform(tx, spec, context))
    return results
  }

/** Once per step of a journey. */
export const keyOf = (entry: Pick<Entry, 'id' | 'position'>): string => `sop:${entry.id}:${entry.position}`

/** The step of which this is the key; undefined: of none. */
export function entryOfKey(key: string): Pick<Entry, 'id' | 'position'> | undefined {
  const [, id, position] = /^sop:(\d+):(.+)$/.exec(key) ?? []
  return id === undefined || position === undefined ? undefined : { id: Number(id), position }
}

export const done = (outcome: string, told: boolean): StepResult => ({ kind: 'done', outcome, told })
