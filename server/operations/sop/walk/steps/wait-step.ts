import type { WaitStep } from '../../../../rules/schema/sop-step.ts'
import { dueText, EVENT_ZH } from '../../model/step-text.ts'
import { waitDue } from '../../model/wait-due.ts'
import type { TakeStep } from '../walker.ts'

/** Everybody stands still until their wait is over, or what they wait for has come. */
export const createWaitStep =
  (): TakeStep<WaitStep> =>
  (_tx, wait, { kind, walkers, trail }) => {
    const waitingEvent = typeof wait === 'object' && 'event' in wait ? wait.event : undefined
    const until = waitingEvent === undefined ? '' : `等${EVENT_ZH[waitingEvent]}，最晚`
    for (const { entry, fromMs } of walkers) {
      const dueAtMs = waitDue(wait, fromMs)
      trail.log(entry, kind, `${until}${dueText(dueAtMs)}`)
      trail.park({ ...entry, dueAtMs, waitingEvent })
    }
    return Promise.resolve([])
  }
