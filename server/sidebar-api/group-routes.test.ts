import { afterEach, beforeEach, expect, it } from 'vitest'
import type { GroupPane } from './contract.ts'
import { DESK_RULES, openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

const POOL = 'groups/付费群.yaml'
const CONFIG = { ...DESK_RULES, [POOL]: `${DESK_RULES[POOL]}groupScripts: [hello]\n` }

const POOLS_OTHER =
  'pool: 科普群\nrole: education\ngroups: { namePrefix: 科普群 }\ncapacity: 200\nentry: {}\ninviteOn: [customer.added]\ninviteBy: task\nscript: join-paid\n'

let t: SidebarScene
let chatId: string
beforeEach(async () => {
  t = await openSidebarScene({ config: CONFIG })
  chatId = [...t.sandbox.world.groups.keys()][0] ?? ''
})
afterEach(() => t.close())

const paneOf = async (guide: string): Promise<{ status: number; body: GroupPane }> =>
  (await t.as(guide)).get<GroupPane>(`groups/${encodeURIComponent(chatId)}`)
const names = (list: GroupPane['best'] | null) => list?.people.map(({ name, text }) => [name, text])

async function enter(externalUserId: string): Promise<void> {
  await t.sandbox.joinGroup({ externalUserId, chatId })
  await t.settle()
  await t.advance(60_000)
}

it('beside a group: its role, its condition, who does not meet it, who is new, and the words for it', async () => {
  await enter(t.externalUserId)
  const { status, body } = await paneOf('zhangsan')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    chatId,
    name: '付费群 1',
    pool: { name: '付费群', role: '付费群', entry: '已付款订单数至少 1', capacity: 200 },
    owner: { name: '张三', isMe: true },
    members: 2,
    customers: 1,
    strangers: 0,
  })
  expect(body.outside).toEqual({
    total: 1,
    people: [{ externalUserId: t.externalUserId, name: '小满', text: '已付款订单数 0' }],
  })
  expect(names(body.newcomers)).toEqual([['小满', '一天之内进群，成员邀请']])
  expect(body.best.total).toBe(0)
  expect(body.scripts.map(({ id }) => id)).toEqual(['hello'])
})

it('who has paid belongs here and is among the best; who paid and is in the wrong group is told', async () => {
  const first = chatId
  await enter(t.externalUserId)
  await t.pay('o1')
  const { body } = await paneOf('zhangsan')
  expect(body.outside?.total).toBe(0)
  expect(names(body.best)).toEqual([['小满', '累计实付 ¥138']])

  const other = await t.sandbox.createGroup({ ownerUserId: 'zhangsan', name: '闲聊' })
  await t.settle()
  await t.sandbox.leaveGroup({ externalUserId: t.externalUserId, chatId })
  await t.settle()
  chatId = other.chatId
  await enter(t.externalUserId)
  const { body: elsewhere } = await paneOf('zhangsan')
  expect(elsewhere.pool).toBeNull()
  expect(elsewhere.outside).toBeNull()
  expect(names(elsewhere.elsewhere)).toEqual([['小满', '够进「付费群」了，还没进']])
  chatId = first
  expect((await paneOf('zhangsan')).body).toMatchObject({ members: 1, customers: 0 })
})

it('somebody in two groups of the pool is told with the other one', async () => {
  const first = chatId
  await enter(t.externalUserId)
  chatId = (await t.sandbox.createGroup({ ownerUserId: 'zhangsan', name: '付费群 2' })).chatId
  await t.settle()
  await enter(t.externalUserId)
  expect(names((await paneOf('zhangsan')).body.duplicates)).toEqual([['小满', '也在「付费群 1」']])
  chatId = first
  expect(names((await paneOf('zhangsan')).body.duplicates)).toEqual([['小满', '也在「付费群 2」']])
})

it('a colleague’s customer in one’s own group: by name, without numbers, and not to be opened', async () => {
  const { externalUserId } = await t.sandbox.scan({ userId: 'lisi', name: '别人的客户' })
  await t.settle()
  await enter(externalUserId)
  await t.sandbox.order({ orderId: 'o9', externalUserId, totalFen: 99_900, items: [], status: 'paid' })
  await t.settle()
  const { body } = await paneOf('zhangsan')
  expect(body.best.total).toBe(0)
  expect(body.newcomers.people).toEqual([{ externalUserId: null, name: '别人的客户', text: '一天之内进群，成员邀请' }])
})

it('who does not want to be judged is not ranked', async () => {
  await enter(t.externalUserId)
  await t.pay('o1')
  const { externalUserId } = t
  const refusal = { externalUserId, kind: 'profiling', state: 'refused', source: 'guide' } as const
  await t.db.tx((tx) => t.huoshui.privacy.consents.record(tx, refusal))
  await t.advance(5_000)
  expect((await paneOf('zhangsan')).body.best.total).toBe(0)
})

it('who is neither in the group nor its owner’s lead is refused; a guide in it is let in', async () => {
  expect(await paneOf('lisi')).toMatchObject({ status: 403, body: { code: 'sidebar.not-your-group' } })
  t.sandbox.world.groups
    .get(chatId)
    ?.members.set('lisi', { id: 'lisi', type: 1, joinedAtMs: t.clock.now(), joinScene: 1 })
  await enter(t.externalUserId)
  expect((await paneOf('lisi')).body).toMatchObject({ owner: { name: '张三', isMe: false }, members: 3 })
})

it('a group that was dismissed, or one nobody heard of, is refused like anybody else’s', async () => {
  await t.sandbox.dismissGroup({ chatId })
  await t.settle()
  expect((await paneOf('zhangsan')).status).toBe(403)
})

it('what the calendar brings into it today: before it comes, while it waits for the owner, once it is out', async () => {
  const day = (theme: string, on: string, at: string, text: string) =>
    `  - { theme: ${theme}, on: ${on}, at: "${at}", weeks: [{ text: ${text} }] }\n`
  const calendar = (pool: string, days: string) =>
    `calendar: 周历\npools: [${pool}]\nfrom: "2026-11-16"\ndays:\n${days}`
  const today = day('晒单', '周五', '12:00', '晒晒你煎的')
  const other = day('闲聊', '周六', '12:00', '周末吃什么')
  t.writeConfig({ 'calendar/a.yaml': calendar('付费群', today + other) })
  await t.huoshui.rules.check()
  await t.advance(60_000)
  const item = async (guide = 'zhangsan') => (await paneOf(guide)).body.today
  const noon = { name: '周历·晒单', atMs: Date.parse('2026-11-20T12:00:00+08:00'), text: '晒晒你煎的', attachments: 0 }
  expect(await item()).toEqual([{ ...noon, state: 'coming', stateText: '到时候由你在企业微信里确认发出' }])
  await t.advance(2 * 3_600_000)
  await t.advance(60_000)
  expect(await item()).toEqual([{ ...noon, state: 'waiting', stateText: '等你在企业微信里确认' }])
  await enter(t.externalUserId)
  t.sandbox.world.groups
    .get(chatId)
    ?.members.set('lisi', { id: 'lisi', type: 1, joinedAtMs: t.clock.now(), joinScene: 1 })
  await enter((await t.sandbox.scan({ userId: 'lisi', name: '路人' })).externalUserId)
  expect((await item('lisi'))?.map(({ stateText }) => stateText)).toEqual(['等群主在企业微信里确认'])
  for (const { msgid } of t.sandbox.pendingMassSends('zhangsan'))
    await t.sandbox.confirmMassSend({ msgid, userId: 'zhangsan' })
  for (let n = 0; n < 8; n++) await t.advance(3_600_000 / 4)
  expect(await item()).toEqual([{ ...noon, state: 'sent', stateText: '已发到群里' }])

  // Of another pool it is not this group's.
  t.writeConfig({ 'groups/科普群.yaml': POOLS_OTHER, 'calendar/a.yaml': calendar('科普群', today) })
  await t.huoshui.rules.check()
  expect(await item()).toEqual([])
})

const AT_NOON = `calendar: 周历
pools: [付费群]
from: "2026-11-16"
days:
  - { theme: 晒单, on: 周五, at: "12:00", weeks: [{ text: 晒晒你煎的 }] }
`

it.each([
  ['down at its time and for an hour after it', '2026-11-20T11:00:00+08:00', '2026-11-20T13:30:00+08:00'],
  ['told of the calendar after its time', '2026-11-20T12:10:00+08:00', '2026-11-20T13:01:00+08:00'],
])(
  'what a server brought into no group that was %s is told as not sent, not as about to come',
  async (_why, writtenAt, backAt) => {
    t.clock.set(Date.parse(writtenAt))
    t.writeConfig({ 'calendar/a.yaml': AT_NOON })
    await t.huoshui.rules.check()
    await t.advance(60_000)
    t.clock.set(Date.parse(backAt))
    await t.huoshui.rules.check()
    await t.advance(60_000)
    expect((await paneOf('zhangsan')).body.today?.map(({ state, stateText }) => [state, stateText])).toEqual([
      ['not', '没有发：到点时没有安排上'],
    ])
  },
)
