import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewRowOf } from '../../core/db/define-table.ts'
import { all, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { tagsOfPair } from './follow-tag-store.ts'
import { recordTagGroups, recordTagListing } from './record-tag-listing.ts'
import { tagQueries } from './tag-queries.ts'
import { CORP_TAG } from './tag-tables.ts'

const T = Date.parse('2026-11-22T09:00:00+08:00')
const ONE = { externalUserId: 'wmA', userId: 'zhangsan' }
/** What differs from it in one thing only. */
const _OTHERS = [
  { ...ONE, userId: 'lisi' },
  { ...ONE, externalUserId: 'wmB' },
]
const _BY_RULE = { by: 'rule' as const, reason: { text: '测试' }, atMs: T }

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const ask = <Found>(work: (tx: Tx) => Promise<Found>): Promise<Found> => kit.db.tx(work)
const _on = async (pair = ONE): Promise<string[]> =>
  (await ask((tx) => tagsOfPair(tx, pair))).map(({ tagId, setBy }) => `${tagId} ${setBy}`).sort()

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

describe('a listing of WeCom’s library', () => {
  const group = (name: string, tags: [id: string, name: string, order?: number][], more: object = {}) => ({
    group_id: `g-${name}`,
    group_name: name,
    tag: tags.map(([id, tag, order]) => ({ id, name: tag, ...(order === undefined ? {} : { order }) })),
    ...more,
  })
  const list = (
    groups: ReturnType<typeof group>[],
    more: { strategyGroups?: ReturnType<typeof group>[]; isComplete?: boolean; readAtMs?: number } = {},
  ) =>
    ask((tx) =>
      recordTagListing(
        tx,
        { groups, strategyGroups: [], isComplete: true, readAtMs: T + 10, ...more } as Parameters<
          typeof recordTagListing
        >[1],
        T + 20,
      ),
    )
  const stored = async () =>
    (await ask((tx) => tx.rows(sql`SELECT ${all(CORP_TAG)} FROM ${CORP_TAG} ORDER BY ${CORP_TAG.tag_id}`))).map(
      ({ tag_id, path, gone_at, seen_at, ours }) => [
        tag_id,
        path,
        gone_at === null ? null : gone_at - T,
        seen_at - T,
        ours,
      ],
    )

  it('tells what is new, what has another name and what is gone, and writes only what differs', async () => {
    await known(
      tagRow('same', '来源/门店'),
      tagRow('name', '来源/旧'),
      tagRow('group', '旧组/甲', { group_id: 'g-新组' }),
      tagRow('gone', '来源/无'),
      tagRow('back', '来源/回', { gone_at: T }),
      tagRow('was', '来源/早', { gone_at: T + 1 }),
    )
    const groups = [
      group('来源', [
        ['same', '门店'],
        ['name', '新'],
        ['new', '加'],
        ['back', '回'],
      ]),
      group('新组', [['group', '甲']]),
    ]
    expect(await list(groups)).toEqual({ added: ['new', 'back'], renamed: ['name', 'group'], deleted: ['gone'] })
    expect(await stored()).toEqual([
      ['back', '来源/回', null, 10, 0],
      ['gone', '来源/无', 20, 0, 0],
      ['group', '新组/甲', null, 10, 0],
      ['name', '来源/新', null, 10, 0],
      ['new', '来源/加', null, 10, 0],
      ['same', '来源/门店', null, 0, 0],
      ['was', '来源/早', 1, 0, 0],
    ])
    expect(await list(groups)).toEqual({ added: [], renamed: [], deleted: [] })
    const sorted = [
      group('来源', [
        ['same', '门店', 5],
        ['name', '新'],
        ['new', '加'],
        ['back', '回'],
      ]),
      ...groups.slice(1),
    ]
    expect(await list(sorted)).toEqual({ added: [], renamed: [], deleted: [] })
    const library = await ask((tx) => tagQueries.library(tx))
    expect(library.find((one) => one.group === '来源')?.tags[0]?.name).toBe('门店')
  })

  it('takes nothing away when it is not whole, nor what was seen when it began or later', async () => {
    await known(tagRow('old', '来源/门店'), tagRow('made', '来源/刚建', { seen_at: T + 10 }))
    expect(await list([], { isComplete: false })).toMatchObject({ deleted: [] })
    expect(await list([])).toMatchObject({ deleted: ['old'] })
  })

  it('says nothing of strategies’ tags when WeCom does not tell of them', async () => {
    await known(tagRow('corp', '来源/门店'), tagRow('theirs', '等级/金卡', { strategy_id: 7 }))
    const untold = { groups: [], strategyGroups: undefined, isComplete: true, readAtMs: T + 10 }
    expect(await ask((tx) => recordTagListing(tx, untold, T + 20))).toMatchObject({ deleted: ['corp'] })
    expect(await list([], { readAtMs: T + 11 })).toMatchObject({ deleted: ['theirs'] })
  })

  it('of tags that we have just made, keeps that they are ours, known or not', async () => {
    await known(tagRow('known', '来源/门店'))
    const made = [
      group('来源', [
        ['known', '门店'],
        ['new', '包裹卡'],
      ]),
    ]
    expect(await ask((tx) => recordTagGroups(tx, made, { atMs: T + 5, ours: true }))).toEqual({
      present: ['known', 'new'],
      added: ['new'],
      renamed: [],
    })
    expect(await stored()).toEqual([
      ['known', '来源/门店', null, 5, 1],
      ['new', '来源/包裹卡', null, 5, 1],
    ])
    await list([
      group('来源', [
        ['known', '门店店'],
        ['new', '包裹卡'],
      ]),
    ])
    expect((await stored()).map((row) => row.at(-1))).toEqual([1, 1])
  })
})
