import type { Db } from '../../core/db/db.ts'
import { number, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import { type Job, whenDue } from '../../engine/jobs/job.ts'

/** So often in a row may a job leave the same row due before it is taken to wait for something else. */
const PATIENCE = 20

interface Standing {
  job: Job
  dueAt(tx: Tx): Promise<number | undefined>
  notBeforeMs: number
  /** The due instant that the last run left, and how often in a row. */
  left: number | undefined
  times: number
}

/** The jobs that say when they are next due, each at that instant and not more often than in the server. */
export function createDueJobs({ db, clock }: { db: Db; clock: Clock }, jobs: Job[]) {
  const standings = jobs.flatMap((job): Standing[] => {
    const dueAt = whenDue(job)
    return dueAt === undefined ? [] : [{ job, dueAt, notBeforeMs: 0, left: undefined, times: 0 }]
  })

  let known: { changes: number | undefined; due: number[] } | undefined

  /** When each is next due, in the order of the jobs. Nothing but a write changes what they say, and a month of events asks
   *  them thousands of times. */
  async function nextTimes(): Promise<number[]> {
    return db.statement(async (tx) => {
      const changes = (await tx.row(sql`SELECT ${select({ made: number(sql`total_changes()`) })}`))?.made
      if (changes !== known?.changes) {
        const due: number[] = []
        for (const { dueAt } of standings) due.push((await dueAt(tx)) ?? Number.POSITIVE_INFINITY)
        known = { changes, due }
      }
      return standings.map(({ notBeforeMs }, at) => Math.max(known?.due[at] ?? Number.POSITIVE_INFINITY, notBeforeMs))
    })
  }

  async function run(one: Standing): Promise<void> {
    await one.job.run()
    const left = await db.statement((tx) => one.dueAt(tx))
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
      let times = await nextTimes()
      for (const [at, one] of standings.entries()) {
        if ((times[at] ?? Number.POSITIVE_INFINITY) > clock.now()) continue
        await run(one)
        times = await nextTimes()
        ran = true
      }
      return ran
    },
    nextAt: async (): Promise<number> => Math.min(...(await nextTimes())),
  }
}
