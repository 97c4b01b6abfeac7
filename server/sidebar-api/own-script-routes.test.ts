import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE_MS } from '../core/kernel/shanghai.ts'
import { ownScripts } from '../operations/scripts-library/own-scripts.ts'
import { countStatements } from '../testing/count-statements.ts'
import type { MyScripts, OwnScriptSaved } from './contract.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { DESK_RULES } from './testing/sidebar-scene.ts'
import { openTwoStores, ROLES, type TwoStores } from './testing/two-stores.ts'

const CODES = `domain: 入群
situations:
  - situation: 发码
    scripts:
${[1, 2, 3].map((n) => `      - { id: code${n}, title: 第 ${n} 张码, aim: 进群, expect: 好的, text: 扫码进群, attachments: [{ groupQr: 付费群 }] }`).join('\n')}
`
let t: TwoStores
let zhangsan: Browser
let lead: Browser
let lisi: Browser
beforeAll(async () => {
  t = await openTwoStores({ config: { ...DESK_RULES, 'roles.yaml': ROLES, 'scripts/码.yaml': CODES } })
  ;[zhangsan, lead, lisi] = [await t.as('zhangsan'), await t.as('dianzhang'), await t.as('lisi')]
})
afterAll(() => t.close())

const mine = async (who: Browser) => (await who.get<MyScripts>('scripts/mine')).body
const titles = (scripts: MyScripts['own']) => scripts.map((one) => one.title)
const write = (who: Browser, body: object, id = '') =>
  who.post<OwnScriptSaved & { code?: string }>(`scripts/own${id === '' ? '' : `/${id}`}`, body)
const idOf = async (who: Browser, title: string) =>
  (await mine(who)).own.find((one) => one.title === title)?.id ?? 'own:0'
const audit = async () =>
  JSON.stringify([...(await t.rawRows('SELECT * FROM audit_note')), ...(await t.rawRows('SELECT * FROM audit_detail'))])

test('a guide writes, changes and deletes words of their own, and nobody else sees them', async () => {
  const body = { title: '问火候', text: '{客户昵称}，上次煎到几成熟？', key: 'own-script-01' }
  for (const _ of [1, 2]) expect(await write(zhangsan, body)).toMatchObject({ status: 200, body: { warnings: [] } })
  expect((await mine(zhangsan)).own).toMatchObject([
    { title: '问火候', domain: '我的话术', own: { isMine: true, isTeam: false, by: '张三' } },
  ])
  const id = await idOf(zhangsan, '问火候')
  await write(zhangsan, { title: '问熟度', text: '煎到几成？' }, id)
  expect(titles((await mine(zhangsan)).own)).toEqual(['问熟度'])
  for (const other of [lead, lisi]) {
    expect(titles([...(await mine(other)).own, ...(await mine(other)).team])).toEqual([])
    expect(await write(other, { title: '改掉', text: '改掉' }, id)).toMatchObject({ status: 404 })
    expect((await other.post(`scripts/own/${id}/remove`, {})).status).toBe(404)
    expect((await other.post('scripts/favourites', { scriptId: id, isFavourite: true })).status).toBe(404)
  }
  expect((await zhangsan.post(`scripts/own/${id}/remove`, {})).status).toBe(200)
  expect((await zhangsan.post(`scripts/own/${id}/remove`, {})).status).toBe(404)
  expect(titles((await mine(zhangsan)).own)).toEqual([])
  expect(JSON.stringify(await t.rawRows('SELECT * FROM own_script'))).not.toContain('几成')
  expect(await audit()).toContain('煎到几成')
})

test('what should be looked at again is told and saved all the same; a phone is masked everywhere', async () => {
  const { body } = await write(zhangsan, { title: '促单', text: '全网最低价，五星好评返现，找我 13812345678' })
  expect(body.warnings).toEqual(['「五星好评返」：是好评返现，会被封号', '「最低价」：广告法第九条不许用绝对化的说法'])
  expect((await mine(zhangsan)).own[0]?.own?.warnings).toHaveLength(2)
  expect(JSON.stringify([await t.rawRows('SELECT * FROM own_script'), await audit()])).not.toContain('13812345678')
})

test('a lead’s words are for the guides of the store, and for no other store; a guide writes for no store', async () => {
  expect(await write(zhangsan, { title: '全店', text: '全店', isTeam: true })).toMatchObject({
    status: 403,
    body: { code: 'sidebar.not-for-team' },
  })
  expect((await write(lead, { title: '店庆开场', text: '这周店庆', isTeam: true })).status).toBe(200)
  expect(await mine(zhangsan)).toMatchObject({
    mayShare: false,
    team: [{ title: '店庆开场', domain: '本店话术', own: { isMine: false, by: '店长' } }],
  })
  expect((await mine(await t.as('wangwu'))).team).toHaveLength(1)
  expect((await mine(lisi)).team).toEqual([])
  expect((await mine(lead)).mayShare).toBe(true)
  const id = await idOf(lead, '店庆开场')
  expect((await write(zhangsan, { title: '改掉', text: '改掉' }, id)).status).toBe(404)
  expect((await zhangsan.post('scripts/favourites', { scriptId: id, isFavourite: true })).status).toBe(200)
  expect((await lisi.post('scripts/favourites', { scriptId: id, isFavourite: true })).status).toBe(404)
  await t.sandbox.editStaff({ userId: 'dianzhang', leads: [] })
  await t.settle()
  expect(titles((await mine(zhangsan)).team)).toEqual([])
  expect(titles((await mine(zhangsan)).favourites)).toEqual([])
})

test('favourites and what was sent of late are at hand, the last first, with where in the list it stood', async () => {
  const of = `customers/${t.customers.zhangsan}/sent`
  await write(zhangsan, { title: '自己的', text: '自己的话' })
  const own = await idOf(zhangsan, '自己的')
  for (const _ of [1, 2]) await zhangsan.post('scripts/favourites', { scriptId: 'hello', isFavourite: true })
  t.clock.advance(MINUTE_MS)
  await zhangsan.post('scripts/favourites', { scriptId: own, isFavourite: true })
  expect(titles((await mine(zhangsan)).favourites)).toEqual(['自己的', '打个招呼'])
  await zhangsan.post('scripts/favourites', { scriptId: own, isFavourite: false })
  expect(titles((await mine(zhangsan)).favourites)).toEqual(['打个招呼'])

  await zhangsan.post(of, { key: 'tap-000001', scriptId: 'hello', place: 2 })
  t.clock.advance(MINUTE_MS)
  await zhangsan.post(of, { key: 'tap-000002', scriptId: own })
  t.clock.advance(MINUTE_MS)
  await zhangsan.post(of, { key: 'tap-000003', scriptId: 'hello' })
  expect(titles((await mine(zhangsan)).recent)).toEqual(['打个招呼', '自己的'])
  expect(await t.rawRows('SELECT script_id, place FROM script_use ORDER BY id')).toEqual([
    { script_id: 'hello', place: 2 },
    { script_id: own, place: null },
    { script_id: 'hello', place: null },
  ])
  expect(await t.timelineOf(t.customers.zhangsan)).toContain('张三发了话术「自己的」')
})

test('a house full of leads and their words takes no more statements than one lead with one', async () => {
  const wangwu = await t.as('wangwu')
  const get = async () => {
    const counted = await countStatements(t.db, async () => void (await mine(wangwu)))
    return counted.total
  }
  const now = t.clock.now()
  const add = (userId: string, n: number, isTeam: boolean) =>
    t.db.tx((tx) =>
      ownScripts.make(tx, { key: `${userId}-${n}`, userId, title: `${userId} ${n}`, text: '好', isTeam, nowMs: now }),
    )
  const star = (scriptId: string) =>
    t.db.tx((tx) => ownScripts.setFavourite(tx, { userId: 'wangwu', scriptId, isFavourite: true, nowMs: now }))
  for (const nth of [0, 1]) {
    await t.sandbox.addStaff({ userId: `lead${nth}`, name: `店长${nth}`, departments: [2], canContact: false })
    await t.sandbox.editStaff({ userId: `lead${nth}`, leads: [2] })
  }
  await t.settle()
  await add('lead0', 0, true)
  await add('wangwu', 0, false)
  await star('code1')
  for (const { id } of (await mine(wangwu)).own) await star(id)
  await get()
  const few = await get()
  for (let nth = 2; nth < 30; nth++) {
    await t.sandbox.addStaff({ userId: `lead${nth}`, name: `店长${nth}`, departments: [2], canContact: false })
    await t.sandbox.editStaff({ userId: `lead${nth}`, leads: [2] })
  }
  await t.settle()
  for (let nth = 1; nth < 30; nth++) await add(`lead${nth}`, 0, true)
  for (let n = 1; n < 90; n++) await add('wangwu', n, false)
  for (const { id } of (await mine(wangwu)).own.slice(0, 20)) await star(id)
  for (const id of ['coupon', 'join-paid', 'code2', 'code3']) await star(id)
  const { own, team, favourites } = await mine(wangwu)
  expect([own.length, team.length, favourites.length]).toEqual([90, 30, 26])
  expect(await get()).toBe(few)
  expect(few).toBeLessThan(25)
})

test('somebody else’s own words cannot be logged as sent under their name', async () => {
  const own = await idOf(zhangsan, '自己的')
  await lisi.post(`customers/${t.customers.lisi}/sent`, { key: 'tap-000009', scriptId: own })
  expect(await t.timelineOf(t.customers.lisi)).toContain('李四发了一条消息')
})

test.each(['title', 'text'])(
  'an opt-out link of one customer is kept in no %s, neither new nor changed',
  async (where) => {
    const link = 'a.cn/t/1.abcdefghijklmn'
    const body = { title: '好', text: '好', [where]: `点${link}谢谢` }
    const before = await mine(zhangsan)
    for (const id of ['', await idOf(zhangsan, '自己的')]) {
      expect(await write(zhangsan, body, id)).toMatchObject({ status: 400, body: { code: 'sidebar.link-of-one' } })
    }
    expect(await mine(zhangsan)).toEqual(before)
    expect(JSON.stringify([await audit(), before])).not.toContain('1.abcdefghijklmn')
  },
)

test('other addresses and the place for the link may stand in words of one’s own', async () => {
  const text = '看 https://a.cn/t/list.html，不想收点 {退订链接}'
  expect((await write(zhangsan, { title: '看菜谱', text })).status).toBe(200)
})

test.each([
  ['no title', { title: '  ', text: '好' }],
  ['no words', { title: '好', text: ' ' }],
  ['a long title', { title: '好'.repeat(31), text: '好' }],
  ['a long text', { title: '好', text: '好'.repeat(1_001) }],
])('%s is refused', async (_what, body) => {
  expect((await write(zhangsan, body)).status).toBe(400)
})

test('a hundred are enough', async () => {
  for (let n = (await mine(lisi)).own.length; n < 100; n++) await write(lisi, { title: `第 ${n} 条`, text: '好' })
  expect(await write(lisi, { title: '再一条', text: '好' })).toMatchObject({
    status: 409,
    body: { code: 'sidebar.too-many-scripts' },
  })
})

test('whoever is renamed keeps their words', async () => {
  await t.sandbox.renameStaff({ userId: 'zhangsan', newUserId: 'zhangsan2' })
  await t.settle()
  await t.settle()
  const renamed = await t.as('zhangsan2')
  expect(titles((await mine(renamed)).own)).toContain('自己的')
  expect(titles((await mine(renamed)).favourites)).toEqual(['打个招呼'])
})
