import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aProfile, someTasks } from '../testing/fixtures.ts'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
import { article, click, link, screenText } from '../testing/screen.ts'

afterEach(closeSidebars)

const onlyIntervals = () => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })

async function someSecondsLater(): Promise<void> {
  vi.advanceTimersByTime(2_600)
  await flushPromises()
  await flushPromises()
}

test('what happens meanwhile appears by itself', async () => {
  onlyIntervals()
  const profile = vi.fn().mockResolvedValue(aProfile({ newestEntry: 9 }))
  const tasks = vi.fn().mockResolvedValue({ tasks: [] })
  const { api } = await openSidebar({ api: { profile, tasks } })
  expect(screenText()).not.toContain('邀请孙瑶进付费群')

  profile.mockResolvedValue(aProfile({ newestEntry: 10, remark: '孙姐·刚下单' }))
  tasks.mockResolvedValue(someTasks())
  await someSecondsLater()

  expect(screenText()).toContain('孙姐·刚下单')
  expect(article('邀请孙瑶进付费群').textContent).toContain('发邀请')
  expect(api.proposals).toHaveBeenCalledTimes(2)
})

test('while nothing happens only who and to-dos are asked', async () => {
  onlyIntervals()
  const { api } = await openSidebar()
  await someSecondsLater()
  expect(api.profile).toHaveBeenCalledTimes(2)
  expect(api.tasks).toHaveBeenCalledTimes(2)
  expect(api.proposals).toHaveBeenCalledTimes(1)

  await click(link('动态'))
  await someSecondsLater()
  expect(api.timeline).toHaveBeenCalledTimes(1)
})

test('a page that nobody sees asks nothing, and looks at once when it is seen again', async () => {
  onlyIntervals()
  const { api } = await openSidebar()
  const seen = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  await someSecondsLater()
  expect(api.profile).toHaveBeenCalledTimes(1)

  seen.mockReturnValue('visible')
  document.dispatchEvent(new Event('visibilitychange'))
  await flushPromises()
  expect(api.profile).toHaveBeenCalledTimes(2)
})

test('a failure of a quiet look leaves the screen as it is, a lost right does not', async () => {
  onlyIntervals()
  const profile = vi.fn().mockResolvedValue(aProfile())
  await openSidebar({ api: { profile } })
  profile.mockRejectedValue(new ApiError(0, 'network', '网络不通'))
  await someSecondsLater()
  expect(screenText()).toContain('孙瑶')
  expect(screenText()).not.toContain('网络不通')

  profile.mockRejectedValue(new ApiError(403, 'sidebar.not-yours', '这位客户现在不是你的好友'))
  await someSecondsLater()
  expect(screenText()).not.toContain('孙瑶')
  expect(screenText()).toContain('看不到这位客户')

  profile.mockResolvedValue(aProfile())
  await someSecondsLater()
  expect(screenText()).toContain('孙瑶')
})
