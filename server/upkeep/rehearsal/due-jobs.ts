import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import { createAskDue } from '../../engine/jobs/ask-due.ts'
import type { Job } from '../../engine/jobs/job.ts'

/** So often in a row may a job leave the same row due before it is taken to wait for something else. */
const PATIENCE = 20

interface Standing {
  job: Job
  notBeforeMs: number
  /** The due instant that the last run left, and how often in a row. */
  left: number
  times: number
}

const WRITES = /^\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b/i
const NEVER = Number.POSITIVE_INFINITY

/** The jobs that say when they are next due, each at that instant and not more often than in the server. */
export function createDueJobs({ db, clock }: { db: Db; clock: Clock }, jobs: Job[]) {
  const standings = jobs.flatMap((job): Standing[] =>
    'leftOut' in job.dueAt ? [] : [{ job, notBeforeMs: 0, left: NEVER, times: 0 }],
  )
  const askDue = createAskDue(standings.map(({ job }) => job))
  let known: number[] | undefined
  // Nothing but a write changes what they say, and a month of events asks them thousands of times.
  db.watch((text) => {
    if (WRITES.test(text)) known = undefined
  })

  /** When each is due by its rows, in the order of the jobs. */
  async function dueTimes(): Promise<number[]> {
    known ??= await db.statement((tx) => askDue(tx))
    return known
  }

  /** And not more often than in the server. */
  async function nextTimes(): Promise<number[]> {
    const due = await dueTimes()
    return standings.map(({ notBeforeMs }, at) => Math.max(due[at] ?? NEVER, notBeforeMs))
  }

  async function run(one: Standing, at: number): Promise<void> {
    await one.job.run()
    const left = (await dueTimes())[at] ?? NEVER
    one.times = left === one.left && left <= clock.now() ? one.times + 1 : 0
    one.left = left
    one.notBeforeMs = clock.now() + (one.times > PATIENCE ? HOUR_MS : one.job.everyMs)
  }

  return {
    runAll: async (): Promise<void> => {
      for (const [at, one] of standings.entries()) await run(one, at)
    },
    /** Runs each that is due at this instant; true when there was one. */
    runDue: async (): Promise<boolean> => {
      let ran = false
      let times = await nextTimes()
      for (const [at, one] of standings.entries()) {
        if ((times[at] ?? NEVER) > clock.now()) continue
        await run(one, at)
        times = await nextTimes()
        ran = true
      }
      return ran
    },
    nextAt: async (): Promise<number> => Math.min(...(await nextTimes())),
  }
}
