import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts'
import { createSettableClock, type SettableClock } from '../../core/kernel/clock.ts'
import { createWecom, type Wecom } from './wecom.ts'

/** Two guides, zhangsan and lisi, and the client over real HTTP. */
let sandbox: Sandbox
let clock: SettableClock
let wecom: Wecom

beforeEach(async () => {
  clock = createSettableClock('2026-03-01T09:00:00+08:00')
  sandbox = createSandbox({ clock })
  const url = await sandbox.listen()
  const { corpId, agentId, secret } = sandbox.credentials
  wecom = createWecom({ apiBase: url, oauthBase: url, corpId, agentId, secret, clock })
})
afterEach(async () => {
  wecom.close()
  await sandbox.close()
})

const NOW_SEC = Date.parse('2026-03-01T09:00:00+08:00') / 1_000
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('a channel, its customer and the tags', () => {
  it('are made, met, welcomed, named and tagged', async () => {
    const { config_id } = await wecom.ways.add({
      type: 2,
      scene: 2,
      state: 'parcel',
      remark: '包裹卡',
      user: ['zhangsan'],
      skip_verify: true,
    })
    expect((await wecom.ways.list()).contact_way).toEqual([{ config_id }])
    expect((await wecom.ways.get({ config_id })).contact_way).toMatchObject({ state: 'parcel', user: ['zhangsan'] })
    await wecom.ways.update({ config_id, user: ['zhangsan', 'lisi'] })
    expect((await wecom.ways.get({ config_id })).contact_way.user).toEqual(['zhangsan', 'lisi'])

    const { externalUserId, welcomeCode = '' } = await sandbox.scan({
      state: 'parcel',
      userId: 'zhangsan',
      name: '小满',
    })
    await wecom.contacts.sendWelcome({ welcome_code: welcomeCode, text: { content: '你好' } })
    expect(sandbox.messagesOf(externalUserId)).toContainEqual(
      expect.objectContaining({ from: 'guide', text: '你好', via: 'welcome' }),
    )
    await expect(
      wecom.contacts.sendWelcome({ welcome_code: welcomeCode, text: { content: '你好' } }),
    ).rejects.toMatchObject({ errcode: 41051, retry: 'never' })

    const { tag_group } = await wecom.tags.add({ group_name: '来源', tag: [{ name: '包裹卡' }] })
    const tagId = tag_group.tag?.[0]?.id ?? ''
    await wecom.tags.mark({ userid: 'zhangsan', external_userid: externalUserId, add_tag: [tagId] })
    await wecom.contacts.remark({
      userid: 'zhangsan',
      external_userid: externalUserId,
      remark: '小满-包裹卡',
      description: '喜欢菲力',
    })

    const detail = await wecom.contacts.get(externalUserId)
    expect(detail.external_contact).toMatchObject({ external_userid: externalUserId, name: '小满', type: 1 })
    expect(detail.follow_user).toMatchObject([
      {
        userid: 'zhangsan',
        remark: '小满-包裹卡',
        description: '喜欢菲力',
        state: 'parcel',
        createtime: NOW_SEC,
        tags: [{ tag_id: tagId, tag_name: '包裹卡', group_name: '来源', type: 1 }],
      },
    ])
    const page = await wecom.contacts.batchByUser({ userid_list: ['zhangsan', 'lisi'], limit: 100 })
    expect(page.external_contact_list).toMatchObject([
      { external_contact: { external_userid: externalUserId }, follow_info: { userid: 'zhangsan', tag_id: [tagId] } },
    ])
    expect(page.next_cursor ?? '').toBe('')

    await wecom.tags.edit({ id: tagId, name: '包裹卡片' })
    expect((await wecom.tags.list({ tag_id: [tagId] })).tag_group?.[0]?.tag).toMatchObject([{ name: '包裹卡片' }])
    await wecom.tags.del({ tag_id: [tagId] })
    expect((await wecom.contacts.get(externalUserId)).follow_user?.[0]?.tags ?? []).toEqual([])
    await wecom.ways.del({ config_id })
    await expect(wecom.ways.get({ config_id })).rejects.toMatchObject({ errcode: 41044 })
  })

  it('a member without customers has an empty list, another failure is thrown', async () => {
    expect(await wecom.contacts.list('lisi')).toEqual({ external_userid: [] })
    sandbox.faults.set({ path: 'externalcontact/list', errcode: 60011, times: 1 })
    await expect(wecom.contacts.list('lisi')).rejects.toMatchObject({ errcode: 60011 })
    const { externalUserId } = await sandbox.scan({ userId: 'lisi' })
    expect(await wecom.contacts.list('lisi')).toMatchObject({ external_userid: [externalUserId] })
  })

  it('a used-up welcome code is refused for good', async () => {
    const { welcomeCode = '' } = await sandbox.scan({ userId: 'lisi' })
    clock.advance(20_001)
    await expect(
      wecom.contacts.sendWelcome({ welcome_code: welcomeCode, text: { content: '你好' } }),
    ).rejects.toMatchObject({ errcode: 41050, retry: 'never' })
  })
})

describe('a group', () => {
  it('gets a join way, by which its members are known', async () => {
    const { externalUserId } = await sandbox.scan({ userId: 'zhangsan', name: '小满' })
    const { chatId } = await sandbox.createGroup({ name: '科普群1', ownerUserId: 'zhangsan' })
    const way = { scene: 2 as const, chat_id_list: [chatId], state: 'edu', auto_create_room: 0 as const }
    const { config_id } = await wecom.groups.addJoinWay(way)
    await sandbox.joinGroup({ externalUserId, configId: config_id })

    expect((await wecom.groups.list({ limit: 100 })).group_chat_list).toEqual([{ chat_id: chatId, status: 0 }])
    const { group_chat } = await wecom.groups.get({ chat_id: chatId, need_name: 1 })
    expect(group_chat).toMatchObject({ name: '科普群1', owner: 'zhangsan' })
    const member = group_chat.member_list?.find(({ userid }) => userid === externalUserId)
    expect(member).toMatchObject({ type: 2, join_scene: 3, state: 'edu', join_time: NOW_SEC })

    const { join_way } = await wecom.groups.getJoinWay({ config_id })
    expect(join_way).toMatchObject({ state: 'edu', chat_id_list: [chatId] })
    const qr = await wecom.media.download(join_way.qr_code ?? '')
    expect(qr.bytes.length).toBeGreaterThan(0)
    await wecom.groups.updateJoinWay({ config_id, ...way, remark: '科普群入口' })
    expect((await wecom.groups.getJoinWay({ config_id })).join_way.remark).toBe('科普群入口')
    await wecom.groups.delJoinWay({ config_id })
  })
})

describe('a mass message', () => {
  it('waits for the member, and its results can be read page by page', async () => {
    const { externalUserId } = await sandbox.scan({ userId: 'zhangsan' })
    const { msgid = '' } = await wecom.massSends.create({
      chat_type: 'single',
      sender: 'zhangsan',
      external_userid: [externalUserId],
      text: { content: '周三福利日' },
      attachments: [
        { msgtype: 'link', link: { title: '福利', url: 'https://example.com/a' } },
        { msgtype: 'image', image: { pic_url: 'https://example.com/b.png' } },
      ],
    })
    clock.advance(60_000)
    expect((await wecom.massSends.tasks({ msgid })).task_list).toMatchObject([{ userid: 'zhangsan', status: 0 }])
    await wecom.massSends.remind({ msgid })
    await sandbox.confirmMassSend({ msgid, userId: 'zhangsan' })
    expect((await wecom.massSends.tasks({ msgid })).task_list).toMatchObject([{ userid: 'zhangsan', status: 2 }])
    const results = await wecom.massSends.results({ msgid, userid: 'zhangsan', limit: 1_000 })
    expect(results.send_list).toMatchObject([{ external_userid: externalUserId, status: 1, send_time: NOW_SEC + 60 }])
    const list = await wecom.massSends.list({ chat_type: 'single', start_time: NOW_SEC, end_time: NOW_SEC + 60 })
    expect(list.group_msg_list).toMatchObject([{ msgid, text: { content: '周三福利日' } }])
  })

  it('can be cancelled', async () => {
    const { externalUserId } = await sandbox.scan({ userId: 'zhangsan' })
    const { msgid = '' } = await wecom.massSends.create({ external_userid: [externalUserId], text: { content: '一' } })
    clock.advance(60_000)
    await wecom.massSends.cancel({ msgid })
    expect(sandbox.pendingMassSends('zhangsan')).toEqual([])
  })
})

describe('members, messages, files, login', () => {
  it('members and departments are read', async () => {
    expect((await wecom.contacts.followUserList()).follow_user.sort()).toEqual(['lisi', 'zhangsan'])
    expect(await wecom.staff.get('zhangsan')).toMatchObject({ userid: 'zhangsan', name: '张三' })
    await expect(wecom.staff.get('nobody')).rejects.toMatchObject({ errcode: 60111 })
    const { department = [] } = await wecom.staff.departments()
    const root = department[0]?.id ?? 1
    const { userlist } = await wecom.staff.simpleList(root)
    expect(userlist).toEqual(expect.arrayContaining([expect.objectContaining({ userid: 'zhangsan', name: '张三' })]))
  })

  it('a message goes to a member in the name of our app', async () => {
    await wecom.messages.send({ touser: 'zhangsan', msgtype: 'text', text: { content: '有新待办' } })
    expect(sandbox.calls('message/send')).toMatchObject([
      { body: { touser: 'zhangsan', msgtype: 'text', agentid: 1_000_002, text: { content: '有新待办' } } },
    ])
  })

  it('pictures are uploaded, for three days and for good', async () => {
    const { media_id } = await wecom.media.upload({ type: 'image', fileName: '封面.png', bytes: PNG })
    expect(media_id).not.toBe('')
    const { url } = await wecom.media.uploadImage({ fileName: 'a.png', bytes: PNG })
    expect((await wecom.media.download(url)).bytes.equals(PNG)).toBe(true)
  })

  it('a member logs in', async () => {
    const address = wecom.oauth.authorizeUrl({ redirectUri: 'http://127.0.0.1:1/back?a=1&b=2', state: 'abc123' })
    const headers = { cookie: 'sandbox_guide=zhangsan' }
    const answer = await fetch(address.replace('#wechat_redirect', ''), { redirect: 'manual', headers })
    const back = new URL(answer.headers.get('location') ?? '')
    expect(back.searchParams.get('state')).toBe('abc123')
    expect(back.searchParams.get('b')).toBe('2')
    const code = back.searchParams.get('code') ?? ''
    expect(await wecom.oauth.userInfo(code)).toMatchObject({ userid: 'zhangsan' })
    await expect(wecom.oauth.userInfo(code)).rejects.toMatchObject({ errcode: 42022, retry: 'never' })
  })
})

it('a token that the platform ended early is renewed without anyone noticing', async () => {
  await wecom.contacts.followUserList()
  sandbox.faults.set({ path: 'get_follow_user_list', invalidToken: true, times: 1 })
  expect((await wecom.contacts.followUserList()).follow_user).toHaveLength(2)
  expect(sandbox.calls('gettoken')).toHaveLength(2)
})

it('the concurrency limit of the platform is never hit at its documented safe number', async () => {
  sandbox.limits.concurrency = 4
  await wecom.contacts.followUserList()
  const many = Array.from({ length: 40 }, () => wecom.contacts.followUserList())
  expect(await Promise.all(many)).toHaveLength(40)
  expect(sandbox.calls('get_follow_user_list').every(({ errcode }) => errcode === 0)).toBe(true)
})
