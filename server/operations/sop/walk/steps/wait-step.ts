import type { WaitStep } from '../../../../rules/schema/sop-step.ts'
import { eventZh, type Vocabulary } from '../../../../rules/vocabulary.ts'
import { dueText } from '../../model/step-text.ts'
import { waitDue } from '../../model/wait-due.ts'
import type { TakeStep } from '../walker.ts'

export interface WaitStepDeps {
  vocabulary: Vocabulary
}

/** Everybody stands still until their wait is over, or what they wait for has come. */
export const createWaitStep =
  ({ vocabulary }: WaitStepDeps): TakeStep<WaitStep> =>
  (_tx, wait, { kind, walkers, trail }) => {
    const waitingEvent = typeof wait === 'object' && 'event' in wait ? wait.event : undefined
    const until = waitingEvent === undefined ? '' : `等${eventZh(vocabulary, waitingEvent)}，最晚`
    for (const { entry, fromMs } of walkers) {
      const dueAtMs = waitDue(wait, fromMs)
      trail.log(entry, kind, `${until}${dueText(dueAtMs)}`)
      trail.park({ ...entry, dueAtMs, waitingEvent })
    }
    return Promise.resolve([])
  }
