import { afterEach, expect, test, vi } from 'vitest'
import type { Scripts } from '../../../server/sidebar-api/contract.ts'
import { aScript } from '../testing/fixtures.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { article, button, buttonIn, click, link, screenText, type } from '../testing/screen.ts'

afterEach(closeSidebars)

test('domain, situation, send: three taps', async () => {
  const chat = fakeChat()
  const { api } = await openSidebar({ chat })
  await click(link('话术'))
  await click(button(/^产品知识/))
  await click(button(/^解冻/))
  expect(vi.mocked(api.scriptsOf).mock.calls[0]?.slice(0, 2)).toEqual(['产品知识', '解冻'])
  await click(buttonIn(article('到货后教解冻'), '发送'))
  expect(chat.sent).toHaveLength(1)
})

test('the way back leads to the domains', async () => {
  await openSidebar()
  await click(link('话术'))
  await click(button(/^产品知识/))
  await click(button(/^解冻/))
  await click(button(/^产品知识/))
  expect(screenText()).toContain('价格异议')
})

test('typing asks once it is quiet, and only the newest words count', async () => {
  vi.useFakeTimers()
  const slow = deferred<Scripts>()
  const searchScripts = vi.fn((q: string) =>
    q === 'l' ? slow.promise : Promise.resolve({ scripts: [aScript({ id: 'll', title: '冷链说明' })] }),
  )
  await openSidebar({ api: { searchScripts } })
  await click(link('话术'))
  await type('搜话术', 'l')
  await vi.advanceTimersByTimeAsync(220)
  await type('搜话术', 'll')
  await vi.advanceTimersByTimeAsync(100)
  await type('搜话术', 'llx')
  await vi.advanceTimersByTimeAsync(220)
  slow.resolve({ scripts: [aScript({ id: 'old', title: '旧答案' })] })
  await vi.advanceTimersByTimeAsync(0)
  expect(searchScripts.mock.calls.map(([q]) => q)).toEqual(['l', 'llx'])
  expect(screenText()).toContain('冷链说明')
  expect(screenText()).not.toContain('旧答案')
})

test('nothing found says what to try, and clearing brings the tree back', async () => {
  vi.useFakeTimers()
  await openSidebar({ api: { searchScripts: async () => ({ scripts: [] }) } })
  await click(link('话术'))
  await type('搜话术', '火星')
  await vi.advanceTimersByTimeAsync(220)
  expect(screenText()).toContain('没有和「火星」有关的话术')
  await click(button('清空'))
  expect(screenText()).toContain('售前破冰')
})
