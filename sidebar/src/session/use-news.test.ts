import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aProfile, someOrders, someTasks } from '../testing/fixtures.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { article, click, link, screenText } from '../testing/screen.ts'

afterEach(closeSidebars)

const onlyIntervals = () => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })

async function aBeatLater(): Promise<void> {
  vi.advanceTimersByTime(3_000)
  for (let turn = 0; turn < 3; turn++) await flushPromises()
}

const notYours = () => new ApiError(403, 'sidebar.not-yours', '这位客户现在不是你的好友')

test('what happens meanwhile appears by itself', async () => {
  onlyIntervals()
  const version = vi.fn().mockResolvedValue({ version: 'v1' })
  const profile = vi.fn().mockResolvedValue(aProfile())
  const tasks = vi.fn().mockResolvedValue({ tasks: [] })
  const { api } = await openSidebar({ api: { version, profile, tasks } })
  expect(screenText()).not.toContain('邀请孙瑶进付费群')

  version.mockResolvedValue({ version: 'v2' })
  profile.mockResolvedValue(aProfile({ version: 'v2', remark: '孙姐·刚下单' }))
  tasks.mockResolvedValue(someTasks())
  await aBeatLater()

  expect(screenText()).toContain('孙姐·刚下单')
  expect(article('邀请孙瑶进付费群').textContent).toContain('发邀请')
  expect(api.proposals).toHaveBeenCalledTimes(2)
  await aBeatLater()
  expect(api.profile).toHaveBeenCalledTimes(2)
  expect(api.tasks).toHaveBeenCalledTimes(2)
})

test('while nothing happens only the version is asked, on every page', async () => {
  onlyIntervals()
  const { api } = await openSidebar()
  const open = async (page: string) => click(link(page))
  await aBeatLater()
  await open('订单')
  await aBeatLater()
  await open('动态')
  await aBeatLater()
  expect(api.version).toHaveBeenCalledTimes(3)
  for (const name of ['profile', 'tasks', 'proposals', 'orders', 'timeline'] as const) {
    expect([name, vi.mocked(api[name]).mock.calls.length]).toEqual([name, 1])
  }
})

test('once a minute the page is read again all the same: new names of groups are in no version', async () => {
  onlyIntervals()
  const { api } = await openSidebar()
  for (let beat = 0; beat < 20; beat++) await aBeatLater()
  expect(api.profile).toHaveBeenCalledTimes(2)
  expect(api.version).toHaveBeenCalledTimes(19)
})

test('a page that nobody sees asks nothing, and looks at once when it is seen again', async () => {
  onlyIntervals()
  const { api } = await openSidebar()
  const seen = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  await aBeatLater()
  await aBeatLater()
  expect(api.version).not.toHaveBeenCalled()

  seen.mockReturnValue('visible')
  document.dispatchEvent(new Event('visibilitychange'))
  await flushPromises()
  expect(api.version).toHaveBeenCalledOnce()
})

test('a failure of a quiet look leaves the screen as it is, a lost right does not', async () => {
  onlyIntervals()
  const version = vi.fn().mockRejectedValue(new ApiError(0, 'network', '网络不通'))
  const profile = vi.fn().mockResolvedValue(aProfile())
  await openSidebar({ api: { version, profile } })
  await aBeatLater()
  expect(screenText()).toContain('孙瑶')
  expect(screenText()).not.toContain('网络不通')

  version.mockRejectedValue(notYours())
  profile.mockRejectedValue(notYours())
  await aBeatLater()
  expect(screenText()).not.toContain('孙瑶')
  expect(screenText()).toContain('看不到这位客户')
  await aBeatLater()
  expect(profile).toHaveBeenCalledTimes(2)

  version.mockResolvedValue({ version: 'v1' })
  profile.mockResolvedValue(aProfile())
  await aBeatLater()
  expect(screenText()).toContain('孙瑶')
})

test('a reading that fails is tried again on the next beat, and a part that fails a little later', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] })
  const version = vi.fn().mockResolvedValue({ version: 'v2' })
  const profile = vi
    .fn()
    .mockResolvedValueOnce(aProfile())
    .mockRejectedValueOnce(new ApiError(502, 'server', '出错'))
  profile.mockResolvedValue(aProfile({ version: 'v2' }))
  const tasks = vi
    .fn()
    .mockResolvedValueOnce({ tasks: [] })
    .mockRejectedValueOnce(new ApiError(502, 'server', '出错'))
  tasks.mockResolvedValue(someTasks())
  await openSidebar({ api: { version, profile, tasks } })
  await vi.advanceTimersByTimeAsync(3_000)
  expect(tasks).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(tasks).toHaveBeenCalledTimes(2)
  expect(screenText()).not.toContain('邀请孙瑶进付费群')
  await vi.advanceTimersByTimeAsync(6_000)
  expect(screenText()).toContain('邀请孙瑶进付费群')
})

test('a part that is still on its way when news comes is asked once more', async () => {
  onlyIntervals()
  const old = deferred<ReturnType<typeof someOrders>>()
  const orders = vi.fn().mockReturnValueOnce(old.promise).mockResolvedValue(someOrders())
  const version = vi.fn().mockResolvedValue({ version: 'v2' })
  const profile = vi
    .fn()
    .mockResolvedValueOnce(aProfile())
    .mockResolvedValue(aProfile({ version: 'v2' }))
  await openSidebar({ api: { orders, version, profile } })
  await click(link('订单'))
  await aBeatLater()
  old.resolve({ ...someOrders(), orders: [] })
  for (let turn = 0; turn < 3; turn++) await flushPromises()
  expect(screenText()).toContain('MY20261119-0283')
})

test('a version of the former customer says nothing about the present one', async () => {
  onlyIntervals()
  const slow = deferred<{ version: string }>()
  const version = vi.fn().mockReturnValueOnce(slow.promise).mockResolvedValue({ version: 'v1' })
  const chat = fakeChat('wm-a')
  const { api } = await openSidebar({ chat, api: { version } })
  await aBeatLater()
  await chat.switchTo('wm-b')
  await aBeatLater()
  expect(vi.mocked(api.version).mock.calls.map(([id]) => id)).toEqual(['wm-a', 'wm-b'])
  slow.resolve({ version: 'v9' })
  await flushPromises()
  expect(vi.mocked(api.profile).mock.calls.map(([id]) => id)).toEqual(['wm-a', 'wm-b'])
})
