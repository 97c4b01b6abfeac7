import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedPost } from '../testing/signed-post.ts'
import type { Profile } from './contract.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { openTwoStores, ROLES, type TwoStores } from './testing/two-stores.ts'

const FIELDS = `fields:
  - { field: 家里几口人, name: 几口人, type: number, unit: 口, min: 1, max: 9, required: true, fact: true }
  - { field: 用什么煎, type: choices, options: [平底锅, 烤箱] }
  - { field: 过敏, type: text, see: [guide, lead], edit: [guide] }
  - { field: 会员号, type: text, edit: [] }
  - { field: 成本, type: text, see: [owner] , edit: [] }
`

let t: TwoStores
let guide: Browser
let of: string
beforeAll(async () => {
  t = await openTwoStores({ config: { 'roles.yaml': ROLES, 'profile.yaml': FIELDS } })
  guide = await t.as('zhangsan')
  of = `customers/${t.customers.zhangsan}`
})
afterAll(() => t.close())

const fields = async (who = guide) => (await who.get<Profile>(of)).body.fields
const knownOf = async (name: string) => (await fields()).find((one) => one.field === name)?.value
const change = (changes: object[], who = guide, key?: string) =>
  who.post(`${of}/fields`, { changes, ...(key === undefined ? {} : { key }) })

test('the pane shows the fields in the order of the file, to each role those it may see', async () => {
  const seen = async (role: string) =>
    (await fields(await t.as(role))).map((one) => `${one.name}${one.mayEdit ? ' ✎' : ''}`)
  expect(await seen('zhangsan')).toEqual(['几口人 ✎', '用什么煎 ✎', '过敏 ✎', '会员号'])
  expect(await seen('dianzhang')).toEqual(['几口人 ✎', '用什么煎 ✎', '过敏', '会员号'])
  expect(await seen('yunying')).toEqual(['几口人', '用什么煎', '会员号'])
  expect(await seen('laoban')).toEqual(['几口人', '用什么煎', '会员号', '成本'])
})

test('a guide writes some of them at once; the page learns of it, and of who said so', async () => {
  const before = (await guide.get<{ version: string }>(`${of}/version`)).body.version
  const asked = [
    { field: '家里几口人', value: 4, saw: null },
    { field: '用什么煎', value: ['烤箱', '平底锅'], saw: null },
  ]
  for (const _ of [1, 2]) expect((await change(asked, guide, 'a-change-0001')).status).toBe(200)
  expect((await guide.get<{ version: string }>(`${of}/version`)).body.version).not.toBe(before)
  expect(await fields()).toMatchObject([
    { field: '家里几口人', value: 4, text: '4 口', by: '张三', atMs: t.clock.now() },
    { field: '用什么煎', value: ['平底锅', '烤箱'], text: '平底锅、烤箱' },
    { value: null, text: '', by: null },
    {},
  ])
  const lines = (await t.timelineOf(t.customers.zhangsan)).filter((line) => line.includes('资料'))
  expect(lines).toEqual(['张三记下资料：几口人 4 口；用什么煎 平底锅、烤箱'])
})

test('what somebody else said meanwhile is not written over unseen; the other fields of the change are kept', async () => {
  t.clock.advance(1_000)
  await signedPost(t, '/api/profiles', {
    customer: { externalUserId: t.customers.zhangsan },
    fields: { 家里几口人: 6 },
  })
  const asked = [
    { field: '过敏', value: '花生', saw: null },
    { field: '家里几口人', value: 5, saw: 4 },
    { field: '用什么煎', value: ['微波炉'], saw: ['平底锅', '烤箱'] },
  ]
  // Twice, as by a page whose answer was lost.
  for (const _ of [1, 2]) {
    const refused = await change(asked)
    expect(refused).toMatchObject({
      status: 400,
      body: {
        code: 'sidebar.fields-refused',
        zh: expect.stringMatching(/^「几口人」刚刚被别处改成了「6 口」.*「用什么煎」有的选项已经没有了.*保存。/),
        refused: [
          { field: '家里几口人', name: '几口人', saw: 6 },
          { field: '用什么煎', saw: ['平底锅', '烤箱'] },
        ],
      },
    })
  }
  expect([await knownOf('过敏'), await knownOf('家里几口人'), await knownOf('用什么煎')]).toEqual([
    '花生',
    6,
    ['平底锅', '烤箱'],
  ])
  expect((await fields())[0]).toMatchObject({ by: '商城' })
  expect((await t.timelineOf(t.customers.zhangsan)).filter((line) => line.includes('过敏'))).toEqual([
    '张三记下资料：过敏',
  ])
})

test('null forgets', async () => {
  t.clock.advance(1_000)
  expect((await change([{ field: '用什么煎', value: null, saw: ['烤箱', '平底锅'] }])).status).toBe(200)
  expect(await knownOf('用什么煎')).toBeNull()
})

const NOT_YOURS = '这一项现在改不了：可能刚被运营改掉，或者你的角色不能改。'
test.each([
  ['a field that only other systems write', { field: '会员号', value: 'M-1', saw: null }, '会员号', NOT_YOURS],
  ['a field that the role does not see', { field: '成本', value: '1', saw: null }, '成本', NOT_YOURS],
  ['a field that is not there', { field: '星座', value: '白羊', saw: null }, '星座', NOT_YOURS],
  [
    'what is no option',
    { field: '用什么煎', value: ['微波炉'], saw: null },
    '用什么煎',
    '有的选项已经没有了，请重新选再保存。',
  ],
  ['words for a number', { field: '家里几口人', value: '四', saw: 6 }, '几口人', '要填 1 到 9 的整数，改好再保存。'],
  [
    'a number beyond its bounds',
    { field: '家里几口人', value: 10, saw: 6 },
    '几口人',
    '要填 1 到 9 的整数，改好再保存。',
  ],
])('%s is refused by name, and nothing of it is kept', async (_what, one, name, zh) => {
  const before = JSON.stringify(await fields())
  expect(await change([one])).toMatchObject({
    status: 400,
    body: {
      code: 'sidebar.fields-refused',
      zh: `「${name}」${zh}`,
      refused: [{ field: one.field, name, zh, saw: one.saw }],
    },
  })
  expect(JSON.stringify(await fields())).toBe(before)
})

test('words with a phone, told again since the answer was lost, are what is known', async () => {
  const told = [{ field: '过敏', value: '虾，问 13812345678', saw: '花生' }]
  for (const _ of [1, 2]) expect((await change(told)).status).toBe(200)
  expect(await knownOf('过敏')).not.toContain('13812345678')
})

test('a lead writes in the guide’s place, and not what is the guide’s alone', async () => {
  const lead = await t.as('dianzhang')
  t.clock.advance(1_000)
  expect((await change([{ field: '家里几口人', value: 3, saw: 6 }], lead)).status).toBe(200)
  expect(await change([{ field: '过敏', value: '花生', saw: null }], lead)).toMatchObject({
    body: { refused: [{ field: '过敏', name: '过敏', zh: NOT_YOURS, saw: null }] },
  })
  expect((await t.timelineOf(t.customers.zhangsan)).at(-1)).toMatch(/替张三记下资料：几口人 3 口/)
})

test('of two guides who save the same field at once one is told what the other wrote', async () => {
  let saw = (await knownOf('过敏')) ?? null
  for (let round = 0; round < 8; round++) {
    // Every other time nothing is there: there is no row to wait for.
    if (round % 2 === 0) {
      if (saw !== null) expect((await change([{ field: '过敏', value: null, saw }])).status).toBe(200)
      saw = null
    }
    const values = [`甲${round}`, `乙${round}`]
    const answers = await Promise.all(values.map((value) => change([{ field: '过敏', value, saw }])))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    saw = values[answers.findIndex(({ status }) => status === 200)] ?? null
    expect(await knownOf('过敏')).toBe(saw)
    t.clock.advance(1_000)
  }
})
