import type { Db } from '../../core/db/db.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import type { Job } from './job.ts'

/** Whose lease is this old is taken for dead, and another process begins its job. */
const LEASE_MS = 2 * 60_000
/** A job that goes on renews its lease. */
const RENEW_MS = 30_000

export interface JobRunnerDeps {
  db: Db
  clock: Clock
  log: Logger
  jobs: Job[]
  /** Names this process in the rows it has leased; at most 40 characters. */
  instance: string
}

/** Runs the jobs that are due. The row of a job decides: whoever moves its lease, runs it. Jobs that may run side by side
 *  need no row. A process that stood still for longer than its lease finds it in another's hands, and leaves it there. */
export function createJobRunner({ db, clock, log, jobs, instance }: JobRunnerDeps) {
  const running = new Map<string, Promise<void>>()
  const restsUntil = new Map<string, number>()

  /** A time further away than this job ever waits was written before the clock was set back. */
  const isDue = (job: Job, nextAtMs: number): boolean => nextAtMs <= clock.now() || nextAtMs > clock.now() + job.everyMs

  async function claim(job: Job): Promise<boolean> {
    const now = clock.now()
    return db.tx(async (tx) => {
      const changed = await tx.run(
        `UPDATE job_run SET lease_until = ?, lease_by = ? WHERE name = ? AND (next_at <= ? OR next_at > ?)
         AND (lease_until IS NULL OR lease_until <= ? OR lease_until > ?)`,
        [now + LEASE_MS, instance, job.name, now, now + job.everyMs, now, now + LEASE_MS],
      )
      return changed === 1
    })
  }

  const renew = (job: Job): Promise<number> =>
    db.tx((tx) =>
      tx.run('UPDATE job_run SET lease_until = ? WHERE name = ? AND lease_by = ?', [
        clock.now() + LEASE_MS,
        job.name,
        instance,
      ]),
    )

  /** Gives the fault, if any. */
  async function attempt(job: Job): Promise<string | null> {
    try {
      await job.run()
      return null
    } catch (error) {
      const fault = describeError(error)
      log.warn({ job: job.name, err: fault }, 'job failed; it runs again when next due')
      return fault
    }
  }

  async function runLeased(job: Job): Promise<void> {
    // A renewal that fails is made up for by the next one.
    const renewals = setInterval(() => void renew(job).catch(() => undefined), RENEW_MS)
    const fault = await attempt(job).finally(() => clearInterval(renewals))
    const now = clock.now()
    const mine = await db.tx((tx) =>
      tx.run(
        `UPDATE job_run SET next_at = ?, lease_until = NULL, lease_by = NULL, last_at = ?, last_error = ?
         WHERE name = ? AND lease_by = ?`,
        [now + job.everyMs, now, fault, job.name, instance],
      ),
    )
    if (mine === 0) log.warn({ job: job.name }, 'job ended after its lease; another process has begun it meanwhile')
  }

  async function runSideBySide(job: Job): Promise<void> {
    if (!isDue(job, restsUntil.get(job.name) ?? 0)) return
    await attempt(job)
    restsUntil.set(job.name, clock.now() + job.everyMs)
  }

  function begin(job: Job, work: Promise<void>): void {
    const kept = work
      .catch((error: unknown) => log.warn({ job: job.name, err: describeError(error) }, 'job outcome not recorded'))
      .finally(() => running.delete(job.name))
    running.set(job.name, kept)
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
        if (alone) await tx.run('UPDATE job_run SET lease_until = NULL, lease_by = NULL')
      })
    },
    /** Begins every due job; they go on by themselves. */
    runDue: async () => {
      const rows = await db.tx((tx) => tx.rows<{ name: string; next_at: number }>('SELECT name, next_at FROM job_run'))
      const nextAtMs = new Map(rows.map((row) => [row.name, row.next_at]))
      for (const job of jobs) {
        if (running.has(job.name)) continue
        if (job.sideBySide === true) begin(job, runSideBySide(job))
        else if (isDue(job, nextAtMs.get(job.name) ?? 0) && (await claim(job))) begin(job, runLeased(job))
      }
    },
    busy: () => running.size > 0,
    /** Resolves when the jobs under way have ended. */
    settled: async () => {
      await Promise.all(running.values())
    },
  }
}
