import { afterEach, expect, test, vi } from 'vitest'
import type { FoundScripts } from '../../../server/sidebar-api/contract.ts'
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
  const slow = deferred<FoundScripts>()
  const searchScripts = vi.fn((q: string) =>
    q === 'l' ? slow.promise : Promise.resolve({ total: 1, scripts: [aScript({ id: 'll', title: '冷链说明' })] }),
  )
  await openSidebar({ api: { searchScripts } })
  await click(link('话术'))
  await type('搜话术', 'l')
  await vi.advanceTimersByTimeAsync(220)
  await type('搜话术', 'll')
  await vi.advanceTimersByTimeAsync(100)
  await type('搜话术', 'llx')
  await vi.advanceTimersByTimeAsync(220)
  slow.resolve({ total: 1, scripts: [aScript({ id: 'old', title: '旧答案' })] })
  await vi.advanceTimersByTimeAsync(0)
  expect(searchScripts.mock.calls.map(([q]) => q)).toEqual(['l', 'llx'])
  expect(screenText()).toContain('冷链说明')
  expect(screenText()).not.toContain('旧答案')
})

test('nothing found says what to try, and clearing brings the tree back', async () => {
  vi.useFakeTimers()
  await openSidebar({ api: { searchScripts: async () => ({ total: 0, scripts: [] }) } })
  await click(link('话术'))
  await type('搜话术', '火星')
  await vi.advanceTimersByTimeAsync(220)
  expect(screenText()).toContain('没有和「火星」有关的话术')
  await click(button('清空'))
  expect(screenText()).toContain('售前破冰')
})

test('how many were found is told, and the rest comes on a tap', async () => {
  vi.useFakeTimers()
  const page = (from: number, count: number) => ({
    total: 25,
    scripts: Array.from({ length: count }, (_, n) => aScript({ id: `s${from + n}`, title: `第${from + n}条` })),
  })
  const searchScripts = vi.fn(async (_q: string, from = 0) => page(from, from === 0 ? 20 : 5))
  await openSidebar({ api: { searchScripts } })
  await click(link('话术'))
  await type('搜话术', '冷链')
  await vi.advanceTimersByTimeAsync(220)
  expect(screenText()).toContain('找到 25 条，先看 20 条')
  await click(button('再看 20 条'))
  expect(searchScripts.mock.calls.map(([, from]) => from)).toEqual([0, 20])
  expect(screenText()).toContain('第24条')
  expect(screenText()).toContain('找到 25 条')
  expect(screenText()).not.toContain('先看 20 条')
})
