import { afterEach, beforeEach, expect, it } from 'vitest'
import type { GroupPane } from './contract.ts'
import { DESK_RULES, openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

const POOL = 'groups/付费群.yaml'
const CONFIG = { ...DESK_RULES, [POOL]: `${DESK_RULES[POOL]}groupScripts: [hello]\n` }

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
  expect(names(body.best)).toEqual([['小满', '累计实付 138 元']])

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
