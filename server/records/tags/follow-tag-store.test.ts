import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { markPending, markSettled, putOn, unsettledPairs, wantReading } from './follow-tag-store.ts'
import { tagQueries } from './tag-queries.ts'
import { tagRuleNames } from './tag-rule-names.ts'
import { CORP_TAG } from './tag-tables.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const [one, other] = ['wmA', 'wmB'].map((externalUserId) => ({ externalUserId, userId: 'zhangsan' })) as [Pair, Pair]
interface Pair {
  externalUserId: string
  userId: string
}

it('a change that is done settles its own pair, and only one of that pair’s changes', async () => {
  const now = kit.clock.now()
  await kit.db.tx(async (tx) => {
    await markPending(tx, [one, other])
    await markPending(tx, [one])
    await wantReading(tx, one)
    await wantReading(tx, other)
    expect(await markSettled(tx, one, now)).toBe(false)
  })
  const pending = async () =>
    (await kit.db.tx((tx) => unsettledPairs(tx, ['wmA', 'wmB'], now - 1)))
      .map((pair) => [pair.externalUserId, Number(pair.pending)])
      .sort()
  expect(await pending()).toEqual([
    ['wmA', 1],
    ['wmB', 1],
  ])
  // The last one asks for the reading that came in between; the other pair's still waits.
  expect(await kit.db.tx((tx) => markSettled(tx, one, now))).toBe(true)
  expect(await pending()).toEqual([
    ['wmA', 0],
    ['wmB', 1],
  ])
  expect(await kit.db.tx((tx) => markSettled(tx, other, now))).toBe(true)
})

it('who has a tag at one guide is not asked of another', async () => {
  const tag = { tag_id: 't1', tag_name: '高', group_id: 'g1', group_name: '意向', path: '意向/高', seen_at: 1 }
  const others = { externalUserId: 'wmB', userId: 'lisi' }
  await kit.db.tx(async (tx) => {
    await tx.insertIgnore(CORP_TAG, [{ ...tag, gone_at: null, strategy_id: null }])
    for (const pair of [one, others]) await putOn(tx, pair, ['t1'], { by: 'wecom', reason: undefined, atMs: 1 })
    expect([...(await tagQueries.customersWith(tx, 'zhangsan', '意向/高'))]).toEqual(['wmA'])
    expect([...(await tagQueries.customersWith(tx, 'lisi', '意向/高'))]).toEqual(['wmB'])
    expect([...(await tagQueries.customersWith(tx, 'lisi', '意向/低'))]).toEqual([])
  })
})

it('a tag is in use while somebody bears it, WeCom still has it, and it is the corp’s own', async () => {
  const tag = (tag_id: string, tag_name: string, more: object = {}) => ({
    tag_id,
    tag_name,
    group_id: 'g1',
    group_name: '意向',
    path: `意向/${tag_name}`,
    seen_at: 1,
    gone_at: null,
    strategy_id: null,
    ...more,
  })
  await kit.db.tx(async (tx) => {
    await tx.insertIgnore(CORP_TAG, [
      tag('t1', '高'),
      tag('t2', '低', { gone_at: 1 }),
      tag('t3', '中', { strategy_id: 7 }),
      tag('t4', '等活动'),
    ])
    await putOn(tx, one, ['t1', 't2', 't3'], { by: 'wecom', reason: undefined, atMs: 1 })
  })
  const isInUse = (name: string) => kit.db.tx((tx) => tagRuleNames.isInUse(tx, { kind: 'tag', within: '意向', name }))
  expect(await Promise.all(['高', '低', '中', '等活动'].map(isInUse))).toEqual([true, false, false, false])
  const isGroupInUse = (name: string) => kit.db.tx((tx) => tagRuleNames.isInUse(tx, { kind: 'tag-group', name }))
  expect([await isGroupInUse('意向'), await isGroupInUse('高')]).toEqual([true, false])
})
