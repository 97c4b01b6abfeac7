import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import { createChangeTags } from './change-tags.ts'
import { putOn, wantReading } from './follow-tag-store.ts'
import type { TagChange } from './queue-tag-changes.ts'
import type { TagSetBy } from './tag-tables.ts'
import { openTagBench, PAIR, type TagBench } from './testing/tag-bench.ts'

const MARK = '/cgi-bin/externalcontact/mark_tag'
let t: TagBench
let asked: string[]
let wanted: string[]
beforeEach(async () => {
  t = await openTagBench()
  asked = []
  wanted = []
  await t.know({ t1: '意向/高', t2: '意向/低' })
})
afterEach(() => t.close())

function open() {
  const library = {
    isWanted: (path: string) => wanted.includes(path),
    askForListing: async (_tx: unknown, key: string) => void asked.push(key),
  }
  return createChangeTags({ ...t, library })
}
let round = 0
const change = async (more: Partial<TagChange>) => {
  round += 1
  const tags = open()
  const isNew = await t.ask((tx) =>
    tags.change(tx, { ...PAIR, by: 'rule', reason: { text: '测试' }, key: `k${round}`, ...more }),
  )
  await t.run([tags.executor])
  return isNew
}
const had = (tagId: string, by: TagSetBy) => t.ask((tx) => putOn(tx, PAIR, [tagId], { by, reason: undefined, atMs: 1 }))
const sent = (): unknown[] =>
  t.platform.sent(MARK).map(({ body }) => {
    const { add_tag, remove_tag } = JSON.parse(body) as { add_tag?: string[]; remove_tag?: string[] }
    return { ...(add_tag === undefined ? {} : { add_tag }), ...(remove_tag === undefined ? {} : { remove_tag }) }
  })

it('only what differs is sent, noted and told', async () => {
  await had('t2', 'rule')
  expect(await change({ add: ['意向/高'], remove: ['意向/低'] })).toBe(true)
  expect(sent()).toEqual([{ add_tag: ['t1'], remove_tag: ['t2'] }])
  expect(await t.on()).toEqual(['t1 rule'])
  expect(await t.notes()).toEqual(['tag.changed 打标签 意向/高；移除标签 意向/低'])
  expect(await t.events()).toEqual(['tag.added 意向/高 rule', 'tag.removed 意向/低 rule'])
  await change({ add: ['意向/高'], remove: ['意向/低'] })
  expect([sent().length, (await t.notes()).length, (await t.events()).length]).toEqual([1, 1, 2])
})

it.each<[string, Partial<TagChange>, object, string[]]>([
  ['only put on', { add: ['意向/高'], via: ['sop'] }, { add_tag: ['t1'] }, ['tag.added 意向/高 rule sop']],
  ['only taken off', { remove: ['意向/低'] }, { remove_tag: ['t2'] }, ['tag.removed 意向/低 rule']],
  [
    'put on, though it was to come off as well',
    { add: ['意向/高'], remove: ['意向/高'] },
    { add_tag: ['t1'] },
    ['tag.added 意向/高 rule'],
  ],
])('what is %s says nothing of the other', async (_what, more, body, events) => {
  await had('t2', 'rule')
  await change(more)
  expect([sent(), await t.events()]).toEqual([[body], events])
})

it('a change of nothing is none, and one of a known key is not new', async () => {
  expect(await change({})).toBe(false)
  expect(await change({ add: ['意向/高'], key: 'same' })).toBe(true)
  expect(await change({ add: ['意向/高'], key: 'same' })).toBe(false)
})

it.each<[TagSetBy, TagSetBy, string[], string[]]>([
  ['rule', 'guide', ['t1 guide'], ['tag.changed 保留人工打的标签 意向/高']],
  ['rule', 'wecom', ['t1 wecom'], ['tag.changed 保留人工打的标签 意向/高']],
  ['rule', 'rule', [], ['tag.changed 移除标签 意向/高']],
  ['guide', 'wecom', [], ['tag.changed 移除标签 意向/高']],
  ['guide', 'rule', [], ['tag.changed 移除标签 意向/高']],
])('a %s takes off what a %s put on accordingly', async (by, setBy, on, notes) => {
  await had('t1', setBy)
  await change({ by, remove: ['意向/高'] })
  expect([await t.on(), await t.notes()]).toEqual([on, notes])
})

it('a name that nobody has is left out; one that the rules will have made is waited for', async () => {
  await change({ add: ['没有/这个', '意向/高'] })
  expect(await t.notes()).toEqual(['tag.changed 打标签 意向/高；企业微信里没有标签 没有/这个，没有打上'])
  wanted = ['没有/这个']
  await change({ add: ['没有/这个'] })
  expect((await t.actions()).at(-1)).toMatchObject({ state: 'waiting', last_code: 'tags.not-made-yet' })
})

describe('a refusal', () => {
  it('of a tag that is gone has the library read, and is tried again', async () => {
    t.platform.on(MARK, { errcode: 40068 }, { errcode: 0 })
    await change({ add: ['意向/高'] })
    const [action] = await t.actions()
    expect([asked, action?.state, action?.last_code]).toEqual([
      [`stale:${action?.id}`],
      'waiting',
      'tags.library-stale',
    ])
  })

  it.each([
    [84061, '打标签 意向/高，没有成功：与客户还不是双向好友'],
    [40096, '打标签 意向/高，没有成功（企业微信错误码 40096）'],
  ])('%i is noted', async (errcode, note) => {
    t.platform.on(MARK, { errcode })
    await change({ add: ['意向/高'] })
    expect([asked, await t.notes(), await t.events()]).toEqual([[], [`tag.failed ${note}`], []])
  })

  it('that nobody understands is noted without a number', async () => {
    t.platform.on(MARK, { errcode: null })
    await change({ add: ['意向/高'] })
    for (let tries = 1; tries < 4; tries++) {
      t.clock.advance(HOUR_MS)
      await t.run([open().executor])
    }
    expect(await t.notes()).toEqual(['tag.failed 打标签 意向/高，没有成功'])
  })
})

describe('a reading that came while the change was under way', () => {
  it.each([
    ['done', { errcode: 0 }],
    ['refused', { errcode: 40096 }],
  ])('is done again once it is %s', async (_how, answer) => {
    t.platform.on(MARK, answer)
    const tags = open()
    await t.ask((tx) => tags.change(tx, { ...PAIR, add: ['意向/高'], by: 'rule', reason: { text: '测试' }, key: 'k' }))
    await t.ask((tx) => wantReading(tx, PAIR))
    await t.run([tags.executor])
    const [mark] = await t.actions()
    expect(await t.keys()).toEqual(['tag:k', `customer.refresh:tags:${mark?.id}`])
  })

  it('is not asked for by anybody else', async () => {
    await change({ add: ['意向/高'] })
    expect(await t.keys()).toHaveLength(1)
  })
})
