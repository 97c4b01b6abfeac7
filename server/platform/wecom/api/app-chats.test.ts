import { afterEach, beforeEach, expect, it } from 'vitest'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
beforeEach(async () => {
  t = await openSandbox()
})
afterEach(() => t.close())

it('a chat of guides is made, read, changed and spoken in', async () => {
  const { appChats } = t.wecom
  await t.sandbox.addStaff({ userId: 'wangwu', name: '王五' })
  const { chatid } = await appChats.create({
    chatid: 'morning',
    name: '早会',
    owner: 'lisi',
    userlist: ['zhangsan', 'lisi'],
  })
  expect(chatid).toBe('morning')
  await appChats.update({ chatid, name: '店长早会', add_user_list: ['wangwu'], del_user_list: ['zhangsan'] })
  expect((await appChats.get(chatid)).chat_info).toEqual({
    chatid,
    name: '店长早会',
    owner: 'lisi',
    userlist: ['lisi', 'wangwu'],
  })
  await appChats.send({ chatid, msgtype: 'markdown', markdown: { content: '**今日目标** 30 单' } })
  expect(t.sandbox.world.appChats.get(chatid)?.messages).toMatchObject([{ msgtype: 'markdown' }])
})

it('making the same chat again is refused, so that a repeated call makes no second one', async () => {
  const body = { chatid: 'morning', name: '早会', userlist: ['zhangsan', 'lisi'] }
  await t.wecom.appChats.create(body)
  await expect(t.wecom.appChats.create(body)).rejects.toMatchObject({ errcode: 86215 })
})

it('tells what WeCom refuses: no such chat, no such member, an owner outside, an app that not all may see', async () => {
  const { appChats } = t.wecom
  const make = (body: object) => appChats.create({ name: '早会', userlist: ['zhangsan', 'lisi'], ...body })
  await expect(appChats.get('nothing')).rejects.toMatchObject({ errcode: 86003 })
  await expect(make({ userlist: ['zhangsan', 'nobody'] })).rejects.toMatchObject({ errcode: 86007 })
  await expect(make({ owner: 'wangwu' })).rejects.toMatchObject({ errcode: 86207 })
  const { chatid } = await make({ owner: 'lisi' })
  await expect(appChats.update({ chatid, del_user_list: ['zhangsan'] })).rejects.toMatchObject({ errcode: 86006 })
  t.sandbox.configureApp({ departments: [], users: ['lisi'] })
  await expect(make({})).rejects.toMatchObject({ errcode: 60011, zh: expect.stringContaining('可见范围') })
})

it('refuses, in Chinese and before the call, a chat of one and a long name', async () => {
  const { appChats } = t.wecom
  await expect(appChats.create({ name: '早会', userlist: ['lisi'] })).rejects.toMatchObject({
    zh: '「群成员」有 1 人，要 2–2000 人',
  })
  await expect(appChats.create({ name: '会'.repeat(51), userlist: ['lisi', 'zhangsan'] })).rejects.toMatchObject({
    zh: '「群聊名称」有 51 个字，最多 50 个字',
  })
  expect(t.sandbox.calls('appchat/create')).toEqual([])
})
