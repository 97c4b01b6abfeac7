import type { Target } from './open-target.ts'

/** `short`: among the tests, seconds. `whole`: minutes. */
export type Extent = 'short' | 'whole'

/** One kind of attack: what was tried, and each thing that should not have happened. */
export interface Row {
  name: string
  says: string
  /** With the brakes for callers, as the server is shipped; the others are about something else and go faster without. */
  withBrakes?: true
  run(target: Target, extent: Extent): Promise<Outcome>
}

export interface Outcome {
  tried: number
  failed: string[]
  /** Measured beside it, a line each. */
  figures?: string[]
}

/** Counts as it goes. */
export function createScore() {
  const failed: string[] = []
  let tried = 0
  return {
    /** `what` was tried, and it is as it should be. */
    note: (what: string, isRight: boolean): void => {
      tried += 1
      if (!isRight) failed.push(what)
    },
    outcome: (figures: string[] = []): Outcome => ({ tried, failed, figures }),
  }
}
