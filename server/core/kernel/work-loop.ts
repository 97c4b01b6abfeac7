import { describeError } from './app-error.ts'

export interface WorkLoop {
  /** Starts the loop, or makes a running one look again. */
  nudge(): void
  busy(): boolean
  /** Resolves when the loop has found nothing more to do. */
  drained(): Promise<void>
  /** Finishes the step under way and starts no other. */
  stop(): Promise<void>
}

/** Runs `step` again and again until it reports that nothing was done; never two at a time. A throwing step ends the
 *  run; the next nudge tries again. `onError` is told once per outage, not once per nudge of it: not again before a run
 *  has gone well or the fault is another. */
export function createWorkLoop(step: () => Promise<boolean>, onError: (error: unknown) => void): WorkLoop {
  let running: Promise<void> | undefined
  let again = false
  let stopped = false
  let toldFault: string | undefined

  async function run(): Promise<void> {
    try {
      do {
        again = false
        while (!stopped && (await step())) {
          // The step has done something; there may be more.
        }
      } while (again && !stopped)
      toldFault = undefined
    } catch (error) {
      const fault = describeError(error)
      if (fault !== toldFault) onError(error)
      toldFault = fault
    } finally {
      running = undefined
    }
  }

  const nudge = (): void => {
    again = true
    if (running === undefined && !stopped) running = Promise.resolve().then(run)
  }

  return {
    nudge,
    busy: () => running !== undefined,
    drained: async () => {
      nudge()
      while (running !== undefined) await running
    },
    stop: async () => {
      stopped = true
      while (running !== undefined) await running
    },
  }
}
