import { afterEach, beforeEach, expect, it } from 'vitest'
import { pick, sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { giveBack } from './give-back.ts'
import { TASK_DAY } from './task-tables.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const TODAY = '2026-11-22'
const TOMORROW = '2026-11-23'
const fill = (userId: string, day: string, opened: number) =>
  kit.db.tx((tx) => tx.insertIgnore(TASK_DAY, [{ userid: userId, day, opened }]))
const left = async (): Promise<string[]> =>
  (
    await kit.db.tx((tx) =>
      tx.rows(sql`SELECT ${pick(TASK_DAY, 'userid', 'day', 'opened')} FROM ${TASK_DAY} ORDER BY userid, day`),
    )
  ).map(({ userid, day, opened }) => `${userid} ${day} ${opened}`)

it('each guide has room again on the days of their own pieces, and never less than nothing', async () => {
  for (const userId of ['lisi', 'zhangsan']) for (const day of [TODAY, TOMORROW]) await fill(userId, day, 2)
  const piece = (userId: string, day: string) => ({ userId, day })
  await kit.db.tx((tx) =>
    giveBack(tx, [
      ...[piece('lisi', TODAY), piece('zhangsan', TOMORROW)],
      ...Array.from({ length: 3 }, () => piece('lisi', TOMORROW)),
    ]),
  )
  expect(await left()).toEqual([
    `lisi ${TODAY} 1`,
    `lisi ${TOMORROW} 0`,
    `zhangsan ${TODAY} 2`,
    `zhangsan ${TOMORROW} 1`,
  ])
})

it('of many at once that give back as many of this guide as the others of that one none is undone and done again', async () => {
  const guides = ['chenhao', 'lisi', 'zhangsan']
  for (const userId of guides) await fill(userId, TODAY, 90)
  let tries = 0
  const one = (nth: number) =>
    kit.db.tx(async (tx) => {
      tries += 1
      const pieces = guides.flatMap((userId, at) =>
        Array.from({ length: 1 + ((at + nth) % guides.length) }, () => ({ userId, day: TODAY })),
      )
      await giveBack(tx, pieces)
    })
  await Promise.all(Array.from({ length: 30 }, (_, nth) => one(nth)))
  expect(tries).toBe(30)
  // Ten times one, two and three of each.
  expect(await left()).toEqual(guides.map((userId) => `${userId} ${TODAY} 30`))
})
