import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { NOW_MS, someProposals, someTasks } from '../testing/fixtures.ts'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
import { article, button, buttonIn, click, link, screenText } from '../testing/screen.ts'

afterEach(closeSidebars)

test('the best proposal comes first with its reason, then the to-dos, then the rest', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-11-22T10:30:00+08:00'), toFake: ['Date'] })
  await openSidebar()
  const order = [...document.querySelectorAll('article')].map((card) => card.getAttribute('aria-label'))
  expect(order).toEqual(['到货后教解冻', '首单回访：问问煎得怎么样', '邀请孙瑶进付费群', '西冷和眼肉怎么选'])
  expect(article('首单回访：问问煎得怎么样').textContent).toContain('已超时 2 小时')
  expect(article('邀请孙瑶进付费群').textContent).toContain('今天 18:00 前')
  expect(article('西冷和眼肉怎么选').textContent).toContain('5 天前，林夏说过')
})

test('aim and expected reply are one tap away', async () => {
  await openSidebar()
  await click(buttonIn(article('到货后教解冻'), '目标与预期'))
  expect(article('到货后教解冻').textContent).toContain('让第一次下厨不翻车，为复购打底')
  expect(article('到货后教解冻').textContent).toContain('收到了，正准备周末煎')
})

test('完成 ends the to-do once and takes it off the list and the count', async () => {
  const left = { tasks: someTasks().tasks.slice(1) }
  const tasks = vi.fn().mockResolvedValueOnce(someTasks()).mockResolvedValue(left)
  const { api } = await openSidebar({ api: { tasks } })
  expect(link(/^下一步/).textContent).toContain('2')
  const done = buttonIn(article('首单回访：问问煎得怎么样'), '完成')
  done.click()
  await click(done)
  expect(vi.mocked(api.finishTask).mock.calls).toEqual([['wm-sunyao', '40']])
  expect(screenText()).not.toContain('首单回访：问问煎得怎么样')
  expect(link(/^下一步/).textContent).toContain('1')
})

test('a to-do that could not be ended stays, with the reason', async () => {
  const finishTask = () =>
    Promise.reject(new ApiError(404, 'sidebar.unknown-task', '没有这条待办，可能已经转给别人，请刷新。'))
  await openSidebar({ api: { finishTask } })
  await click(buttonIn(article('首单回访：问问煎得怎么样'), '完成'))
  expect(screenText()).toContain('没有这条待办')
  expect(buttonIn(article('首单回访：问问煎得怎么样'), '完成').disabled).toBe(false)
})

test('a to-do says why it is there', async () => {
  await openSidebar()
  await click(buttonIn(article('邀请孙瑶进付费群'), '为什么'))
  expect(screenText()).toContain('已有付款订单，符合「付费群」的入群条件')
  expect(screenText()).toContain('群池「付费群」')
  expect(screenText()).toContain('已付款订单数2')
})

test('a part that fails leaves the rest in place and can be asked for again', async () => {
  const proposals = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(500, 'internal', '服务器出了点问题，请稍后重试'))
    .mockResolvedValue(someProposals())
  await openSidebar({ api: { proposals } })
  expect(screenText()).toContain('服务器出了点问题')
  expect(article('邀请孙瑶进付费群')).toBeDefined()
  await click(button('重试'))
  expect(article('到货后教解冻')).toBeDefined()
})

test('what was heard within a day is not the thing to say, and is shown with who said it; what a claim rests on, too', async () => {
  const [first, second] = someProposals().proposals
  if (first === undefined || second === undefined) throw new Error('fixture')
  const fresh = { ...first, said: { atMs: NOW_MS, by: '欢迎语', isFresh: true } }
  await openSidebar({ api: { proposals: async () => ({ proposals: [fresh, second], total: 7 }) } })
  expect([...document.querySelectorAll('article')].at(0)?.getAttribute('aria-label')).toBe('西冷和眼肉怎么选')
  expect(article('西冷和眼肉怎么选').textContent).toContain('买过的品类 西冷')
  expect(article('到货后教解冻').textContent).toContain('欢迎语刚说过')
  expect(screenText()).toContain('合适的共 7 条，先看 2 条')
})
