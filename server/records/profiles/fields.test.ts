import { afterEach, expect, test } from 'vitest'
import { conditionOf } from '../../rules/condition/parse-condition.ts'
import { DESK_RULES, openSidebarScene, type SidebarScene } from '../../sidebar-api/testing/sidebar-scene.ts'
import { signedPost } from '../../testing/signed-post.ts'

let scene: SidebarScene
afterEach(() => scene.close())

const FIELDS = `fields:
  - { field: 家里几口人, type: number, unit: 口, min: 1, max: 20, fact: true }
  - { field: 用什么煎, type: choices, options: [平底锅, 空气炸锅, 烤箱], fact: true }
  - { field: 几成熟, type: choice, options: [五成, 全熟], fact: true }
  - { field: 孩子生日, type: date, fact: true }
  - { field: 会员号, type: text, edit: [], fact: true }
  - { field: 过敏, type: text, see: [guide] }
`
const SOP = `sop: big-family
name: 大家庭
trigger: order.paid
when: { profile.家里几口人: { gte: 4 }, profile.用什么煎: { any: [烤箱] } }
steps: [ { task: { for: guide, title: 推荐大箱 } } ]
`

const open = async () => {
  scene = await openSidebarScene({ config: { ...DESK_RULES, 'profile.yaml': FIELDS, 'sop/big.yaml': SOP } })
  const customer = { externalUserId: scene.externalUserId }
  return { customer, post: (body: object) => signedPost(scene, '/api/profiles', body) }
}
const lines = async (): Promise<string[]> =>
  (await scene.timelineOf(scene.externalUserId)).filter((line) => line.includes('资料'))
const isIn = async (written: object): Promise<boolean> =>
  scene.db.tx(async (tx) => {
    const { facts } = scene.huoshui
    const found = await facts.audience(tx, conditionOf(written, facts.list), scene.clock.now(), { limit: 10 })
    return found.includes(scene.externalUserId)
  })

test('what the shop tells is kept, the same twice changes nothing, and the last word holds', async () => {
  const { customer, post } = await open()
  const first = { customer, fields: { 家里几口人: 4, 用什么煎: ['烤箱', '平底锅'], 过敏: '花生 13812345678' } }
  expect((await post(first)).json).toEqual({ result: 'stored', matched: true })
  expect((await post(first)).json).toEqual({ result: 'unchanged', matched: true })
  scene.clock.advance(1_000)
  expect((await post({ customer, fields: { 家里几口人: 5, 用什么煎: null } })).json).toMatchObject({ result: 'stored' })
  expect(await scene.rawRows('SELECT field, place, body, num FROM customer_field ORDER BY field, place')).toEqual(
    expect.arrayContaining([
      // Not told anew: it stays.
      { field: '过敏', place: 0, body: expect.stringContaining('花生'), num: null },
      { field: '家里几口人', place: 0, body: '5', num: 5 },
      { field: '用什么煎', place: 0, body: '平底锅', num: null },
      { field: '用什么煎', place: 1, body: '烤箱', num: null },
    ]),
  )
  // What not everybody may see is named without its value; phones are nowhere.
  expect(await lines()).toEqual([
    '商城记下资料：家里几口人 4 口；用什么煎 平底锅、烤箱；过敏',
    '商城记下资料：家里几口人 5 口',
  ])
  expect(JSON.stringify(await scene.rawRows('SELECT body FROM customer_field'))).not.toContain('13812345678')
})

test.each([
  [{ 家里几口人: 0 }, '/fields/家里几口人 is not a whole number within its bounds'],
  [{ 家里几口人: 4.5 }, '/fields/家里几口人'],
  [{ 家里几口人: '4' }, '/fields/家里几口人'],
  [{ 用什么煎: ['微波炉'] }, '/fields/用什么煎 is not a list of its options'],
  [{ 用什么煎: '烤箱' }, '/fields/用什么煎'],
  [{ 几成熟: '七成' }, '/fields/几成熟 is not one of its options'],
  [{ 孩子生日: '2026-02-30' }, '/fields/孩子生日 is not a day like 2026-05-20'],
  [{ 会员号: '  ' }, '/fields/会员号'],
  [{ 会员号: '好'.repeat(101) }, '/fields/会员号'],
  [{ 星座: '白羊' }, '/fields has one that profile.yaml does not declare: 星座'],
])('%j is refused by name, and nothing of the message is kept', async (fields, told) => {
  const { customer, post } = await open()
  const refused = await post({ customer, fields: { ...fields, 孩子生日: '2023-05-20', ...fields } })
  expect(refused).toMatchObject({
    status: 400,
    json: { code: 'profiles.invalid', message: expect.stringContaining(told) },
  })
  expect(await scene.rawRows('SELECT id FROM customer_field')).toEqual([])
})

test('what is told of people whom we do not know waits, and what is told later of them does not take the rest away', async () => {
  const { post } = await open()
  const phone = '13800001111'
  expect(
    (await post({ customer: { phone }, fields: { 家里几口人: 3, 用什么煎: ['烤箱'], 会员号: 'M-7' } })).json,
  ).toEqual({
    result: 'stored',
    matched: false,
  })
  await post({ customer: { phone }, birthday: '05-20' })
  await post({ customer: { phone }, fields: { 家里几口人: 6, 几成熟: '全熟' } })
  await scene.sandbox.editRemark({ userId: 'zhangsan', externalUserId: scene.externalUserId, mobiles: [phone] })
  await scene.settle()
  // Of each field the last word, also where the last message says nothing of it.
  expect((await lines()).map((line) => line.split(/[：；]/).sort())).toEqual([
    ['商城记下资料', '家里几口人 6 口', '用什么煎 烤箱', '会员号 M-7', '几成熟 全熟'].sort(),
  ])
  expect(await scene.rawRows('SELECT birth_month FROM customer_profile')).toEqual([{ birth_month: 5 }])
  expect(await scene.rawRows('SELECT id FROM profile_waiting')).toEqual([])
})

test('rules ask for them: numbers, dates by the days since, choices, and whether anything is known', async () => {
  const { customer, post } = await open()
  await post({
    customer,
    fields: { 家里几口人: 4, 用什么煎: ['烤箱'], 几成熟: '全熟', 孩子生日: '2023-11-20', 会员号: 'M-7' },
  })
  // 2026-11-20: three years on, one of them a leap year.
  expect(await isIn({ 'profile.孩子生日': { gte: 1_096, lt: 1_097 } })).toBe(true)
  expect(await isIn({ 'profile.家里几口人': { gte: 4 } })).toBe(true)
  expect(await isIn({ 'profile.家里几口人': { gt: 4 } })).toBe(false)
  expect(await isIn({ 'profile.用什么煎': { any: ['烤箱'], none: ['平底锅'] } })).toBe(true)
  expect(await isIn({ 'profile.几成熟': '全熟' })).toBe(true)
  expect(await isIn({ 'profile.会员号': { known: true } })).toBe(true)
  expect(await isIn({ 'profile.家里几口人': { known: false } })).toBe(false)
  expect(await isIn({ 'profile.过敏': { known: true } })).toBe(false)
})

test('a journey begins by them, and says so', async () => {
  const { customer, post } = await open()
  await scene.pay('first')
  expect(await scene.rawRows("SELECT id FROM guide_task WHERE title = '推荐大箱'")).toEqual([])
  await post({ customer, fields: { 家里几口人: 4, 用什么煎: ['烤箱'] } })
  await scene.pay('second')
  const entered = await scene.rawRows<{ facts: string }>("SELECT facts FROM sop_entry WHERE sop = 'big-family'")
  expect(entered).toHaveLength(1)
  expect(await scene.rawRows("SELECT userid FROM guide_task WHERE title = '推荐大箱'")).toHaveLength(1)
})
