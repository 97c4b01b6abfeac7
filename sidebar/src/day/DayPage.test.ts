import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import type { FoundFriends, MyDay } from '../../../server/sidebar-api/contract.ts'
import { ApiError } from '../api/api-error.ts'
import { aDay, NOW_MS, someNumbers } from '../testing/fixtures.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, buttons, click, screenText, type } from '../testing/screen.ts'
import { type ChatContext, ChatError } from '../wecom/chat-client.ts'

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

test('of a send in several parts it says that each wants its own yes', async () => {
  const sends = { tasks: 3, sends: 2, customers: 86, groups: 0 }
  await openSidebar({ chat: outside(), api: { day: async () => ({ ...aDay(), sends }) } })
  expect(screenText()).toContain('有 3 个群发等你确认（有的按客户分成几份，话不一样，每一份都要点确认），86 位客户在等')
  closeSidebars()
  await openSidebar({ chat: outside(), api: { day: async () => ({ ...aDay(), sends: { ...sends, sends: 3 } }) } })
  expect(screenText()).toContain('有 3 个群发等你确认，86 位客户在等')
})

test('what I am asked for without a customer stands there with its script, and ends with a line of evidence', async () => {
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] })
  const duty = {
    ...{ id: '7', title: '主持「煎法课」', groups: '「付费群1」「付费群2」' },
    ...{ script: '先问：今天谁煎？', evidence: '几个人接龙', dueAtMs: NOW_MS + 3_600_000 },
  }
  const endDuty = vi.fn(async () => ({ ok: true as const }))
  const day = vi
    .fn(async () => ({ ...aDay(), duties: [] }))
    .mockResolvedValueOnce({ ...aDay(), duties: [duty] } as never)
  await openSidebar({ chat: outside(), api: { day, endDuty } })
  for (const words of ['群务 1 条', '主持「煎法课」', '「付费群1」「付费群2」', '先问：今天谁煎？'])
    expect(screenText()).toContain(words)
  await click(button('做完了'))
  expect(endDuty).not.toHaveBeenCalled()
  await type('几个人接龙', '23 人')
  await click(button('做完了'))
  expect(endDuty).toHaveBeenCalledWith('7', 'done', { note: '23 人' })
  expect(screenText()).not.toContain('主持「煎法课」')
})

test('whoever cannot says why', async () => {
  const duty = { id: '7', title: '换群公告', groups: '「付费群1」', script: null, evidence: null, dueAtMs: NOW_MS }
  const endDuty = vi.fn(async () => ({ ok: true as const }))
  await openSidebar({ chat: outside(), api: { day: async () => ({ ...aDay(), duties: [duty] }), endDuty } })
  await click(button('做不了'))
  await type('为什么做不了', '今天休息')
  await click(button('告诉店里做不了'))
  expect(endDuty).toHaveBeenCalledWith('7', 'wrong', { note: '今天休息' })
})

const aDuty = {
  id: '7',
  title: '主持「煎法课」',
  groups: '「付费群1」',
  script: null,
  evidence: '几个人接龙',
  dueAtMs: NOW_MS,
}
const writtenIn = (label: string): string | undefined =>
  [...document.querySelectorAll('label')].find((one) => one.textContent?.includes(label))?.querySelector('input')?.value

test('what is written about a duty outlives a search and a chat, and neither of the two is sent for the other', async () => {
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] })
  let where: ChatContext = { kind: 'elsewhere', entry: 'normal' }
  const chat = { ...fakeChat(), context: async () => where }
  const endDuty = vi.fn(async () => ({ ok: true as const }))
  await openSidebar({ chat, api: { day: async () => ({ ...aDay(), duties: [aDuty] }), endDuty } })
  await type('几个人接龙', '23 人')
  await type('找我的客户', '周三')
  expect(screenText()).not.toContain('几个人接龙')
  await type('找我的客户', '')
  expect(writtenIn('几个人接龙')).toBe('23 人')
  where = { kind: 'customer', externalUserId: 'wm-anan' }
  await chat.switchTo('wm-anan')
  expect(screenText()).not.toContain('我的一天')
  where = { kind: 'elsewhere', entry: 'normal' }
  await chat.switchTo('')
  expect(writtenIn('几个人接龙')).toBe('23 人')
  await click(button('做不了'))
  expect(writtenIn('为什么做不了')).toBe('')
  expect(button('告诉店里做不了').disabled).toBe(true)
  await type('为什么做不了', '今天休息')
  await click(button('返回'))
  expect(writtenIn('几个人接龙')).toBe('23 人')
  await click(button('做不了'))
  await click(button('告诉店里做不了'))
  expect(endDuty.mock.calls).toEqual([['7', 'wrong', { note: '今天休息' }]])
})

test('one without evidence is not ended with why it could not be done', async () => {
  const endDuty = vi.fn(async () => ({ ok: true as const }))
  const duty = { ...aDuty, evidence: null }
  await openSidebar({ chat: outside(), api: { day: async () => ({ ...aDay(), duties: [duty] }), endDuty } })
  await click(button('做不了'))
  await type('为什么做不了', '今天休息')
  await click(button('返回'))
  await click(button('做完了'))
  expect(endDuty.mock.calls).toEqual([['7', 'done', {}]])
  expect(screenText()).toContain('记下了')
})

test('a second tap while the day is asked for again tells nothing twice', async () => {
  const way = deferred<never>()
  const day = vi
    .fn(() => way.promise as Promise<MyDay>)
    .mockResolvedValueOnce({ ...aDay(), duties: [{ ...aDuty, evidence: null }] })
  const endDuty = vi.fn(async () => ({ ok: true as const }))
  await openSidebar({ chat: outside(), api: { day, endDuty } })
  await click(button('做完了'))
  expect(day).toHaveBeenCalledTimes(2)
  await click(button('做完了'))
  expect(endDuty).toHaveBeenCalledTimes(1)
})

test('one that has ended elsewhere goes, and what was written about it stays to be copied', async () => {
  const ended = new ApiError(409, 'sidebar.duty-ended', '这条已经结束：规则里已经没有这一项，不用做了。')
  const day = vi
    .fn<() => Promise<MyDay>>(async () => ({ ...aDay(), duties: [] }))
    .mockResolvedValueOnce({ ...aDay(), duties: [aDuty, { ...aDuty, id: '8', title: '换群公告' }] })
  await openSidebar({ chat: outside(), api: { day, endDuty: () => Promise.reject(ended) } })
  await type('几个人接龙', '23 人')
  await click(button('做完了'))
  expect(screenText()).toContain('这条已经结束：规则里已经没有这一项')
  expect(buttons('做完了')).toEqual([])
  expect(screenText()).not.toContain('0 条')
  expect(screenText()).toContain('写的没有记上：要说的请直接告诉店里23 人')
  expect(screenText()).not.toContain('换群公告')
  await click(button('不要了'))
  expect(screenText()).not.toContain('23 人')
})

test('while the page stays open the day is asked for again, and what has come meanwhile stands there', async () => {
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date', 'setInterval', 'clearInterval'] })
  const day = vi.fn<() => Promise<MyDay>>(async () => ({ ...aDay(), duties: [aDuty], dutiesTotal: 63 }))
  day.mockResolvedValueOnce(aDay())
  await openSidebar({ chat: outside(), api: { day } })
  expect(screenText()).not.toContain('群务')
  await vi.advanceTimersByTimeAsync(30_000)
  await flushPromises()
  expect(screenText()).toContain('群务 共 63 条，先看最要紧的 1 条')
})

test('whoever clears the search writes on in it', async () => {
  await openSidebar({ chat: outside() })
  await type('找我的客户', '周三')
  await click(button('清空'))
  const field = document.querySelector<HTMLInputElement>('input[type=search]')
  expect([field?.value, document.activeElement === field]).toEqual(['', true])
})

test('my customers are found by words, and the number is told when not all are shown', async () => {
  vi.useFakeTimers()
  const friends = [{ externalUserId: 'wm-anan', name: '安安妈咪', remark: '周三取货', because: '标签 口味/厚切' }]
  const findFriends = vi.fn(async () => ({ total: 41, friends }))
  const chat = outside()
  await openSidebar({ chat, api: { findFriends } })
  await type('找我的客户', '周三')
  await vi.advanceTimersByTimeAsync(220)
  expect(screenText()).toContain('找到 41 位，先看 1 位')
  expect(screenText()).toContain('安安妈咪；标签 口味/厚切')
  await click(button(/周三取货/))
  expect(chat.opened).toEqual(['wm-anan'])
})

test('who was found for other words is not shown below those of now, not for a moment', async () => {
  vi.useFakeTimers()
  const findFriends = vi.fn(async (q: string) => ({
    total: 1,
    friends: [{ externalUserId: 'wm-1', name: `${q}女士`, remark: null, because: '' }],
  }))
  await openSidebar({ chat: outside(), api: { findFriends } })
  await type('找我的客户', '王')
  await vi.advanceTimersByTimeAsync(220)
  expect(button(/^王女士/)).toBeDefined()
  for (const words of ['王李', '', '李']) {
    await type('找我的客户', words)
    expect(screenText()).not.toContain('王女士')
  }
  await vi.advanceTimersByTimeAsync(220)
  expect(button(/^李女士/)).toBeDefined()
})

test('the first word is looked for at once; while that is under way, only what stands there after the last letter', async () => {
  vi.useFakeTimers()
  const first = deferred<{ total: number; friends: never[] }>()
  const none = { total: 0, friends: [] as never[] }
  const findFriends = vi.fn(async (_q: string) => none).mockReturnValueOnce(first.promise)
  await openSidebar({ chat: outside(), api: { findFriends } })
  const asked = () => findFriends.mock.calls.map(([q]) => q)
  await type('找我的客户', '王')
  expect(asked()).toEqual(['王'])
  await type('找我的客户', '王女')
  await type('找我的客户', '王女士')
  expect(asked()).toEqual(['王'])
  await vi.advanceTimersByTimeAsync(220)
  expect(asked()).toEqual(['王', '王女士'])
  first.resolve({ total: 9, friends: [] })
  await flushPromises()
  expect(screenText()).toContain('没有这样的客户')
})

const named = (...names: string[]) =>
  names.map((name) => ({ externalUserId: `wm-${name}`, name, remark: null, because: '' }))
const people = (): string[] =>
  [...document.querySelectorAll('.person .name')].map((one) => one.textContent?.trim() ?? '')

test('while more letters are asked about, those found for fewer stand there as far as they match, and no number', async () => {
  vi.useFakeTimers()
  const more = deferred<FoundFriends>()
  const findFriends = vi
    .fn<(q: string) => Promise<FoundFriends>>(() => more.promise)
    .mockResolvedValueOnce({ total: 412, friends: named('王女士', '王小明') })
  await openSidebar({ chat: outside(), api: { findFriends } })
  await type('找我的客户', '王')
  expect(screenText()).toContain('找到 412 位，先看 2 位')
  await type('找我的客户', '王女')
  expect([people(), screenText().includes('正在找…'), screenText().includes('找到')]).toEqual([['王女士'], true, false])
  await type('找我的客户', '王女士的')
  expect(people()).toEqual([])
  await type('找我的客户', '王女')
  await vi.advanceTimersByTimeAsync(220)
  more.resolve({ total: 2, friends: named('王女士', '小王女') })
  await flushPromises()
  expect([people(), screenText().includes('找到 2 位')]).toEqual([['王女士', '小王女'], true])
})

test.each([
  ['cannot be reached', new ApiError(0, 'network', '连不上服务器'), '连不上服务器'],
  ['knows the guide no more', new ApiError(403, 'sidebar.no-role', '你的角色看不了这里'), '你的角色看不了这里'],
])('who matched before is not left standing when the server %s', async (_what, refusal, said) => {
  vi.useFakeTimers()
  const findFriends = vi
    .fn()
    .mockResolvedValueOnce({ total: 1, friends: named('王女士') })
    .mockRejectedValue(refusal)
  await openSidebar({ chat: outside(), api: { findFriends } })
  await type('找我的客户', '王')
  await type('找我的客户', '王女')
  await flushPromises()
  expect([people(), screenText().includes(said)]).toEqual([[], true])
})

test('of many the first screen is drawn first, and all of them then', async () => {
  vi.useFakeTimers()
  const names = Array.from({ length: 30 }, (_, n) => `王${n}`)
  await openSidebar({ chat: outside(), api: { findFriends: async () => ({ total: 30, friends: named(...names) }) } })
  await type('找我的客户', '王')
  expect(people()).toEqual(names.slice(0, 10))
  await vi.advanceTimersByTimeAsync(20)
  expect(people()).toEqual(names)
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
    '这些数怎么算',
    '月粉效 = 好友这个月付的钱（减去退款）÷ 月初的好友数；上月整月是 ¥29.49',
    '一小时内回复了多少，企业微信不告诉服务器',
  ]) {
    expect(text.replaceAll(/\s*\n\s*/g, '')).toContain(words)
  }
  // It takes no room before somebody asks.
  expect([...document.querySelectorAll('details')].map(({ open }) => open)).toEqual([false])
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
