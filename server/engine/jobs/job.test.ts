import { expect, it } from 'vitest'
import { leftOut } from '../../core/db/define-table.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import type { Tx } from '../../core/db/tx.ts'
import { type Job, rowsOf, whenDue } from './job.ts'
import { JOB_RUN } from './job-tables.ts'

const rows = rowsDue(JOB_RUN.next_at)
const other = { table: JOB_RUN, where: rows.where }
const job = (dueAt: Job['dueAt'], more: Partial<Job> = {}): Job => ({
  name: 'test.job',
  everyMs: 1,
  run: async () => undefined,
  dueAt,
  ...more,
})
const tx = { row: async () => ({ due: 7 }) } as unknown as Tx

it.each([
  ['rows say it', job(rows), rows, 7],
  ['it says so itself', job(async () => 8), undefined, 8],
  ['it works on rows, and says so itself', job(async () => 8, { worksOn: other }), other, 8],
  ['a rehearsal leaves it out', job(leftOut('nothing to see')), undefined, undefined],
])('a job is due when %s', async (_how, one, expectedRows, dueMs) => {
  expect(rowsOf(one)).toBe(expectedRows)
  expect(await whenDue(one)?.(tx)).toBe(dueMs)
})
