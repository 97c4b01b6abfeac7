import type { Db } from '../db/db.ts'
import { describeError } from '../kernel/app-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Job } from './job.ts'

/** A job that runs longer is taken for dead and may be begun by another process. */
const LEASE_MS = 10 * 60_000

/** Runs the jobs that are due. The row of a job decides: whoever moves its lease, runs it. */
export function createJobRunner({ db, clock, log, jobs }: { db: Db; clock: Clock; log: Logger; jobs: Job[] }) {
  const running = new Map<string, Promise<void>>()

  async function claim(job: Job): Promise<boolean> {
    const now = clock.now()
    return db.tx(async (tx) => {
      const changed = await tx.run(
        'UPDATE job_run SET lease_until = ? WHERE name = ? AND next_at <= ? AND (lease_until IS NULL OR lease_until <= ?)',
        [now + LEASE_MS, job.name, now, now],
      )
      return changed === 1
    })
  }

  async function run(job: Job): Promise<void> {
    let fault: string | null = null
    try {
      await job.run()
    } catch (error) {
      fault = describeError(error)
      log.warn({ job: job.name, err: fault }, 'job failed; it runs again when next due')
    }
    const now = clock.now()
    await db.tx((tx) =>
      tx.run('UPDATE job_run SET next_at = ?, lease_until = NULL, last_at = ?, last_error = ? WHERE name = ?', [
        now + job.everyMs,
        now,
        fault,
        job.name,
      ]),
    )
  }

  return {
    /** Makes the jobs known and takes back the leases that a crash left. `alone`: no other process can be running. */
    prepare: async ({ alone }: { alone: boolean }) => {
      if (jobs.length === 0) return
      const now = clock.now()
      await db.tx(async (tx) => {
        await tx.insertIgnore(
          'job_run',
          jobs.map((job) => ({ name: job.name, next_at: now })),
        )
        if (alone) await tx.run('UPDATE job_run SET lease_until = NULL')
      })
    },
    /** Begins every due job; they go on by themselves. */
    runDue: async () => {
      const due = await db.tx((tx) =>
        tx.rows<{ name: string }>('SELECT name FROM job_run WHERE next_at <= ?', [clock.now()]),
      )
      const names = new Set(due.map((row) => row.name))
      for (const job of jobs) {
        if (!names.has(job.name) || running.has(job.name) || !(await claim(job))) continue
        running.set(
          job.name,
          run(job)
            .catch((error: unknown) =>
              log.warn({ job: job.name, err: describeError(error) }, 'job outcome not recorded'),
            )
            .finally(() => running.delete(job.name)),
        )
      }
    },
    busy: () => running.size > 0,
    /** Resolves when the jobs under way have ended. */
    settled: async () => {
      await Promise.all(running.values())
    },
  }
}
