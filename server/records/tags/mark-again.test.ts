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

/** A customer whose tag is refused with this, and this alone, until the refusal is final. */
async function refusedWith(errcode: number): Promise<string> {
  t.sandbox.faults.clear()
  t.sandbox.faults.set({ path: MARK, errcode })
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card' })
  await t.settle()
  const states = async () => {
    const rows = await t.rawRows<{ state: string; external_userid: string }>(
      "SELECT state, external_userid FROM action WHERE kind = 'tag.mark'",
    )
    return rows.filter((row) => row.external_userid === externalUserId).map(({ state }) => state)
  }
  for (let hours = 0; !(await states()).some((state) => state === 'failed' || state === 'dead'); hours++) {
    if (hours > 24) throw new Error(`never final: ${(await states()).join()}`)
    await t.advance(HOUR_MS)
  }
  t.sandbox.faults.clear()
  return externalUserId
}
const tagsOf = async (externalUserId: string) =>
  (await t.db.tx((tx) => t.huoshui.tags.queries.ofCustomer(tx, externalUserId))).map((tag) => tag.path)

it.each([
  [40096, 'the guide is out of range'],
  [84061, 'a half add'],
  [60011, 'a member whom the app must not see'],
  [60021, 'a member out of range'],
  [50002, 'a member out of the rights'],
  [48002, 'no right to this API'],
  [60020, 'an address that is not trusted'],
  [84074, 'no right to customers'],
  [84083, 'a member without customer contact'],
  [41054, 'a member who is not active'],
])('what is refused with %i (%s) is put on once that has changed', async (errcode) => {
  const refused = await refusedWith(errcode)
  expect(await tagsOf(refused)).toEqual([])
  await t.advance(8 * HOUR_MS)
  expect(await tagsOf(refused)).toEqual(['来源/包裹卡'])
})

it('what no change mends is not asked again', async () => {
  const refused = await refusedWith(40058)
  await t.advance(8 * HOUR_MS)
  expect(await tagsOf(refused)).toEqual([])
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

it.each([
  [84083, '成员未开通客户联系'],
  [41054, '成员未激活或未实名'],
])(
  'a guide whose account may not serve customers (%s) is an alert, until a tag that was refused goes through',
  async (errcode, zh) => {
    t.sandbox.faults.clear()
    t.sandbox.faults.set({ path: MARK, errcode })
    const other = await t.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card' })
    await t.settle()
    const open = async () =>
      (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx)))
        .filter(({ key }) => key.startsWith('staff.not-serving'))
        .map(({ key, text }) => `${key} ${text}`)
    expect(await open()).toEqual([
      `staff.not-serving:zhangsan 导购张三（zhangsan）的客户改不了：${zh}（${errcode}），标签、备注都被企业微信拒绝`,
    ])
    await t.advance(8 * HOUR_MS)
    expect(await open()).toHaveLength(1)
    t.sandbox.faults.clear()
    await t.advance(8 * HOUR_MS)
    expect(await open()).toEqual([])
    const tagsOfOther = await t.db.tx((tx) => t.huoshui.tags.queries.ofCustomer(tx, other.externalUserId))
    expect(tagsOfOther.map((tag) => tag.path)).toEqual(['来源/包裹卡'])
  },
)

it('a remark that is refused so tells it, too, and the alert lapses after a day without another no', async () => {
  t.sandbox.faults.set({ path: 'externalcontact/remark', errcode: 41054 })
  await t.db.tx((tx) =>
    t.huoshui.customers.setRemark(tx, {
      externalUserId: id,
      userId: 'zhangsan',
      remark: '熟客',
      reason: { text: '试' },
      key: 'r',
    }),
  )
  await t.settle()
  const open = async () => (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).map(({ key }) => key)
  expect(await open()).toContain('staff.not-serving:zhangsan')
  await t.advance(25 * HOUR_MS)
  expect(await open()).not.toContain('staff.not-serving:zhangsan')
})
