import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
import { screenText } from '../testing/screen.ts'

afterEach(closeSidebars)

const away = () => new ApiError(0, 'network', '连不上服务器，请检查网络后重试')

/** What the browser says of the network. */
function networkIs(isThere: boolean): void {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(isThere)
  window.dispatchEvent(new Event(isThere ? 'online' : 'offline'))
}

test('no network is said at once, and what was shown stays', async () => {
  await openSidebar()
  networkIs(false)
  await vi.waitFor(() => expect(screenText()).toContain('没有网络，先显示上次看到的内容'))
  expect(screenText()).toContain('孙瑶')
  networkIs(true)
  await vi.waitFor(() => expect(screenText()).not.toContain('没有网络'))
})

test('a network that leads nowhere is noticed by two looks in a row, one alone is a blink; the first that arrives ends it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const version = vi.fn().mockResolvedValue({ version: 'v1' })
  await openSidebar({ api: { version } })
  const beat = async () => {
    await vi.advanceTimersByTimeAsync(3_000)
    await new Promise((resolve) => setTimeout(resolve))
  }
  version.mockRejectedValueOnce(away())
  await beat()
  expect(version).toHaveBeenCalledTimes(1)
  expect(screenText()).not.toContain('连不上服务器')
  await beat()
  version.mockRejectedValue(away())
  await beat()
  await beat()
  expect(screenText()).toContain('连不上服务器，先显示上次看到的内容')
  expect(screenText()).toContain('孙瑶')
  version.mockRejectedValue(new ApiError(502, 'server', '服务器出了点问题'))
  await beat()
  expect(screenText()).not.toContain('连不上服务器')
})
