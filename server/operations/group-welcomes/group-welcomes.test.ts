import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { groupsProgram } from '../../cli/groups.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp, type TestAppOptions } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'

const POOL = `
pool: 付费群
role: paid
groups: { namePrefix: 牧野·付费 }
capacity: 200
entry: {}
inviteBy: task
`
const LINK = '{ link: { title: 新人指南, url: "https://a.cn" } }'
const PAID = `${POOL}welcome: { text: "{客户昵称}，欢迎进群", attachments: [${LINK}] }\n`
/** Without a welcome: nothing is made for it. */
const VIP = POOL.replace('付费群', 'VIP群').replace('付费', 'VIP')
/** At first nothing is to be made. */
const without = { 'groups/paid.yaml': POOL }
const config = {
  'welcomes/default.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
  'groups/vip.yaml': VIP,
  'groups/paid.yaml': PAID,
}

let t: TestApp
afterEach(() => t.close())

async function open(options: TestAppOptions = {}): Promise<void> {
  t = await buildTestApp({ now: '2026-11-25T10:00:00+08:00', config, ...options })
}
const rounds = async (times: number, ms = MINUTE_MS): Promise<void> => {
  for (let round = 0; round < times; round++) await t.advance(ms)
}
const rewrite = async (text: string): Promise<void> => {
  t.writeConfig({ 'groups/paid.yaml': text })
  await t.huoshui.rules.check()
  await rounds(3)
}
const held = () => [...t.sandbox.world.groupWelcomes.values()]
const calls = (name: string) => t.sandbox.calls(`group_welcome_template/${name}`)
const pools = async () => (await runCommand(groupsProgram, ['pools'], t)).out
/** Who was asked to choose a template, and where. */
const asked = () =>
  t.sandbox
    .calls('message/send')
    .map(({ body }) => body as { touser: string; text: { content: string } })
    .filter(({ text }) => text.content.includes('入群欢迎语'))
    .map(({ touser, text }) => `${touser} ${(text.content.match(/「牧野[^」]*」/g) ?? []).join('')}`)

test('made once, changed with its file, deleted with it; owners are asked once for each of their groups', async () => {
  await open()
  await t.sandbox.createGroup({ name: '牧野·付费1', ownerUserId: 'lisi' })
  await t.sandbox.createGroup({ name: '牧野·付费2', ownerUserId: 'lisi' })
  await t.sandbox.createGroup({ name: '牧野·VIP1', ownerUserId: 'zhangsan' })
  await rounds(4)
  expect(held()).toMatchObject([
    { text: '%NICKNAME%，欢迎进群', attachment: { msgtype: 'link', link: { title: '新人指南', url: 'https://a.cn' } } },
  ])
  expect(calls('add')).toHaveLength(1)
  expect(asked()).toEqual(['lisi 「牧野·付费1」「牧野·付费2」'])
  expect(await pools()).toMatch(/付费群 .* 有\s*\n/)
  expect(await pools()).toMatch(/VIP群 .* 没有写/)

  await rewrite(PAID.replace('欢迎进群', '来啦'))
  expect([held().map(({ text }) => text), calls('add').length, calls('edit').length]).toEqual([
    ['%NICKNAME%，来啦'],
    1,
    1,
  ])
  await t.sandbox.createGroup({ name: '牧野·付费3', ownerUserId: 'zhangsan' })
  await rounds(4)
  expect(asked()).toEqual(['lisi 「牧野·付费1」「牧野·付费2」', 'zhangsan 「牧野·付费3」'])

  rmSync(join(t.configDir, 'groups/paid.yaml'))
  await t.huoshui.rules.check()
  await rounds(3)
  expect([held(), calls('del').length]).toEqual([[], 1])
  expect(await t.rawRows('SELECT id FROM group_welcome')).toEqual([])
  expect(await t.rawRows('SELECT id FROM group_welcome_told')).toEqual([])
})

test('`welcome:` taken out of the file: deleted, another pool keeps its own; a pool of another name keeps its template', async () => {
  const other = `${VIP}welcome: { text: 贵宾好 }\n`
  await open({ config: { ...config, 'groups/vip.yaml': other } })
  await t.sandbox.createGroup({ name: '牧野·VIP1', ownerUserId: 'zhangsan' })
  await t.sandbox.createGroup({ name: '牧野·付费1', ownerUserId: 'lisi' })
  await rounds(4)
  const toldOf = () => t.rawRows<{ chat_id: string }>('SELECT chat_id FROM group_welcome_told')
  expect([calls('add').length, (await toldOf()).length]).toEqual([2, 2])
  await rewrite(PAID.replace('pool: 付费群', 'pool: 老客群\nwas: 付费群'))
  expect([calls('add').length, calls('edit').length, calls('del').length]).toEqual([2, 0, 0])
  await rewrite(POOL.replace('pool: 付费群', 'pool: 老客群'))
  expect([held().map(({ text }) => text), calls('del').length]).toEqual([['贵宾好'], 1])
  expect((await toldOf()).length).toBe(1)
  expect(await t.rawRows('SELECT pool FROM group_welcome')).toEqual([{ pool: 'VIP群' }])
  await rounds(5)
  expect([calls('add').length, asked().sort()]).toEqual([2, ['lisi 「牧野·付费1」', 'zhangsan 「牧野·VIP1」']])
})

test.each([
  ['before WeCom made it', 'before' as const, 0],
  ['after WeCom made it', 'after' as const, 1],
])(
  'the answer never comes, %s: no second one is made, and it is told; other words are tried again',
  async (_what, when, made) => {
    await open({ config: { ...config, ...without } })
    t.sandbox.faults.set({ path: 'group_welcome_template/add', cut: when })
    await rewrite(PAID)
    t.sandbox.faults.clear()
    await rounds(30)
    expect(held()).toHaveLength(made)
    expect(await pools()).toContain('不知道企业微信有没有创建')
    t.sandbox.world.groupWelcomes.clear()
    await rewrite(PAID.replace('欢迎进群', '来啦'))
    expect(held().map(({ text }) => text)).toEqual(['%NICKNAME%，来啦'])
    expect(await pools()).not.toContain('不知道')
  },
)

test('a full library is told and tried again an hour later, not before', async () => {
  await open({ config: { ...config, ...without } })
  for (let n = 0; n < 100; n++)
    t.sandbox.world.groupWelcomes.set(`m${n}`, { templateId: `m${n}`, text: 'x', notify: false })
  await rewrite(PAID)
  await rounds(20)
  expect(calls('add')).toHaveLength(1)
  expect(await pools()).toContain('41055')
  t.sandbox.world.groupWelcomes.delete('m0')
  await rounds(45)
  expect([calls('add').length, held().length]).toEqual([2, 100])
  expect(await pools()).not.toContain('41055')
})

test('deleted or reworded by hand in the console: set right within a day; only of a new one owners are asked anew', async () => {
  await open()
  await t.sandbox.createGroup({ name: '牧野·付费1', ownerUserId: 'lisi' })
  await rounds(4)
  const [first] = held()
  const templateId = first?.templateId ?? ''
  t.sandbox.world.groupWelcomes.set(templateId, { templateId, notify: false, text: '别的话' })
  await rounds(2)
  expect(calls('edit')).toHaveLength(0)
  await rounds(1, DAY_MS)
  await rounds(3)
  expect(held().map(({ text }) => text)).toEqual(['%NICKNAME%，欢迎进群'])
  expect(asked()).toHaveLength(1)
  t.sandbox.world.groupWelcomes.clear()
  await rounds(1, DAY_MS)
  await rounds(3)
  expect([held().map(({ text }) => text), calls('add').length]).toEqual([['%NICKNAME%，欢迎进群'], 2])
  await rounds(2)
  expect(asked()).toEqual(['lisi 「牧野·付费1」', 'lisi 「牧野·付费1」'])
})

test('in quiet hours no owner is asked; when they are over, each once', async () => {
  await open({
    now: '2026-11-25T22:00:00+08:00',
    config: { ...config, 'policy.yaml': 'quiet: "21:00-09:00"\n' },
  })
  await t.sandbox.createGroup({ name: '牧野·付费1', ownerUserId: 'lisi' })
  await rounds(5)
  expect([held().length, asked()]).toEqual([1, []])
  t.clock.set(Date.parse('2026-11-26T09:00:00+08:00'))
  await rounds(3)
  expect(asked()).toEqual(['lisi 「牧野·付费1」'])
})

test('a picture is uploaded first, and another picture under the same name changes the template', async () => {
  const [first, second] = ['send/wednesday.png', 'welcome/parcel-coupon.png'].map((path) =>
    readFileSync(`config/assets/${path}`),
  )
  const welcome = `${POOL}welcome: { attachments: [{ image: a.png }] }\n`
  await open({ config: { ...config, 'groups/paid.yaml': welcome, 'assets/a.png': first ?? '' } })
  await rounds(3)
  expect(held()).toMatchObject([{ attachment: { msgtype: 'image', image: { pic_url: expect.any(String) } } }])
  const before = JSON.stringify(held())
  await rounds(5)
  expect(calls('edit')).toHaveLength(0)
  t.writeConfig({ 'assets/a.png': second ?? '' })
  await rounds(5)
  expect([calls('add').length, calls('edit').length]).toEqual([1, 1])
  expect(JSON.stringify(held())).not.toBe(before)
})
