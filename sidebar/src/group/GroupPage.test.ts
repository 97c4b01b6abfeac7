import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aGroup } from '../testing/fixtures-known.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, buttons, click, screenText } from '../testing/screen.ts'
import { ChatError } from '../wecom/chat-client.ts'

afterEach(closeSidebars)

const beside = (chatId = 'wr-1') => {
  const chat = fakeChat()
  chat.changeSilently({ kind: 'group', chatId })
  return chat
}

test('beside a group: what it is for, how full it is, who in it wants looking at, and what nobody can know', async () => {
  const { api } = await openSidebar({ chat: beside() })
  expect(api.group).toHaveBeenCalledWith('wr-1', expect.anything())
  const text = screenText()
  for (const words of [
    '牧野·付费 3 群',
    '142 / 200 人',
    '群主 是你',
    '还能进 58 人；入群条件：已付款订单数至少 1',
    '不符合入群条件 31 位，只列前 5 位',
    '够进「VIP 群」了，还没进',
    '还不知道昵称',
    '累计实付 ¥3,286',
    '另有 6 位不是任何导购的好友',
    '没有会话存档',
    '周五晚上八点开团，我是林夏',
    '今天群里12:30 付费群周历·煎法课',
    '附件 1 个；到时候由你在企业微信里确认发出',
  ]) {
    expect(text).toContain(words)
  }
  expect(text).not.toContain('这周新进的')
  expect(text).not.toContain('安安妈咪')
  await click(button('再看 2 位'))
  expect(screenText()).toContain('安安妈咪')
})

test('a server of before says nothing of today; what will not come any more is seen as such', async () => {
  const { today, ...before } = aGroup()
  await openSidebar({ chat: beside(), api: { group: async () => before } })
  expect(screenText()).toContain('牧野·付费 3 群')
  expect(screenText()).not.toContain('今天群里')
  closeSidebars()
  const [one] = today ?? []
  if (one === undefined) throw new Error('nothing in the fixture')
  const not = { ...one, state: 'not' as const, stateText: '没有发：到点时没有安排上' }
  await openSidebar({ chat: beside(), api: { group: async () => aGroup({ today: [not, { ...one, name: '答疑' }] }) } })
  expect([...document.querySelectorAll('.note.not')].map((line) => line.textContent)).toEqual([
    '附件 1 个；没有发：到点时没有安排上',
  ])
})

test('one’s own customers open with a tap; a colleague’s are no button', async () => {
  const chat = beside()
  await openSidebar({ chat })
  expect(buttons(/阿May/)).toHaveLength(0)
  await click(button(/山里人/))
  expect(chat.opened).toEqual(['wm-0'])
})

test('a script goes into the group once per tap, with the guide’s name and nobody’s nickname', async () => {
  const chat = beside()
  await openSidebar({ chat })
  await click(button(/发到群里/))
  expect(chat.sent).toEqual([
    { msgtype: 'text', text: { content: '周五晚上八点开团，我是林夏，要的先接龙。' } },
    { msgtype: 'image', image: { mediaid: 'm1' } },
  ])
  expect(screenText()).toContain('已发到群里，再发一次')
})

test('what tells of one customer is no script for a group, and nothing is offered where there is none', async () => {
  const [friday] = aGroup().scripts
  if (friday === undefined) throw new Error('a script is wanted')
  const ofOne = { ...friday, id: 'of-one', title: '催付', text: '{上次买的} 还合口味吗？' }
  await openSidebar({ chat: beside(), api: { group: async () => aGroup({ scripts: [ofOne, friday] }) } })
  expect(buttons(/发到群里/).map((one) => one.getAttribute('aria-label'))).toEqual(['发到群里：周五开团预告'])
  expect(screenText()).not.toContain('催付')
  expect(screenText()).toContain('群里谁说了什么，没有会话存档时企业微信不告诉服务器，所以这里只看得到谁在群里。')
  closeSidebars()
  await openSidebar({ chat: beside(), api: { group: async () => aGroup({ scripts: [ofOne] }) } })
  expect(screenText()).not.toContain('群里可以这样说')
  closeSidebars()
  // Not where all of the group is known, either: nobody is told who is silent in it.
  await openSidebar({ chat: beside(), api: { group: async () => aGroup({ strangers: 0 }) } })
  expect(screenText()).not.toContain('不是任何导购的好友')
  expect(screenText()).toContain('没有会话存档')
})

test('while it is on its way a second tap does nothing', async () => {
  const way = deferred<void>()
  const chat = beside()
  let calls = 0
  const slow = {
    ...chat,
    send: async () => {
      calls++
      await way.promise
    },
  }
  await openSidebar({ chat: slow })
  await click(button(/发到群里/))
  await click(button(/发到群里/))
  expect(calls).toBe(1)
  way.resolve()
  await flushPromises()
  expect(calls).toBe(2)
})

test('nothing goes into another group, and the page looks where it is', async () => {
  const chat = beside()
  const { api } = await openSidebar({ chat })
  chat.changeSilently({ kind: 'group', chatId: 'wr-2' })
  await click(button(/发到群里/))
  expect(chat.sent).toEqual([])
  expect(screenText()).toContain('聊天已经换了，这条没有发出')
  expect(api.group).toHaveBeenLastCalledWith('wr-2', expect.anything())
})

test('nor into a chat with a customer', async () => {
  const chat = beside()
  await openSidebar({ chat })
  chat.changeSilently({ kind: 'customer', externalUserId: 'wm-sunyao' })
  await click(button(/发到群里/))
  expect(chat.sent).toEqual([])
  expect(screenText()).toContain('备注 孙姐')
})

test('a client that refuses says so; a group that is not one’s own says whose it may be', async () => {
  await openSidebar({ chat: { ...beside(), send: () => Promise.reject(new ChatError('no-permission')) } })
  await click(button(/发到群里/))
  expect(screenText()).toContain('企业微信没有给这个应用权限')
  closeSidebars()
  const refused = () => Promise.reject(new ApiError(403, 'sidebar.not-your-group', '这个群你看不了：你不在群里。'))
  await openSidebar({ chat: beside(), api: { group: refused } })
  expect(screenText()).toContain('看不到这个群')
  expect(screenText()).toContain('你不在群里')
})

test('a full group, and one of no pool', async () => {
  await openSidebar({ chat: beside(), api: { group: async () => aGroup({ members: 200 }) } })
  expect(screenText()).toContain('已经满了，新客会进下一个群')
  closeSidebars()
  await openSidebar({ chat: beside(), api: { group: async () => aGroup({ pool: null, outside: null }) } })
  expect(screenText()).toContain('还没有归到哪一类')
  expect(screenText()).not.toContain('不符合入群条件')
})
