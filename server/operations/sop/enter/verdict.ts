import type { Clock } from '../../../core/kernel/clock.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import type { Admitted } from './admission.ts'
import type { Refused } from './refusal.ts'

/** What was decided about somebody who met a journey's trigger. */
export interface Verdict {
  sop: string
  externalUserId: string
  atMs: number
  /** Undefined: entered. */
  refused: Refused | undefined
}

export interface VerdictDeps {
  clock: Clock
  /** Told of every verdict, in the transaction that it is part of. */
  onVerdicts?: ((verdicts: Verdict[]) => void) | undefined
}

export const createTellVerdicts =
  ({ clock, onVerdicts }: VerdictDeps) =>
  ({ name: sop }: Pick<Sop, 'name'>, decided: { externalUserId: string; decision: Admitted | Refused }[]): void => {
    const atMs = clock.now()
    onVerdicts?.(
      decided.map(({ externalUserId, decision }) => ({
        sop,
        externalUserId,
        atMs,
        refused: decision.kind === 'refused' ? decision : undefined,
      })),
    )
  }
