import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const customers = async (count: number): Promise<void> => {
  for (let i = 1; i <= count; i++)
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: `wm${i}`, withoutWelcomeCode: true })
}
const detail = async (chatId: string) =>
  (await t.post('externalcontact/groupchat/get', { chat_id: chatId, need_name: 1 })).group_chat as {
    member_version: string
    member_list: Record<string, unknown>[]
  }
const field = (xml: string, name: string) =>
  new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`).exec(xml)?.[1]
const chatEvents = () =>
  t.received.map((callback) => callback.xml).filter((xml) => xml.includes('change_external_chat'))
const addWay = (body: object) => t.post('externalcontact/groupchat/add_join_way', { scene: 2, ...body })

it('lets a customer in by code, with state, and tells the versions', async () => {
  await customers(1)
  const group = await t.sandbox.createGroup({ name: '科普群', ownerUserId: 'lisi' })
  const { config_id } = await addWay({ chat_id_list: [group.chatId], state: 'learn' })
  const before = (await detail(group.chatId)).member_version
  expect(await t.sandbox.joinGroup({ externalUserId: 'wm1', state: 'learn' })).toEqual({ chatId: group.chatId })
  const after = await detail(group.chatId)
  expect(after.member_list).toMatchObject([
    { userid: 'lisi', type: 1 },
    { userid: 'wm1', type: 2, join_scene: 3, state: 'learn', join_time: 1740790800 },
  ])
  await t.sandbox.settle()
  const [create, update] = chatEvents().toSorted((a, b) => a.length - b.length)
  expect(field(create ?? '', 'ChangeType')).toBe('create')
  expect(update).toContain('<MemChangeList><Item><![CDATA[wm1]]></Item></MemChangeList>')
  const seen = ['UpdateDetail', 'JoinScene', 'MemChangeCnt', 'LastMemVer', 'CurMemVer'].map((name) =>
    field(update ?? '', name),
  )
  expect(seen).toEqual(['add_member', '3', '1', before, after.member_version])
  await t.sandbox.joinGroup({ externalUserId: 'wm1', configId: String(config_id) })
  expect((await detail(group.chatId)).member_version).toBe(after.member_version)
})

it('opens the next group when all are full', async () => {
  await customers(3)
  const group = await t.sandbox.createGroup({ name: '科普群 1', ownerUserId: 'lisi', capacity: 2 })
  const settings = { room_base_name: '科普群 ', room_base_id: 2, state: 'learn' }
  const { config_id } = await addWay({ chat_id_list: [group.chatId], ...settings })
  const chats = []
  for (const id of ['wm1', 'wm2', 'wm3'])
    chats.push((await t.sandbox.joinGroup({ externalUserId: id, state: 'learn' })).chatId)
  expect(chats[0]).toBe(group.chatId)
  expect(new Set(chats).size).toBe(3)
  const way = (await t.post('externalcontact/groupchat/get_join_way', { config_id })).join_way
  expect(way).toMatchObject({
    chat_id_list: chats,
    room_base_id: 4,
    auto_create_room: 1,
    qr_code: `${t.url}/_sandbox/qr/${config_id}.png`,
  })
  expect(await detail(chats[1] ?? '')).toMatchObject({ name: '科普群 2', owner: 'lisi' })
})

it('turns people away when full and no group may be opened', async () => {
  await customers(1)
  const group = await t.sandbox.createGroup({ name: '小群', ownerUserId: 'lisi', capacity: 1 })
  await addWay({ chat_id_list: [group.chatId], auto_create_room: 0, state: 'small' })
  await expect(t.sandbox.joinGroup({ externalUserId: 'wm1', state: 'small' })).rejects.toThrow('群已满')
})

it('tells leaving from being removed, and inviting from scanning', async () => {
  await customers(2)
  const { chatId } = await t.sandbox.createGroup({ name: '群', ownerUserId: 'lisi', members: ['wm1'] })
  await t.sandbox.joinGroup({ externalUserId: 'wm2', chatId })
  await t.sandbox.leaveGroup({ externalUserId: 'wm1', chatId })
  await t.sandbox.removeFromGroup({ externalUserId: 'wm2', chatId })
  await t.sandbox.settle()
  const seen = chatEvents()
    .filter((xml) => xml.includes('update'))
    .map((xml) => [field(xml, 'UpdateDetail'), field(xml, 'JoinScene'), field(xml, 'QuitScene')].join(' '))
  expect(seen.toSorted()).toEqual(['add_member 0 0', 'add_member 0 0', 'del_member 0 0', 'del_member 0 1'])
  expect((await detail(chatId)).member_list).toHaveLength(1)
})

it('lists groups by page and owner, without dismissed ones', async () => {
  const [a, b, c] = await Promise.all(
    ['zhangsan', 'lisi', 'lisi'].map((ownerUserId) => t.sandbox.createGroup({ name: 'g', ownerUserId })),
  )
  await t.sandbox.dismissGroup({ chatId: c?.chatId ?? '' })
  const first = await t.post('externalcontact/groupchat/list', { limit: 1 })
  expect(first.group_chat_list).toEqual([{ chat_id: a?.chatId, status: 0 }])
  const rest = await t.post('externalcontact/groupchat/list', { limit: 1, cursor: first.next_cursor })
  expect(rest).toMatchObject({ group_chat_list: [{ chat_id: b?.chatId }], next_cursor: '' })
  const owned = await t.post('externalcontact/groupchat/list', {
    limit: 10,
    owner_filter: { userid_list: ['zhangsan'] },
  })
  expect(owned.group_chat_list).toHaveLength(1)
  expect((await t.post('externalcontact/groupchat/get', { chat_id: c?.chatId })).errcode).toBe(49008)
  expect((await t.post('externalcontact/groupchat/get', { chat_id: 'wrx' })).errcode).toBe(40050)
})

it('replaces and deletes a join way, five groups at most', async () => {
  const group = await t.sandbox.createGroup({ name: '群', ownerUserId: 'lisi' })
  const { config_id } = await addWay({ chat_id_list: [group.chatId], state: 'a', remark: '旧' })
  const next = { config_id, scene: 2, chat_id_list: [group.chatId], state: 'b' }
  await t.post('externalcontact/groupchat/update_join_way', next)
  expect(t.sandbox.world.joinWays.get(String(config_id))).toMatchObject({ state: 'b', remark: '' })
  expect((await addWay({ chat_id_list: Array(6).fill(group.chatId) })).errcode).toBe(41091)
  expect((await addWay({ chat_id_list: ['wrx'] })).errcode).toBe(40050)
  await t.post('externalcontact/groupchat/del_join_way', { config_id })
  expect((await t.post('externalcontact/groupchat/get_join_way', { config_id })).errcode).toBe(41044)
})
