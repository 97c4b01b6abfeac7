import { firstInstant } from '../../core/db/rows-due.ts'
import { select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Job } from './job.ts'

/** Asks when each of these jobs is next due, in their order, UTC milliseconds; infinite where no row waits for a time, and for those
 *  that a rehearsal leaves out. One statement for all that name their rows. */
export function createAskDue(jobs: readonly Pick<Job, 'name' | 'dueAt'>[]): (tx: Tx) => Promise<number[]> {
  const rows = Object.fromEntries(
    jobs.flatMap(({ name, dueAt }) => ('where' in dueAt ? [[name, firstInstant(dueAt)] as const] : [])),
  )
  return async (tx) => {
    const first = Object.keys(rows).length === 0 ? undefined : await tx.row(sql`SELECT ${select(rows)}`)
    const due: number[] = []
    for (const { name, dueAt } of jobs) {
      const atMs = typeof dueAt === 'function' ? await dueAt(tx) : first?.[name]
      due.push(atMs ?? Number.POSITIVE_INFINITY)
    }
    return due
  }
}
