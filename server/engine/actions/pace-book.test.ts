import { afterEach, beforeEach, expect, it } from 'vitest'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { ACTION_PACE } from './action-tables.ts'
import { createPaceBook, readPaces } from './pace-book.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())
const paces = () => kit.db.tx((tx) => readPaces(tx))

it('says what an action takes on average, and how often it makes each call', async () => {
  const book = createPaceBook(kit)
  book.observe('tag.mark', 80, [{ path: '/mark', ms: 30 }])
  book.observe('tag.mark', 40, [
    { path: '/mark', ms: 10 },
    { path: '/mark', ms: 20 },
  ])
  await book.save()
  expect(await paces()).toEqual([{ kind: 'tag.mark', busyMs: 60, calls: [{ path: '/mark', perAction: 1.5, ms: 20 }] }])
})

it('who has faded away altogether says nothing, and nothing of that is divided by', async () => {
  const row = { path: '', busy_ms: 10, seen_at: kit.clock.now() }
  await kit.db.tx((tx) =>
    tx.upsert(
      ACTION_PACE,
      [
        { ...row, kind: 'gone', times: 0 },
        { ...row, kind: 'here', times: 1 },
      ],
      ['kind', 'path'],
    ),
  )
  expect(await paces()).toEqual([{ kind: 'here', busyMs: 10, calls: [] }])
})

it('saves every five seconds at most, and what has changed only', async () => {
  const book = createPaceBook(kit)
  book.observe('a', 10, [])
  await book.save()
  book.observe('b', 10, [])
  kit.clock.advance(4_999)
  await book.save()
  expect((await paces()).map((pace) => pace.kind)).toEqual(['a'])
  kit.clock.advance(1)
  await book.save()
  expect((await paces()).map((pace) => pace.kind)).toEqual(['a', 'b'])
  kit.clock.advance(5_000)
  expect((await countStatements(kit.db, () => book.save())).total).toBe(0)
})

it('who has seen fewer than twenty does not overwrite what others have seen', async () => {
  const see = async (times: number, busyMs: number) => {
    const book = createPaceBook(kit)
    for (let n = 0; n < times; n++) book.observe('a', busyMs, [])
    await book.save()
    return (await paces())[0]?.busyMs
  }
  expect(await see(19, 10)).toBe(10)
  expect(await see(19, 20)).toBe(10)
  expect(await see(20, 30)).toBe(30)
})

it('lets old ones fade, so that a change shows', async () => {
  const book = createPaceBook(kit)
  for (let n = 0; n < 1_000; n++) book.observe('a', 10, [])
  for (let n = 0; n < 500; n++) book.observe('a', 110, [])
  await book.save()
  expect((await paces())[0]?.busyMs).toBe(60)
})

it('a look at which nothing has changed keeps the next change waiting no longer', async () => {
  const book = createPaceBook(kit)
  await book.save()
  kit.clock.advance(1)
  book.observe('a', 10, [])
  await book.save()
  expect((await paces()).map((pace) => pace.kind)).toEqual(['a'])
})
