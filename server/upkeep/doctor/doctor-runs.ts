import { randomUUID } from 'node:crypto'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Report } from './examine.ts'

export interface RunsView {
  /** While one is under way. */
  running: { done: number; all: number; sinceMs: number } | undefined
  /** Of the last run that came to its end. */
  report: Report | undefined
  /** The last run broke off: its number in the log. */
  brokenId: string | undefined
}

/** Each run asks for both tickets, of which WeCom gives an app a hundred an hour: the sidebar needs its share. */
const PAUSE_MS = 40 * SECOND_MS

/** The doctor's runs in a server: one at a time, and not one on the heels of the other. */
export function createDoctorRuns(deps: {
  clock: Clock
  log: Pick<Logger, 'error'>
  examine(onDone: (done: number, all: number) => void): Promise<Report>
}) {
  const { clock, log, examine } = deps
  let view: RunsView = { running: undefined, report: undefined, brokenId: undefined }
  let startedAtMs: number | undefined
  let underWay: Promise<void> = Promise.resolve()

  async function run(sinceMs: number): Promise<void> {
    try {
      const report = await examine((done, all) => {
        view = { ...view, running: { done, all, sinceMs } }
      })
      view = { running: undefined, report, brokenId: undefined }
    } catch (error) {
      const id = randomUUID().slice(0, 8)
      log.error({ err: describeError(error), id }, 'the doctor broke off')
      view = { ...view, running: undefined, brokenId: id }
    }
  }

  return {
    view: (): RunsView => view,
    /** Starts a run, unless one is under way or began a moment ago: then that one's result is shown. */
    start: (): void => {
      const now = clock.now()
      if (view.running !== undefined) return
      if (startedAtMs !== undefined && now >= startedAtMs && now - startedAtMs < PAUSE_MS) return
      startedAtMs = now
      view = { ...view, running: { done: 0, all: 0, sinceMs: now } }
      underWay = run(now)
    },
    /** Resolves when no run is under way. */
    settled: (): Promise<void> => underWay,
  }
}
export type DoctorRuns = ReturnType<typeof createDoctorRuns>
