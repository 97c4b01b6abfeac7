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
  expect(await kit.db.tx((tx) => timeline.note(tx, full))).toBe(true)
  expect(await kit.db.tx((tx) => timeline.note(tx, { ...full, text: '别的' }))).toBe(false)
  expect(await page()).toEqual([
    { id: 1, atMs: kit.clock.now(), userId: 'linxia', kind: 'tag.changed', text: '打标签 🥩', reason: why },
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
