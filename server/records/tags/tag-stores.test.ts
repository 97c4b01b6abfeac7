import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewRowOf } from '../../core/db/define-table.ts'
import { pick, raw, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import {
  handOverTags,
  markPending,
  markSettled,
  putOn,
  putOnAll,
  tagsOfCustomers,
  tagsOfPair,
  takeOff,
  unsettledPairs,
  wantReading,
} from './follow-tag-store.ts'
import { tagQueries } from './tag-queries.ts'
import { tagRuleNames } from './tag-rule-names.ts'
import { CORP_TAG, FOLLOW_TAG } from './tag-tables.ts'

const T = Date.parse('2026-11-22T09:00:00+08:00')
const ONE = { externalUserId: 'wmA', userId: 'zhangsan' }
/** What differs from it in one thing only. */
const OTHERS = [
  { ...ONE, userId: 'lisi' },
  { ...ONE, externalUserId: 'wmB' },
]
const BY_RULE = { by: 'rule' as const, reason: { text: '测试' }, atMs: T }

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const ask = <Found>(work: (tx: Tx) => Promise<Found>): Promise<Found> => kit.db.tx(work)
const on = async (pair = ONE): Promise<string[]> =>
  (await ask((tx) => tagsOfPair(tx, pair))).map(({ tagId, setBy }) => `${tagId} ${setBy}`).sort()

describe('putting tags on a pair', () => {
  it('gives those that were not on, and leaves the others as they were', async () => {
    expect(await ask((tx) => putOn(tx, ONE, ['t1'], BY_RULE))).toEqual(['t1'])
    expect(await ask((tx) => putOn(tx, ONE, ['t1'], BY_RULE))).toEqual([])
    expect(await ask((tx) => putOn(tx, ONE, ['t1', 't2'], BY_RULE))).toEqual(['t2'])
    const seen = { by: 'wecom' as const, reason: undefined, atMs: T + 1 }
    expect(await ask((tx) => putOn(tx, ONE, ['t2', 't3', 't3', 't1'], seen))).toEqual(['t3'])
    expect(await ask((tx) => putOn(tx, ONE, ['t2', 't1'], seen))).toEqual([])
    expect(await ask((tx) => putOn(tx, ONE, [], seen))).toEqual([])
    expect(await on()).toEqual(['t1 rule', 't2 rule', 't3 wecom'])
    const reasons = await ask((tx) =>
      tx.rows(sql`SELECT ${pick(FOLLOW_TAG, 'set_reason')} FROM ${FOLLOW_TAG} ORDER BY ${FOLLOW_TAG.id}`),
    )
    expect(reasons.map((row) => row.set_reason)).toEqual(['{"text":"测试"}', '{"text":"测试"}', null])
  })

  it('gives only its own when another process has put some on since it looked', async () => {
    await ask((tx) => putOn(tx, ONE, ['same time'], { ...BY_RULE, by: 'guide' }))
    await ask((tx) => putOn(tx, ONE, ['same hand'], { ...BY_RULE, atMs: T - 1 }))
    const fresh = await ask((tx) => {
      let looks = 0
      const rows: Tx['rows'] = (query) => (looks++ === 0 ? Promise.resolve([]) : tx.rows(query))
      return putOn({ ...tx, rows }, ONE, ['same time', 'same hand', 'new'], BY_RULE)
    })
    expect(fresh).toEqual(['new'])
  })

  it('of many pairs that had none takes one statement', async () => {
    await ask((tx) => putOnAll(tx, [], { by: 'wecom', atMs: T }))
    await ask((tx) =>
      putOnAll(
        tx,
        [
          { ...ONE, tagIds: ['t1', 't2'] },
          { ...ONE, userId: 'lisi', tagIds: [] },
        ],
        { by: 'wecom', atMs: T },
      ),
    )
    expect(await on()).toEqual(['t1 wecom', 't2 wecom'])
  })
})

it('taking off gives those that were on, and leaves other tags and other pairs', async () => {
  for (const pair of [ONE, ...OTHERS]) await ask((tx) => putOn(tx, pair, ['t1', 't2'], BY_RULE))
  expect(await ask((tx) => takeOff(tx, ONE, ['t1', 't3']))).toEqual(['t1'])
  expect(await on()).toEqual(['t2 rule'])
  for (const pair of OTHERS) expect(await on(pair)).toEqual(['t1 rule', 't2 rule'])
  expect((await ask((tx) => tagsOfCustomers(tx, ['wmB', 'wmC']))).map((tag) => tag.tagId)).toEqual(['t1', 't2'])
})

it('tags of a customer who was handed over go with the customer; what the new guide has stays', async () => {
  await ask((tx) => putOn(tx, ONE, ['t1', 't2'], BY_RULE))
  const seen = { by: 'wecom' as const, reason: undefined, atMs: T }
  const [lisi, wmB] = OTHERS as [typeof ONE, typeof ONE]
  await ask((tx) => putOn(tx, lisi, ['t2'], seen))
  await ask((tx) => putOn(tx, wmB, ['t1'], seen))
  for (let twice = 0; twice < 2; twice++) {
    await ask((tx) => handOverTags(tx, { externalUserId: 'wmA', fromUserId: 'zhangsan', toUserId: 'lisi' }))
    expect([await on(), await on(lisi), await on(wmB)]).toEqual([[], ['t1 rule', 't2 wecom'], ['t1 wecom']])
    expect(await ask((tx) => tagsOfCustomers(tx, ['wmB']))).toHaveLength(1)
  }
})

describe('changes of ours under way', () => {
  const pending = async (readAtMs = T) =>
    (await ask((tx) => unsettledPairs(tx, ['wmA', 'wmB'], readAtMs)))
      .map(({ externalUserId, userId, pending: n }) => `${externalUserId}/${userId} ${n}`)
      .sort()

  it('are never fewer than none', async () => {
    await ask((tx) => markPending(tx, [ONE]))
    for (let twice = 0; twice < 2; twice++) expect(await ask((tx) => markSettled(tx, ONE, T))).toBe(false)
    await ask((tx) => markPending(tx, [ONE]))
    expect(await pending()).toEqual(['wmA/zhangsan 1'])
  })

  it('a reading that came in between is wanted by its own pair alone, once', async () => {
    const pairs = [ONE, ...OTHERS]
    for (const pair of pairs) await ask((tx) => markPending(tx, [pair]))
    for (const pair of pairs.slice(0, 2)) await ask((tx) => wantReading(tx, pair))
    for (const pair of pairs.slice(1))
      await ask((tx) =>
        tx.run(
          raw('UPDATE follow_tag_state SET pending = 0 WHERE userid = ? AND external_userid = ?', [
            pair.userId,
            pair.externalUserId,
          ]),
        ),
      )
    expect(await ask((tx) => markSettled(tx, ONE, T))).toBe(true)
    expect(await ask((tx) => markSettled(tx, ONE, T))).toBe(false)
    const [lisi, wmB] = OTHERS as [typeof ONE, typeof ONE]
    expect(await ask((tx) => markSettled(tx, wmB, T))).toBe(false)
    expect(await ask((tx) => markSettled(tx, lisi, T))).toBe(true)
  })

  it('were done since a reading began when they ended later than it, not at the same instant', async () => {
    await ask((tx) => markPending(tx, [ONE, { externalUserId: 'wmZ', userId: 'zhangsan' }]))
    await ask((tx) => markSettled(tx, ONE, T))
    expect(await pending(T - 1)).toEqual(['wmA/zhangsan 0'])
    expect(await pending(T)).toEqual([])
  })
})

type TagRow = NewRowOf<typeof CORP_TAG>
const tagRow = (tag_id: string, path: string, more: Partial<TagRow> = {}): TagRow => {
  const [group_name = '', tag_name = ''] = path.split('/')
  return {
    tag_id,
    group_id: `g-${group_name}`,
    group_name,
    tag_name,
    path,
    seen_at: T,
    gone_at: null,
    strategy_id: null,
    ...more,
  }
}
const known = (...rows: TagRow[]) =>
  ask(async (tx) => {
    for (const row of rows) await tx.insert(CORP_TAG, row)
  })

describe('what is known of tags', () => {
  beforeEach(() =>
    known(
      tagRow('t1', '来源/门店', { group_sort: 1, tag_sort: 1 }),
      tagRow('t2', '来源/包裹卡', { group_sort: 1, tag_sort: 2 }),
      tagRow('t3', '意向/高', { group_sort: 2 }),
      tagRow('t4', '口味/全熟', { group_sort: 1 }),
      tagRow('t5', '口味/五分', { group_sort: 1 }),
      tagRow('gone', '意向/低', { group_sort: 2, gone_at: T }),
      tagRow('theirs', '等级/金卡', { strategy_id: 7 }),
      tagRow('t9', '意向/高', { group_sort: 2 }),
    ),
  )

  it('the library is as WeCom shows it, without what is gone or another’s', async () => {
    const library = await ask((tx) => tagQueries.library(tx))
    expect(library.map(({ group, tags }) => `${group}: ${tags.map((tag) => tag.name).join(' ')}`)).toEqual([
      '意向: 高 高',
      '口味: 五分 全熟',
      '来源: 包裹卡 门店',
    ])
  })

  it('by name, the first of two of one name, and none that is gone or another’s', async () => {
    const found = await ask((tx) => tagQueries.byPath(tx, ['意向/高', '意向/低', '等级/金卡', '没有/这个']))
    expect([...found].map(([path, tag]) => `${path} ${tag.tagId}`)).toEqual(['意向/高 t3'])
    expect(await ask((tx) => tagQueries.byPath(tx, []))).toEqual(new Map())
  })

  it('names by id, those that are gone too', async () => {
    const names = await ask((tx) => tagQueries.pathsOf(tx, ['t1', 'gone', 'nobody']))
    expect([...names].sort()).toEqual([
      ['gone', '意向/低'],
      ['t1', '来源/门店'],
    ])
    expect(await ask((tx) => tagQueries.pathsOf(tx, []))).toEqual(new Map())
  })

  it('of a customer, all guides together or one, in the order in which WeCom shows them', async () => {
    await ask((tx) => putOn(tx, ONE, ['t1', 't2', 't4', 'gone', 'theirs'], BY_RULE))
    await ask((tx) => putOn(tx, { ...ONE, userId: 'lisi' }, ['t3', 't2'], { ...BY_RULE, reason: undefined }))
    await ask((tx) => putOn(tx, { ...ONE, externalUserId: 'wmB' }, ['t5'], BY_RULE))
    const tags = async (userId?: string) =>
      (await ask((tx) => tagQueries.ofCustomer(tx, 'wmA', userId))).map((tag) => [
        tag.userId,
        tag.path,
        tag.reason?.text ?? tag.reason,
      ])
    expect(await tags()).toEqual([
      ['lisi', '意向/高', undefined],
      ['zhangsan', '口味/全熟', '测试'],
      ['zhangsan', '来源/包裹卡', '测试'],
      ['lisi', '来源/包裹卡', undefined],
      ['zhangsan', '来源/门店', '测试'],
      ['zhangsan', '等级/金卡', '测试'],
    ])
    expect((await tags('lisi')).map(([, path]) => path)).toEqual(['意向/高', '来源/包裹卡'])
    const bearers = (path: string) => ask((tx) => tagQueries.customersWith(tx, 'zhangsan', path))
    expect([await bearers('口味/全熟'), await bearers('意向/低'), await bearers('口味/五分')]).toEqual([
      new Set(['wmA']),
      new Set(),
      new Set(['wmB']),
    ])
  })
})

describe('another name in the rules', () => {
  const paths = async (): Promise<string[]> =>
    (
      await ask((tx) =>
        tx.rows(
          sql`SELECT ${pick(CORP_TAG, 'path', 'group_name', 'tag_name')} FROM ${CORP_TAG} ORDER BY ${CORP_TAG.tag_id}`,
        ),
      )
    ).map((row) => (row.path === `${row.group_name}/${row.tag_name}` ? row.path : `${row.path}?`))
  const rename = (renamed: Parameters<typeof tagRuleNames.rename>[1]) => ask((tx) => tagRuleNames.rename(tx, renamed))
  beforeEach(() =>
    known(
      tagRow('t1', '阶段/新客'),
      tagRow('t2', '阶段/老客'),
      tagRow('t3', '来源/新客'),
      tagRow('t4', '阶段/新客', { gone_at: T }),
      tagRow('t5', '阶段/新客', { strategy_id: 7 }),
    ),
  )
  const others = ['来源/新客', '阶段/新客', '阶段/新客']

  it('is that of the tag at once, and of no other', async () => {
    await rename({ kind: 'tag', within: '阶段', from: '新客', to: '新朋友' })
    expect(await paths()).toEqual(['阶段/新朋友', '阶段/老客', ...others])
  })

  it('of a group is that of its tags', async () => {
    await rename({ kind: 'tag-group', from: '阶段', to: '周期' })
    expect(await paths()).toEqual(['周期/新客', '周期/老客', ...others])
  })

  it.each<[string, Parameters<typeof rename>[0]]>([
    ['another tag has', { kind: 'tag', within: '阶段', from: '新客', to: '老客' }],
    ['another group has', { kind: 'tag-group', from: '阶段', to: '来源' }],
    ['is no tag’s', { kind: 'channel', from: '阶段', to: '周期' }],
  ])('that %s changes nothing', async (_what, renamed) => {
    await ask((tx) => putOn(tx, ONE, ['t1'], BY_RULE))
    const before = await paths()
    await rename(renamed)
    expect(await paths()).toEqual(before)
    expect(await ask((tx) => tagRuleNames.isInUse(tx, { kind: 'channel', name: '阶段' }))).toBe(false)
  })

  it('that only a tag or group has that is gone or another’s, is free', async () => {
    await known(
      tagRow('t6', '阶段/空', { gone_at: T }),
      tagRow('t7', '空组/新客', { gone_at: T }),
      tagRow('t8', '别人/新客', { strategy_id: 7 }),
    )
    await rename({ kind: 'tag', within: '阶段', from: '老客', to: '空' })
    expect((await paths())[1]).toBe('阶段/空')
    await rename({ kind: 'tag-group', from: '来源', to: '空组' })
    expect((await paths())[2]).toBe('空组/新客')
    await rename({ kind: 'tag-group', from: '空组', to: '别人' })
    expect((await paths())[2]).toBe('别人/新客')
  })
})
