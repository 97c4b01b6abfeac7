import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aDay, NOW_MS, someNumbers } from '../testing/fixtures.ts'
import { closeSidebars, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, click, screenText, type } from '../testing/screen.ts'
import { ChatError } from '../wecom/chat-client.ts'

afterEach(closeSidebars)

const outside = () => {
  const chat = fakeChat()
  chat.changeSilently({ kind: 'elsewhere', entry: 'normal' })
  return chat
}

test('outside a chat: what waits over all my customers, how much of it there is, and one tap opens the chat', async () => {
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] })
  const chat = outside()
  await openSidebar({ chat })
  const text = screenText()
  for (const words of [
    '我的一天',
    '共 34 条，先看最要紧的 2 条',
    '首单回访：问问煎得怎么样',
    '已超时 2 小时',
    '¥786',
    '周姐',
    '11月23日，还有 1 天',
    '山里人',
    '对方删除了你',
    '有 1 个群发等你确认，86 位客户在等',
  ]) {
    expect(text).toContain(words)
  }
  await click(button(/安安妈咪/))
  expect(chat.opened).toEqual(['wm-anan'])
  expect(screenText()).toContain('备注 孙姐')
})

test('my customers are found by words, and the number is told when not all are shown', async () => {
  vi.useFakeTimers()
  const friends = [{ externalUserId: 'wm-anan', name: '安安妈咪', remark: '周三取货' }]
  const findFriends = vi.fn(async () => ({ total: 41, friends }))
  const chat = outside()
  await openSidebar({ chat, api: { findFriends } })
  await type('找我的客户', '周三')
  await vi.advanceTimersByTimeAsync(220)
  expect(screenText()).toContain('找到 41 位，先看 1 位')
  await click(button(/周三取货/))
  expect(chat.opened).toEqual(['wm-anan'])
})

test('a client that cannot open the chat says so; a day without anything is no error', async () => {
  const chat = { ...outside(), open: () => Promise.reject(new ChatError('no-permission')) }
  await openSidebar({ chat })
  await click(button(/安安妈咪/))
  expect(screenText()).toContain('企业微信没有给这个应用权限')
  closeSidebars()
  const nothing = { tasks: [], tasksTotal: 0, birthdays: [], lost: [], sends: { tasks: 0, customers: 0, groups: 0 } }
  await openSidebar({ chat: outside(), api: { day: async () => ({ ...aDay(), ...nothing }) } })
  expect(screenText()).toContain('今天没有等着的事')
})

test('my numbers stand below: this month beside last month, what each means, and what WeCom does not tell', async () => {
  await openSidebar({ chat: outside() })
  const text = screenText()
  for (const words of [
    '今天本月上月同期',
    '新加好友611897',
    '首单24144',
    '成交¥318¥24,860¥22,155',
    '月粉效¥21.43¥20.94',
    '业绩¥300¥24,842¥22,137',
    '业绩是按店里的规矩算给你的订单，退款在退的那天扣',
    '月粉效 = 好友这个月付的钱（减去退款）÷ 月初的好友数；上月整月是 ¥29.49',
    '一小时内回复了多少，企业微信不告诉服务器',
  ]) {
    expect(text.replaceAll(/\s*\n\s*/g, '')).toContain(words)
  }
})

test('a guide without customers is told so, not a table of zeros; a refused question is asked again', async () => {
  const none = { adds: 0, firstOrders: 0, paidFen: 0, friendsAtStart: 0, valuePerFriendFen: null, creditFen: null }
  const numbers = { today: none, month: none, lastMonth: none, lastMonthWhole: none }
  const myNumbers = vi.fn(async () => numbers).mockRejectedValueOnce(new ApiError(500, 'internal', '服务器出了点问题'))
  await openSidebar({ chat: outside(), api: { myNumbers } })
  expect(screenText()).toContain('服务器出了点问题')
  await click(button('重试'))
  expect(screenText()).toContain('还没有数字')
  expect(screenText()).not.toContain('上月同期')
})

test('where nobody says whose an order is, there is no such row', async () => {
  const { today } = someNumbers()
  const one = { ...today, creditFen: null }
  const myNumbers = async () => ({ today: one, month: one, lastMonth: one, lastMonthWhole: one })
  await openSidebar({ chat: outside(), api: { myNumbers } })
  expect(screenText()).toContain('月粉效')
  expect(screenText()).not.toContain('业绩')
})
