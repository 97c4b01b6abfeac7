import { afterEach, beforeEach, expect, it } from 'vitest'
import { leftOut } from '../../core/db/define-table.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import { sql } from '../../core/db/sql.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createAskDue } from './ask-due.ts'
import { JOB_RUN } from './job-tables.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
  const rows = [
    ['a', 30],
    ['b', 20],
    ['c', 10],
  ] as const
  await kit.db.tx((tx) =>
    tx.insertIgnore(
      JOB_RUN,
      rows.map(([name, next_at]) => ({ name, next_at })),
    ),
  )
})
afterEach(() => kit.close())

it('says when each is next due, in their order: one statement for all that name their rows', async () => {
  const jobs = [
    { name: 'x.rows', dueAt: rowsDue(JOB_RUN.next_at) },
    { name: 'x.itself', dueAt: async () => 7 },
    { name: 'x.some', dueAt: rowsDue(JOB_RUN.next_at, sql`${JOB_RUN.name} IN ('a', 'b')`) },
    { name: 'x.none', dueAt: rowsDue(JOB_RUN.next_at, sql`${JOB_RUN.name} = 'nobody'`) },
    { name: 'x.left-out', dueAt: leftOut('nothing to see') },
    { name: 'x.nothing', dueAt: async () => undefined },
  ]
  const ask = createAskDue(jobs)
  let due: number[] = []
  const { total } = await countStatements(kit.db, async () => {
    due = await kit.db.statement((tx) => ask(tx))
  })
  const never = Number.POSITIVE_INFINITY
  expect(due).toEqual([10, 7, 20, never, never, never])
  expect(total).toBe(1)
  expect(await kit.db.statement((tx) => createAskDue(jobs.slice(1, 2))(tx))).toEqual([7])
})
