import { afterEach, beforeEach, expect, it } from 'vitest'
import { markPending, markSettled, putOn, unsettledPairs } from './follow-tag-store.ts'
import { createRecordSeen, type SeenTags } from './seen-tags.ts'
import { openTagBench, PAIR, type TagBench } from './testing/tag-bench.ts'

let t: TagBench
let asked: string[]
let now: number
beforeEach(async () => {
  t = await openTagBench()
  asked = []
  now = t.clock.now()
  await t.know({ t1: '意向/高', t2: '意向/低' })
})
afterEach(() => t.close())

const see = async (tagIds: string[], more: Partial<SeenTags> = {}, readAtMs = now) => {
  const recordSeen = createRecordSeen({ ...t, library: { askForListing: async (_tx, key) => void asked.push(key) } })
  const { readAgain, changed } = await t.ask((tx) =>
    recordSeen(tx, [{ ...PAIR, isNews: true, tagIds, ...more }], readAtMs),
  )
  return { readAgain, changed: changed.length }
}
const had = (tagId: string, setAtMs = now - 1) =>
  t.ask((tx) => putOn(tx, PAIR, [tagId], { by: 'rule', reason: undefined, atMs: setAtMs }))
const NOTHING = { readAgain: [], changed: 0 }

it('what is as it was is no change and asks for nothing', async () => {
  await had('t1')
  expect(await see(['t1'])).toEqual(NOTHING)
  expect([await t.on(), await t.notes(), await t.events(), asked]).toEqual([['t1 rule'], [], [], []])
})

it('what a person put on and took off is told, each by its name', async () => {
  await had('t1')
  expect(await see(['t2'])).toEqual({ readAgain: [], changed: 1 })
  expect(await t.on()).toEqual(['t2 wecom'])
  expect(await t.notes()).toEqual(['tag.changed 在企业微信里打上标签 意向/低；移除标签 意向/高'])
  expect(await t.events()).toEqual(['tag.added 意向/低 wecom', 'tag.removed 意向/高 wecom'])
})

it.each<[string, string[], string[], string[]]>([
  ['put on', ['t1', 't2'], ['tag.changed 在企业微信里打上标签 意向/低'], ['tag.added 意向/低 wecom']],
  ['taken off', [], ['tag.changed 在企业微信里移除标签 意向/高'], ['tag.removed 意向/高 wecom']],
])('what was only %s says nothing of the other', async (_what, tagIds, notes, events) => {
  await had('t1')
  await see(tagIds)
  expect([await t.notes(), await t.events()]).toEqual([notes, events])
})

it('a tag whose name is not known is kept without a word, and its name asked for once an hour', async () => {
  const hour = Math.floor(now / 3_600_000)
  expect(await see(['t9'])).toEqual({ readAgain: [], changed: 1 })
  expect([await t.on(), await t.notes(), await t.events(), asked]).toEqual([['t9 wecom'], [], [], [`unknown:${hour}`]])
})

it.each([
  ['since the reading', 0, ['t1 rule']],
  ['before it', -1, []],
])('a tag put on %s is believed accordingly', async (_when, agoMs, expected) => {
  await had('t1', now + agoMs)
  expect((await see([])).changed).toBe(expected.length === 0 ? 1 : 0)
  expect(await t.on()).toEqual(expected)
})

it('of a pair only just heard of, tags are taken over without a word', async () => {
  expect(await see(['t1'], { isNews: false })).toEqual(NOTHING)
  expect(await t.on()).toEqual(['t1 wecom'])
  expect(await see(['t2'], { isNews: false }, now + 1)).toEqual(NOTHING)
  expect([await t.on(), await t.notes(), await t.events()]).toEqual([['t2 wecom'], [], []])
})

it('nothing is taken over while a change of ours is under way, nor when one was done since the reading', async () => {
  await had('t1')
  await t.ask((tx) => markPending(tx, [PAIR]))
  expect(await see(['t2'])).toEqual(NOTHING)
  expect(await t.on()).toEqual(['t1 rule'])
  expect(await t.ask((tx) => markSettled(tx, PAIR, now + 5))).toBe(true)
  expect(await see(['t2'], {}, now + 4)).toEqual({ readAgain: ['wmA'], changed: 0 })
  expect(await see(['t2'], { userId: 'lisi' }, now + 4)).toEqual({ readAgain: [], changed: 1 })
  expect(await t.ask((tx) => unsettledPairs(tx, ['wmA'], now + 5))).toEqual([])
  expect(await see(['t2'], {}, now + 5)).toEqual({ readAgain: [], changed: 1 })
})

it('nobody seen is nothing asked', async () => {
  const recordSeen = createRecordSeen({ ...t, library: { askForListing: async (_tx, key) => void asked.push(key) } })
  expect(await t.ask((tx) => recordSeen(tx, [], now))).toEqual({ readAgain: [], changed: [] })
})
