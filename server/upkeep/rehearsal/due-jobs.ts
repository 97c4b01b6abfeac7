import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'

/** So often in a row may a job leave the same row due before it is taken to wait for something else. */
const PATIENCE = 20

interface Standing {
  job: Job & { dueAt: Extract<Job['dueAt'], (tx: Tx) => unknown> }
  notBeforeMs: number
  /** The due instant that the last run left, and how often in a row. */
  left: number | undefined
  times: number
}

/** The jobs that say when they are next due, each at that instant and not more often than in the server. */
export function createDueJobs({ db, clock }: { db: Db; clock: Clock }, jobs: Job[]) {
  const standings = jobs.flatMap((job): Standing[] =>
    'leftOut' in job.dueAt ? [] : [{ job: { ...job, dueAt: job.dueAt }, notBeforeMs: 0, left: undefined, times: 0 }],
  )

  const nextOf = async ({ job, notBeforeMs }: Standing): Promise<number> => {
    const due = await db.tx((tx) => job.dueAt(tx))
    return due === undefined ? Number.POSITIVE_INFINITY : Math.max(due, notBeforeMs)
  }

  async function run(one: Standing): Promise<void> {
    await one.job.run()
    const left = await db.tx((tx) => one.job.dueAt(tx))
    one.times = left !== undefined && left === one.left && left <= clock.now() ? one.times + 1 : 0
    one.left = left
    one.notBeforeMs = clock.now() + (one.times > PATIENCE ? HOUR_MS : one.job.everyMs)
  }

  return {
    runAll: async (): Promise<void> => {
      for (const one of standings) await run(one)
    },
    /** Runs each that is due at this instant; true when there was one. */
    runDue: async (): Promise<boolean> => {
      let ran = false
      for (const one of standings) {
        if ((await nextOf(one)) > clock.now()) continue
        await run(one)
        ran = true
      }
      return ran
    },
    nextAt: async (): Promise<number> => Math.min(...(await Promise.all(standings.map(nextOf)))),
  }
}
