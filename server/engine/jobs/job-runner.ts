import type { Db } from '../../core/db/db.ts'
import { isOneDue } from '../../core/db/rows-due.ts'
import { number, pick, select, set, sql } from '../../core/db/sql.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { type Job, rowsOf } from './job.ts'
import { JOB_RUN } from './job-tables.ts'

/** Whose lease is this old is taken for dead, and another process begins its job. */
const LEASE_MS = 2 * 60_000
/** A job that goes on renews its lease. */
const RENEW_MS = 30_000
const FREE = { lease_until: null, lease_by: null }

export interface JobRunnerDeps {
  db: Db
  clock: Clock
  log: Logger
  jobs: Job[]
  /** Names this process in the rows it has leased; at most 40 characters. */
  instance: string
  /** False while this process may take nothing up; what runs side by side, runs. */
  mayLease?: (() => boolean) | undefined
}

/** Runs the jobs that are due. The row of a job decides: whoever moves its lease, runs it. Jobs that may run side by side
 *  need no row. A process that stood still for longer than its lease finds it in another's hands, and leaves it there. */
export function createJobRunner({ db, clock, log, jobs, instance, mayLease = () => true }: JobRunnerDeps) {
  const running = new Map<string, Promise<void>>()
  const restsUntil = new Map<string, number>()
  /** When each is due by the rows, as they were read last. Another process only moves them on, and then the claim fails. */
  let known: Map<string, number> | undefined
  let isStopping = false

  /** A time further away than this job ever waits was written before the clock was set back. */
  const isDue = (job: Job, nextAtMs: number): boolean => nextAtMs <= clock.now() || nextAtMs > clock.now() + job.everyMs

  const isMine = (job: Job) => sql`${JOB_RUN.name} = ${job.name} AND ${JOB_RUN.lease_by} = ${instance}`

  async function claim(job: Job): Promise<boolean> {
    const now = clock.now()
    return db.statement(async (tx) => {
      const { next_at, lease_until } = JOB_RUN
      const changed = await tx.run(
        sql`UPDATE ${JOB_RUN} SET ${set(JOB_RUN, { lease_until: now + LEASE_MS, lease_by: instance })}
            WHERE ${JOB_RUN.name} = ${job.name} AND (${next_at} <= ${now} OR ${next_at} > ${now + job.everyMs})
              AND (${lease_until} IS NULL OR ${lease_until} <= ${now} OR ${lease_until} > ${now + LEASE_MS})`,
      )
      return changed === 1
    })
  }

  const renew = (job: Job): Promise<number> =>
    db.statement((tx) =>
      tx.run(sql`UPDATE ${JOB_RUN} SET ${set(JOB_RUN, { lease_until: clock.now() + LEASE_MS })} WHERE ${isMine(job)}`),
    )

  /** Gives the fault, if any. */
  async function attempt(job: Job): Promise<string | null> {
    try {
      await job.run(() => isStopping)
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
    const mine = await db.statement((tx) =>
      tx.run(
        sql`UPDATE ${JOB_RUN} SET ${set(JOB_RUN, { ...FREE, next_at: now + job.everyMs, last_at: now, last_error: fault })}
            WHERE ${isMine(job)}`,
      ),
    )
    if (mine === 1) known?.set(job.name, now + job.everyMs)
    else known = undefined
    if (mine === 0) log.warn({ job: job.name }, 'job ended after its lease; another process has begun it meanwhile')
  }

  async function runSideBySide(job: Job): Promise<void> {
    await attempt(job)
    restsUntil.set(job.name, clock.now() + job.everyMs)
  }

  /** The jobs whose time has come, as far as their rows are there; of an idle second one statement is enough. */
  async function dueJobs(): Promise<Job[]> {
    const nextAtMs = await nextTimes()
    const able = mayLease() ? jobs : jobs.filter((job) => job.sideBySide === true)
    const due = able.filter((job) => !running.has(job.name) && isDue(job, nextAtMs.get(job.name) ?? 0))
    const looks = Object.fromEntries(
      due.flatMap((job) => {
        const rows = rowsOf(job)
        return rows === undefined ? [] : [[job.name, number(isOneDue(rows, clock.now()))]]
      }),
    )
    if (Object.keys(looks).length === 0) return due
    const found: Record<string, number> = (await db.statement((tx) => tx.row(sql`SELECT ${select(looks)}`))) ?? {}
    return due.filter((job) => found[job.name] !== 0)
  }

  async function nextTimes(): Promise<Map<string, number>> {
    if (known === undefined) {
      const rows = await db.statement((tx) => tx.rows(sql`SELECT ${pick(JOB_RUN, 'name', 'next_at')} FROM ${JOB_RUN}`))
      known = new Map(rows.map((row) => [row.name, row.next_at]))
    }
    return new Map([...known, ...restsUntil])
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
          JOB_RUN,
          jobs.map((job) => ({ name: job.name, next_at: now })),
        )
        if (alone) await tx.run(sql`UPDATE ${JOB_RUN} SET ${set(JOB_RUN, FREE)}`)
      })
    },
    /** Begins every due job; they go on by themselves. */
    runDue: async () => {
      for (const job of await dueJobs()) {
        if (job.sideBySide === true) begin(job, runSideBySide(job))
        else if (await claim(job)) begin(job, runLeased(job))
        else known = undefined
      }
    },
    busy: () => running.size > 0,
    /** Tells the jobs under way to end soon. */
    hurry: () => {
      isStopping = true
    },
    /** Resolves when the jobs under way have ended. */
    settled: async () => {
      await Promise.all(running.values())
    },
  }
}
