import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { createTagLibrary } from './tag-library.ts'
import { openTagBench, type TagBench } from './testing/tag-bench.ts'

const [LIST, ADD, EDIT] = ['get_corp_tag_list', 'add_corp_tag', 'edit_corp_tag'].map(
  (name) => `/cgi-bin/externalcontact/${name}`,
) as [string, string, string]

let t: TagBench
let book: Pick<RuleBook, 'tags' | 'renames'>
beforeEach(async () => {
  t = await openTagBench()
  t.platform.on('/cgi-bin/externalcontact/get_strategy_tag_list', { errcode: 0, tag_group: [] })
  book = { tags: [{ group: '来源', names: ['包裹卡', '门店'] }], renames: [] } as unknown as typeof book
})
afterEach(() => t.close())

/** With tags that an administrator of a 规则组 keeps. */
const withStrategy = (of: typeof book): typeof book =>
  ({ ...of, tags: [...of.tags, { group: '华东', names: ['金卡'], strategy: true }] }) as typeof book
const open = () => createTagLibrary({ ...t, rules: { current: () => book as RuleBook } })
const group = (name: string, ...names: string[]) => ({
  group_id: `g-${name}`,
  group_name: name,
  tag: names.map((tag) => ({ id: `t-${tag}`, name: tag })),
})
const answer = (...groups: ReturnType<typeof group>[]) =>
  t.platform.on(LIST, {
    errcode: 0,
    tag_group: groups.map((one) => ({
      ...one,
      create_time: 1,
      order: 0,
      tag: one.tag.map((tag) => ({ ...tag, create_time: 1, order: 0 })),
    })),
  })
const made = async () =>
  (await t.actions()).filter(({ kind }) => kind === 'tag.create').map(({ payload }) => JSON.parse(payload) as object)

describe('what the rules name and WeCom lacks', () => {
  const list = async (): Promise<void> => {
    const library = open()
    await library.keep()
    await t.run(library.executors.slice(0, 2))
  }
  it('is asked for, without what is there and what is an administrator’s; again after an hour', async () => {
    book = withStrategy(book)
    answer(group('来源', '包裹卡'))
    await list()
    expect(await made()).toEqual([{ group: '来源', names: ['门店'] }])
    t.clock.advance(1_000)
    await list()
    expect(await made()).toHaveLength(1)
    t.clock.advance(HOUR_MS)
    await list()
    expect(await made()).toHaveLength(2)
  })

  it('is nothing when all is there', async () => {
    answer(group('来源', '包裹卡', '门店'))
    await list()
    expect(await made()).toEqual([])
  })

  it('is ours once WeCom has it', async () => {
    answer()
    await list()
    const tagGroup = { ...group('来源', '包裹卡', '门店'), create_time: 1, order: 0 }
    t.platform.on(ADD, {
      errcode: 0,
      tag_group: { ...tagGroup, tag: tagGroup.tag.map((tag) => ({ ...tag, create_time: 1, order: 0 })) },
    })
    await t.run(open().executors)
    expect(JSON.parse(t.platform.sent(ADD)[0]?.body ?? '')).toEqual({
      group_name: '来源',
      tag: [{ name: '包裹卡' }, { name: '门店' }],
    })
    const rows = await t.kit.db.tx((tx) =>
      open().recordListing(tx, {
        groups: [group('来源', '包裹卡', '门店')] as never,
        strategyGroups: [],
        isComplete: true,
        readAtMs: t.clock.now(),
      }),
    )
    expect(rows).toEqual({ added: [], renamed: [], deleted: [] })
    await t.run(open().executors)
  })

  it('is wanted by its whole name', () => {
    book = withStrategy(book)
    const { isWanted } = open()
    expect(['来源/门店', '来源/别的', '意向/门店', '华东/金卡'].map(isWanted)).toEqual([true, false, false, false])
  })
})

describe('another name in the rules', () => {
  const rename = { kind: 'tag', within: '来源', from: '门店', to: '到店' } as const
  const keep = async (...groups: ReturnType<typeof group>[]): Promise<void> => {
    const library = open()
    await t.ask((tx) =>
      library.recordListing(tx, {
        groups: groups as never,
        strategyGroups: [],
        isComplete: true,
        readAtMs: t.clock.now(),
      }),
    )
  }
  const renames = async () =>
    (await t.actions()).filter(({ kind }) => kind === 'tag.rename').map(({ payload }) => JSON.parse(payload) as object)
  const alerts = async (): Promise<string[]> =>
    (await t.ask((tx) => t.alerts.queries.open(tx))).map(({ key, text }) => `${key} ${text}`)
  beforeEach(() => {
    book = { tags: [], renames: [rename] } as unknown as typeof book
  })

  it('is brought to WeCom, asked once an hour', async () => {
    await keep(group('来源', '门店'))
    await keep(group('来源', '门店'))
    expect(await renames()).toEqual([{ id: 't-门店', from: '门店', to: '到店' }])
    await t.run(open().executors)
    expect(t.platform.sent(EDIT).map(({ body }) => JSON.parse(body))).toEqual([{ id: 't-门店', name: '到店' }])
    expect(await alerts()).toEqual([])
    t.clock.advance(HOUR_MS)
    await keep(group('来源', '门店'))
    expect(await renames()).toHaveLength(2)
  })

  it.each([
    ['is not ours to rename', 81011, '（错误码 81011）'],
    ['is refused', 40096, '（错误码 40096）'],
  ])('that %s is a person’s to give, until it is so or wanted no more', async (_why, errcode, why) => {
    t.platform.on(EDIT, { errcode }, { errcode: 0 })
    await keep(group('来源', '门店'))
    await t.run(open().executors)
    const told = `tags.rename:t-门店 标签「门店」没能在企业微信里改名为「到店」${why}；规则里已经按新名字算`
    expect(await alerts()).toEqual([told])
    await keep(group('来源', '门店'))
    expect(await alerts()).toEqual([told])
    t.clock.advance(HOUR_MS)
    await keep(group('来源', '门店'))
    await t.run(open().executors)
    expect(await alerts()).toEqual([])
  })

  it('that nobody wants any more is no trouble; other troubles stay', async () => {
    t.platform.on(EDIT, { errcode: 81011 })
    await t.ask((tx) => t.alerts.raise(tx, { key: 'other', text: '别的', todo: '看' }))
    await keep(group('来源', '门店'))
    await t.run(open().executors)
    expect(await alerts()).toHaveLength(2)
    await keep(group('来源', '到店'))
    expect(await alerts()).toEqual(['other 别的'])
  })
})

it('a listing that another one answered changes nothing', async () => {
  answer(group('来源', '包裹卡', '门店'))
  const library = open()
  await t.ask((tx) => library.askForListing(tx, 'a', '试'))
  await t.ask((tx) => library.askForListing(tx, 'b', '试'))
  t.clock.advance(5)
  await t.run(library.executors)
  expect(t.platform.sent(LIST)).toHaveLength(1)
  expect((await t.actions()).map(({ state }) => state)).toEqual(['done', 'done'])
})
