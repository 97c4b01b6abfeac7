import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import type { Profile } from '../../../server/sidebar-api/contract.ts'
import { ApiError } from '../api/api-error.ts'
import { aProfile, someTasks } from '../testing/fixtures.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, click, link, screenText, sheet, sheets, type } from '../testing/screen.ts'
import { type ChatContext, ChatError } from '../wecom/chat-client.ts'

afterEach(closeSidebars)

const named = (externalUserId: string, name: string): Profile => aProfile({ externalUserId, name })

test('an answer about the former customer is never shown for the present one', async () => {
  const slow = deferred<Profile>()
  const chat = fakeChat('wm-a')
  await openSidebar({
    chat,
    api: { profile: (id) => (id === 'wm-a' ? slow.promise : Promise.resolve(named('wm-b', '乙客户'))) },
  })
  await chat.switchTo('wm-b')
  expect(screenText()).toContain('乙客户')
  slow.resolve(named('wm-a', '甲客户'))
  await flushPromises()
  expect(screenText()).toContain('乙客户')
  expect(screenText()).not.toContain('甲客户')
})

test('a customer seen before is on the screen at once while the news is on its way', async () => {
  const chat = fakeChat('wm-a')
  const news = deferred<Profile>()
  const profile = vi
    .fn()
    .mockResolvedValueOnce(named('wm-a', '甲客户'))
    .mockResolvedValueOnce(named('wm-b', '乙客户'))
    .mockReturnValue(news.promise)
  await openSidebar({ chat, api: { profile } })
  await chat.switchTo('wm-b')
  await chat.switchTo('wm-a')
  expect(screenText()).toContain('甲客户')
  news.resolve(named('wm-a', '甲客户改名了'))
  await flushPromises()
  expect(screenText()).toContain('甲客户改名了')
})

test('what was seen before stays when the network fails, with a word about it', async () => {
  const chat = fakeChat('wm-a')
  const profile = vi
    .fn()
    .mockResolvedValueOnce(named('wm-a', '甲客户'))
    .mockResolvedValueOnce(named('wm-b', '乙客户'))
    .mockRejectedValue(new ApiError(0, 'network', '连不上服务器，请检查网络后重试'))
  await openSidebar({ chat, api: { profile } })
  await chat.switchTo('wm-b')
  await chat.switchTo('wm-a')
  expect(screenText()).toContain('甲客户')
  expect(screenText()).toContain('先显示上次看到的内容')
})

test('a customer who is no longer this guide’s disappears from the screen and from memory', async () => {
  const chat = fakeChat('wm-a')
  const profile = vi
    .fn()
    .mockResolvedValueOnce(named('wm-a', '甲客户'))
    .mockResolvedValueOnce(named('wm-b', '乙客户'))
    .mockRejectedValueOnce(new ApiError(403, 'sidebar.not-yours', '这位客户现在不是你的好友'))
    .mockResolvedValueOnce(named('wm-b', '乙客户'))
    .mockReturnValue(new Promise(() => undefined))
  await openSidebar({ chat, api: { profile } })
  await chat.switchTo('wm-b')
  await chat.switchTo('wm-a')
  expect(screenText()).toContain('看不到这位客户')
  expect(screenText()).not.toContain('甲客户')
  await chat.switchTo('wm-b')
  await chat.switchTo('wm-a')
  expect(screenText()).not.toContain('甲客户')
})

test('from the moment that the chat changes nothing of the former customer is seen or done', async () => {
  const answer = deferred<ChatContext>()
  let listen: () => void = () => undefined
  let asked = 0
  const { api } = await openSidebar({
    api: { profile: async (id) => named(id, id === 'wm-a' ? '甲客户' : '乙客户') },
    chat: {
      ...fakeChat('wm-a'),
      context: () => (asked++ === 0 ? Promise.resolve({ kind: 'customer', externalUserId: 'wm-a' }) : answer.promise),
      onContextChange: (listener) => {
        listen = listener
        return () => undefined
      },
    },
  })
  await click(button(/改备注/))
  await type('备注', '给乙客户的')
  const done = button('完成')
  listen()
  await flushPromises()
  const pane = document.querySelector<HTMLElement>('main.pane')
  expect(pane?.style.display).toBe('none')
  expect(sheets()).toEqual([])
  expect(screenText()).toContain('聊天换了，正在看是和谁')
  // Whatever was under a thumb already.
  await click(done)
  expect(api.finishTask).not.toHaveBeenCalled()
  expect(screenText()).toContain('聊天正在换人，这次没有保存')
  answer.resolve({ kind: 'customer', externalUserId: 'wm-b' })
  await flushPromises()
  expect(screenText()).toContain('乙客户')
  expect(screenText()).not.toContain('甲客户')
  expect(document.querySelector<HTMLElement>('main.pane')?.style.display).not.toBe('none')
})

test('the same chat again: what was opened and written is still there', async () => {
  const chat = fakeChat('wm-a')
  await openSidebar({ chat })
  await click(button(/改备注/))
  await type('备注', '写了一半')
  await chat.switchTo('wm-a')
  expect(sheet('改备注').querySelector('input')?.value).toBe('写了一半')
})

test('without a network it is said, the last words stay, and all heals untouched when it is back', async () => {
  const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
  const failing = new ApiError(0, 'network', '连不上服务器，请检查网络后重试')
  const tasks = vi.fn().mockRejectedValueOnce(failing).mockResolvedValue(someTasks())
  await openSidebar({ api: { tasks } })
  online.mockReturnValue(false)
  window.dispatchEvent(new Event('offline'))
  await flushPromises()
  expect(screenText()).toContain('没有网络，先显示上次看到的内容')
  expect(screenText()).toContain('孙瑶')
  expect(screenText()).toContain('没有加载出来')
  online.mockReturnValue(true)
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  expect(screenText()).not.toContain('没有网络')
  expect(screenText()).not.toContain('没有加载出来')
  expect(screenText()).toContain('首单回访')
})

test('a part that failed at first is asked again by itself within five seconds', async () => {
  vi.useFakeTimers()
  const tasks = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(503, 'server', '服务器忙'))
    .mockResolvedValue(someTasks())
  await openSidebar({ api: { tasks } })
  expect(screenText()).toContain('服务器忙')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(screenText()).not.toContain('服务器忙')
  expect(tasks).toHaveBeenCalledTimes(2)
})

test('a chat window that needs 4 s is waited for, with a word after 2 s', async () => {
  vi.useFakeTimers()
  const answer = deferred<ChatContext>()
  setTimeout(() => answer.resolve({ kind: 'customer', externalUserId: 'wm-a' }), 4_000)
  await openSidebar({ chat: { ...fakeChat(), context: () => answer.promise } })
  await vi.advanceTimersByTimeAsync(1_900)
  expect(screenText()).not.toContain('企业微信有点慢')
  await vi.advanceTimersByTimeAsync(200)
  expect(screenText()).toContain('企业微信有点慢')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(screenText()).toContain('孙瑶')
})

test('a chat window that gives no answer is said so, and 重试 asks again', async () => {
  const context = vi
    .fn()
    .mockRejectedValueOnce(new ChatError('timeout'))
    .mockResolvedValue({ kind: 'customer', externalUserId: 'wm-a' })
  await openSidebar({ chat: { ...fakeChat(), context } })
  expect(screenText()).toContain('企业微信太久没有回应，请重试')
  await click(button('重试'))
  expect(screenText()).toContain('孙瑶')
})

test('outside a chat the page says where to open it', async () => {
  const { api } = await openSidebar({
    chat: { ...fakeChat(), context: async () => ({ kind: 'elsewhere', entry: 'normal' }) },
  })
  expect(screenText()).toContain('打开一位客户的聊天')
  expect(api.profile).not.toHaveBeenCalled()
})

test('a session that ends in the middle logs in again once by itself, and says so when that did not help', async () => {
  const profile = () => Promise.reject(new ApiError(401, 'sidebar.login-needed', '登录已过期'))
  const first = await openSidebar({ api: { profile } })
  expect(first.assign.mock.calls).toEqual([['/api/sidebar/login?back=%2Fsidebar%2F%3Fguide%3Dlinxia&guide=linxia']])
  expect(screenText()).toContain('正在登录企业微信')
  first.wrapper.unmount()
  const second = await openSidebar({ api: { profile } })
  expect(screenText()).toContain('登录已过期')
  expect(second.assign).not.toHaveBeenCalled()
  await click(button('重新登录'))
  expect(second.assign).toHaveBeenCalledOnce()
})

test('in the next window a customer seen before is there at once; after another login not', async () => {
  const never = () => new Promise<never>(() => undefined)
  const first = await openSidebar()
  first.wrapper.unmount()
  const second = await openSidebar({ api: { profile: never } })
  expect(screenText()).toContain('孙瑶')
  second.wrapper.unmount()
  const another = async () => ({ userId: 'linxia', name: '林夏', session: 's2' })
  await openSidebar({ api: { profile: never, me: another } })
  expect(screenText()).not.toContain('孙瑶')
})

test('what the first page needs is asked with the profile, not after it', async () => {
  const { api } = await openSidebar({ api: { profile: () => new Promise<never>(() => undefined) } })
  expect([api.tasks, api.proposals].map((call) => vi.mocked(call).mock.calls.length)).toEqual([1, 1])
})

test('a new customer of whom nothing is known yet shows no invented facts', async () => {
  await openSidebar({
    api: {
      profile: async (externalUserId) =>
        aProfile({
          externalUserId,
          name: null,
          remark: null,
          tiers: [],
          tags: [],
          groups: [],
          days: 0,
          source: { channel: null, addWay: null, addedAtMs: null, first: null },
          welcome: { state: 'not-sent', text: '未发送欢迎语：已过 20 秒', atMs: null },
          orders: { paidCount: 0, paidSumFen: 0, refundedCount: 0, lastPaidAtMs: null, lastItems: null },
        }),
      proposals: async () => ({ proposals: [], total: 0, how: 'file' }),
      tasks: async () => ({ tasks: [] }),
    },
  })
  const text = screenText()
  for (const words of [
    '还不知道昵称',
    '加备注',
    '来源不明',
    '今天添加',
    '未进群',
    '还没有标签',
    '还没有下过单',
    '未发送欢迎语：已过 20 秒',
    '这位客户暂时没有待办',
  ]) {
    expect(text).toContain(words)
  }
})

test.each([
  [3, true],
  [4, false],
])('a welcome that did not go out, %s days later: told is %s', async (days, isTold) => {
  const welcome = { state: 'not-sent', text: '未发送欢迎语：已过 20 秒', atMs: null } as const
  await openSidebar({ api: { profile: async (externalUserId) => aProfile({ externalUserId, days, welcome }) } })
  expect(screenText().includes('未发送欢迎语')).toBe(isTold)
})

test('pages are one tap away, and a new customer stays on the same page', async () => {
  const chat = fakeChat('wm-a')
  const { api } = await openSidebar({ chat })
  await click(link('订单'))
  expect(screenText()).toContain('MY20261119-0283')
  await chat.switchTo('wm-b')
  expect(screenText()).toContain('MY20261119-0283')
  expect(vi.mocked(api.orders).mock.calls.map(([id]) => id)).toEqual(['wm-a', 'wm-b'])
})
