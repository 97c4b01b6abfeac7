import type { Tx } from '../../../core/db/tx.ts'
import type { BoundStep } from '../../../rules/book/bound-step.ts'
import type { SopVersion } from '../../../rules/book/rule-book.ts'
import type { Entry } from '../model/sop-entry.ts'
import type { Trail } from './trail.ts'

/** Somebody under way: `fromMs` is where their next wait begins. */
export interface Walker {
  entry: Entry
  fromMs: number
  /** The entry has begun in this very transaction: it has no steps behind it that may come again. */
  isFresh?: true
}

/** `welcome`, `wait`, `choose` …: the one key of a step. */
export type StepKind = BoundStep extends infer Step ? (Step extends BoundStep ? keyof Step : never) : never
/** What stands behind that key. */
export type SpecOf<Kind extends StepKind> = Extract<BoundStep, Record<Kind, unknown>>[Kind]

/** Those who stand at one step of one version together. */
export interface Standing {
  sop: SopVersion
  kind: StepKind
  walkers: Walker[]
  trail: Trail
}

/** Takes all who stand at a step of one kind through it, in the caller's transaction; gives those who go on at once, each
 *  at their next position. The others stand still, on the trail, or have ended. */
export type TakeStep<Spec> = (tx: Tx, spec: Spec, standing: Standing) => Promise<Walker[]>
