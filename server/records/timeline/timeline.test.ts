import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createTimeline, type Timeline, type TimelineEntry } from './timeline.ts'

let kit: TestKit
let timeline: Timeline
beforeEach(async () => {
  kit = await createTestKit()
  timeline = createTimeline({ clock: kit.clock })
})
afterEach(() => kit.close())

const note = (key: string, atMs: number, externalUserId = 'wm1') =>
  kit.db.tx((tx) => timeline.note(tx, { key, externalUserId, atMs, kind: 'test.note', text: `第 ${key} 条` }))
const page = (before?: TimelineEntry) =>
  kit.db.tx((tx) => timeline.queries.ofCustomer(tx, 'wm1', { limit: 2, ...(before === undefined ? {} : { before }) }))

it('keeps a note once per key, with who, when and why', async () => {
  const why = { text: '渠道「包裹卡」', rule: { kind: 'channel', name: '包裹卡', version: 'abc' }, facts: { paid: 0 } }
  const full = {
    key: 'k',
    externalUserId: 'wm1',
    userId: 'linxia',
    kind: 'tag.changed',
    text: '打标签 🥩',
    reason: why,
  }
  await kit.db.tx((tx) => timeline.note(tx, full))
  await kit.db.tx((tx) => timeline.note(tx, { ...full, text: '别的' }))
  expect(await page()).toEqual([
    { id: 1, atMs: kit.clock.now(), userId: 'linxia', kind: 'tag.changed', text: '打标签 🥩', reason: why },
  ])
})

it('has no phone in it, for whoever reads it or is told of it', async () => {
  const told: string[] = []
  const telling = createTimeline({
    clock: kit.clock,
    onNotes: async (_tx, notes) => void told.push(...notes.map(({ text }) => text)),
  })
  const said = (key: string) => ({ key, externalUserId: 'wm1', kind: 'test.note', text: `${key} 13800001111` })
  await kit.db.tx((tx) => telling.note(tx, said('a')))
  await kit.db.tx((tx) => telling.noteAll(tx, [said('b')]))
  expect(told).toEqual(['a 138****1111', 'b 138****1111'])
  expect((await page()).map(({ text }) => text)).toEqual(['b 138****1111', 'a 138****1111'])
})

it('a note whose instant was thought to be another is moved, and no other', async () => {
  await note('a', 1_000)
  await note('b', 2_000)
  await kit.db.tx((tx) => timeline.correctTime(tx, 'a', 3_000))
  expect((await page()).map(({ text, atMs }) => [text, atMs])).toEqual([
    ['第 a 条', 3_000],
    ['第 b 条', 2_000],
  ])
})

it('is read newest first, page by page, also where several happened in one moment', async () => {
  for (const [key, atMs] of [
    ['a', 1_000],
    ['b', 2_000],
    ['c', 2_000],
    ['d', 2_000],
    ['e', 500],
  ] as const)
    await note(key, atMs)
  await note('somebody else', 3_000, 'wm2')
  const first = await page()
  const second = await page(first.at(-1))
  const third = await page(second.at(-1))
  expect([first, second, third].map((entries) => entries.map((entry) => entry.text))).toEqual([
    ['第 d 条', '第 c 条'],
    ['第 b 条', '第 a 条'],
    ['第 e 条'],
  ])
})
