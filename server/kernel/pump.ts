export interface Pump {
  /** Starts the pump, or makes a running one look again. */
  nudge(): void
  busy(): boolean
  /** Resolves when the pump has found nothing more to do. */
  drained(): Promise<void>
  /** Finishes the step under way and starts no other. */
  stop(): Promise<void>
}

/** Runs `step` again and again until it reports that nothing was done; never two at a time. A throwing step ends the
 *  run (it goes to `onError`); the next nudge tries again. */
export function createPump(step: () => Promise<boolean>, onError: (error: unknown) => void): Pump {
  let running: Promise<void> | undefined
  let again = false
  let stopped = false

  async function run(): Promise<void> {
    try {
      do {
        again = false
        while (!stopped && (await step())) {
          // The step has done something; there may be more.
        }
      } while (again && !stopped)
    } catch (error) {
      onError(error)
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
