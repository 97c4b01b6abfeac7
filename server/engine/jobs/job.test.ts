import { expect, it } from 'vitest'
import { leftOut } from '../../core/db/define-table.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import { type Job, rowsOf } from './job.ts'
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

it.each([
  ['rows say when it is due', job(rows), rows],
  ['not when it says so itself', job(async () => 8), undefined],
  ['it says so itself and names them', job(async () => 8, { worksOn: other }), other],
  ['not when a rehearsal leaves it out', job(leftOut('nothing to see')), undefined],
])('a job works on rows when %s', (_how, one, expectedRows) => {
  expect(rowsOf(one)).toBe(expectedRows)
})
