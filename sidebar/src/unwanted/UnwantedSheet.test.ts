import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aProfile } from '../testing/fixtures.ts'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
import { button, click, screenText, submit } from '../testing/screen.ts'

afterEach(closeSidebars)

async function choose(text: string): Promise<void> {
  const label = [...document.querySelectorAll('.choice')].find((one) => one.textContent === text)
  const input = label?.querySelector('input')
  if (input === null || input === undefined) throw new Error(`no option ${text}`)
  input.checked = true
  input.dispatchEvent(new Event('change'))
}

test('what the customer does not want is written down with how long, and said to work at once', async () => {
  const { api } = await openSidebar()
  await click(button(/^更多/))
  await click(button(/^免打扰/))
  await choose('群发')
  await choose('30 天')
  await submit('记下不想收到什么')
  expect(vi.mocked(api.changeUnwanted).mock.calls).toEqual([
    ['wm-sunyao', { scope: 'sends', refuses: true, days: 30, key: expect.stringMatching(/^[0-9a-zA-Z-]{8,64}$/) }],
  ])
  expect(screenText()).toContain('记下了，马上生效')
})

test('what holds now is shown with its end, and taken back by one tap', async () => {
  const untilMs = Date.parse('2026-12-25T10:00:00+08:00')
  const unwanted = async () => ({
    unwanted: [
      { scope: '' as const, sinceMs: 1, untilMs: null },
      { scope: 'sends' as const, sinceMs: 1, untilMs },
    ],
  })
  const { api } = await openSidebar({ api: { unwanted } })
  await click(button(/^更多/))
  await click(button(/^免打扰/))
  expect(screenText()).toContain('不发任何营销一直')
  expect(screenText()).toMatch(/不发群发到 .*12月25日/)
  await click(button(/^恢复群发/))
  expect(vi.mocked(api.changeUnwanted).mock.calls[0]?.[1]).toMatchObject({ scope: 'sends', refuses: false, days: null })
})

test('what was not written down is said, and nothing is kept for later', async () => {
  const { api } = await openSidebar({
    api: { changeUnwanted: () => Promise.reject(new ApiError(0, 'offline', '没有网络，请稍后再试')) },
  })
  await click(button(/^更多/))
  await click(button(/^免打扰/))
  await submit('记下不想收到什么')
  expect(screenText()).toContain('没有网络，请稍后再试')
  expect(vi.mocked(api.changeUnwanted).mock.calls[0]?.[1]).toMatchObject({ scope: '', refuses: true, days: null })
})

test('who may only look has no such button', async () => {
  await openSidebar({ api: { profile: async (externalUserId) => aProfile({ externalUserId, isReadOnly: true }) } })
  await click(button(/^更多/))
  expect([...document.querySelectorAll('button')].filter((one) => one.textContent?.startsWith('免打扰'))).toEqual([])
})
