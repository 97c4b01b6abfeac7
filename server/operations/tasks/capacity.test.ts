import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createCapacity } from './capacity.ts'
import { TASK_DAY } from './task-tables.ts'

const MOST = 4

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const open = () =>
  createCapacity({
    clock: kit.clock,
    // As much of each as this asks for.
    rules: { current: () => ({ policy: { tasksPerGuidePerDay: MOST } }) as never },
    alerts: { raise: async () => undefined, resolve: async () => undefined } as never,
    staff: { queries: { nameOf: async () => undefined } } as never,
  })
/** How many of so many to-dos of one guide find room. */
const take = (userId: string, count: number): Promise<number> =>
  kit.db.tx(async (tx) => {
    const free = await open().take(
      tx,
      Array.from({ length: count }, (_, nth) => ({ userId, externalUserId: `wm${nth}` })),
    )
    return free.size
  })
const opened = () =>
  kit.db.tx((tx) => tx.rows(sql`SELECT ${pick(TASK_DAY, 'userid', 'opened')} FROM ${TASK_DAY} ORDER BY userid`))

it('gives what is left of the day and no more, to each guide their own', async () => {
  expect([await take('lisi', 3), await take('lisi', 3), await take('wangwu', 1)]).toEqual([3, 1, 1])
  expect(await opened()).toEqual([
    { userid: 'lisi', opened: MOST },
    { userid: 'wangwu', opened: 1 },
  ])
})

it('of many transactions at once as many find room as there is, also on the first to-do of a day', async () => {
  const found = await Promise.all(Array.from({ length: 10 }, () => take('lisi', 1)))
  expect(found.reduce((sum, one) => sum + one, 0)).toBe(MOST)
  expect(await opened()).toEqual([{ userid: 'lisi', opened: MOST }])
})

it('a day that is full is only read, so that nobody waits for anybody', async () => {
  await take('lisi', MOST)
  const texts: string[] = []
  const end = kit.db.watch((text) => texts.push(text))
  expect(await take('lisi', 1)).toBe(0)
  end()
  expect(texts.filter((text) => /INSERT|UPDATE/.test(text))).toEqual([])
})

it('tomorrow there is room again', async () => {
  await take('lisi', MOST)
  kit.clock.advance(24 * 3_600_000)
  expect(await take('lisi', 1)).toBe(1)
})
