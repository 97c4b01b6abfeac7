import { afterEach, beforeEach, expect, it } from 'vitest'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

const CONFIG = {
  'channels/包裹卡.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
}
const MARK = 'externalcontact/mark_tag'

let t: TestApp
let id: string
beforeEach(async () => {
  t = await buildTestApp({ config: CONFIG })
  t.sandbox.faults.set({ path: MARK, errcode: 40096 })
  id = (await t.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card' })).externalUserId
  await t.settle()
})
afterEach(() => t.close())

const tags = async () => (await t.db.tx((tx) => t.huoshui.tags.queries.ofCustomer(tx, id))).map((tag) => tag.path)
const calls = () => t.sandbox.calls(MARK).length

it('a tag of a rule that WeCom refused is put on once the guide is in range again, and not again', async () => {
  expect([await tags(), calls()]).toEqual([[], 1])
  await t.advance(8 * HOUR_MS)
  expect([await tags(), calls()]).toEqual([[], 2])
  t.sandbox.faults.clear()
  await t.advance(8 * HOUR_MS)
  expect([await tags(), calls()]).toEqual([['来源/包裹卡'], 3])
  expect(await t.timelineOf(id, 'tag.changed')).toEqual(['打标签 来源/包裹卡'])
  for (let round = 0; round < 4; round++) await t.advance(8 * HOUR_MS)
  expect(calls()).toBe(3)
})

it('it is left after some days', async () => {
  for (let round = 0; round < 12; round++) await t.advance(8 * HOUR_MS)
  expect(calls()).toBe(7)
})

it('what was decided since about the same tag stands', async () => {
  await t.db.tx((tx) =>
    t.huoshui.tags.change(tx, {
      ...{ externalUserId: id, userId: 'zhangsan', remove: ['来源/包裹卡'], by: 'guide', key: 'later' },
      reason: { text: '测试' },
    }),
  )
  await t.settle()
  t.sandbox.faults.clear()
  await t.advance(8 * HOUR_MS)
  expect([await tags(), calls()]).toEqual([[], 1])
})

it('reaches all of them, however many were refused', async () => {
  for (let n = 0; n < 450; n++) await t.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card' })
  await t.settle()
  t.sandbox.faults.clear()
  await t.advance(8 * HOUR_MS)
  const [row] = await t.rawRows<{ n: number }>('SELECT COUNT(DISTINCT external_userid) AS n FROM follow_tag')
  expect(row?.n).toBe(451)
})
