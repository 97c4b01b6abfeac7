import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import type { Proposals, Tasks } from '../../../server/sidebar-api/contract.ts'
import { ApiError } from '../api/api-error.ts'
import { aTask, NOW_MS, someProposals } from '../testing/fixtures.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { article, button, buttonIn, click, link, screenText, submit, type } from '../testing/screen.ts'

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

const many = (count: number): Tasks => ({
  tasks: Array.from({ length: count }, (_, n) => aTask({ id: `${60 + n}`, title: `待办 ${n + 1}`, invitation: null })),
})
const shown = () => [...document.querySelectorAll('article')].map((card) => card.getAttribute('aria-label'))

test('three things at most are the next ones, each with its reason; how many more there are is said, and they come with one tap', async () => {
  await openSidebar({ api: { tasks: async () => many(6) } })
  expect(shown().slice(0, 4)).toEqual(['到货后教解冻', '待办 1', '待办 2', '西冷和眼肉怎么选'])
  expect(article('到货后教解冻').textContent).toContain('她 3 天前收到货，还没人问过解冻')
  for (const title of ['待办 1', '待办 2']) expect(article(title).textContent).toContain('已有付款订单，符合「付费群」')
  expect(link(/^下一步/).textContent).toContain('6')
  await click(button('还有 4 件待办'))
  expect(shown()).toContain('待办 6')
  expect(screenText()).not.toContain('件待办')
})

test('who else is after the customer is told with what they are asked for', async () => {
  const others = [
    { guide: '陈浩', title: '请她进群' },
    { guide: '陈浩', title: '问问收货' },
    { guide: '周敏', title: '首单回访' },
  ]
  await openSidebar({ api: { tasks: async () => ({ ...many(1), others }) } })
  expect([...document.querySelectorAll('.cut')].map((line) => line.textContent)).toEqual([
    '陈浩也在跟进：请她进群、问问收货',
    '周敏也在跟进：首单回访',
  ])
})

test.each([
  [2, ['到货后教解冻', '待办 1', '待办 2', '西冷和眼肉怎么选'], false],
  [3, ['到货后教解冻', '待办 1', '待办 2', '西冷和眼肉怎么选'], true],
])('with %i to-dos and something to say', async (count, cards, isCut) => {
  await openSidebar({ api: { tasks: async () => many(count) } })
  expect([shown(), screenText().includes('还有 1 件待办')]).toEqual([cards, isCut])
})

test('where nothing is to be said now three to-dos are the next things', async () => {
  const nothing = { proposals: [], total: 0, how: 'file' as const }
  await openSidebar({ api: { proposals: async () => nothing, tasks: async () => many(4) } })
  expect(shown()).toEqual(['待办 1', '待办 2', '待办 3'])
  expect(button('还有 1 件待办')).toBeDefined()
})

test('a to-do that was on the screen stays there when there is something to say after all, with what is being typed about it', async () => {
  const news = { proposals: [], total: 0, how: 'file' as const }
  const proposals = vi.fn().mockResolvedValueOnce(news).mockResolvedValue(someProposals())
  const [urgent, ...rest] = many(5).tasks
  const tasks = vi
    .fn()
    .mockResolvedValueOnce({ tasks: rest })
    .mockResolvedValue({ tasks: [urgent, ...rest] })
  await openSidebar({ api: { proposals, tasks } })
  expect(shown()).toEqual(['待办 2', '待办 3', '待办 4'])
  await click(buttonIn(article('待办 4'), '现在不做'))
  await type('不该派？', '刚退过款')
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  expect(shown().slice(0, 6)).toEqual(['到货后教解冻', '待办 1', '待办 2', '待办 3', '待办 4', '西冷和眼肉怎么选'])
  expect(button('还有 1 件待办')).toBeDefined()
  const field = document.querySelector<HTMLInputElement>('form[aria-label=不该派给我] input')
  expect(field?.value).toBe('刚退过款')
})

test('while what to say is asked for again after a failure the to-dos stay', async () => {
  const again = deferred<Proposals>()
  const proposals = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(500, 'internal', '出错'))
    .mockReturnValue(again.promise)
  await openSidebar({ api: { proposals, tasks: async () => many(1) } })
  await click(button('重试'))
  expect(shown()).toEqual(['待办 1'])
})

test('what is left is the next thing once another is done, and the rest of another customer is asked for anew', async () => {
  const chat = fakeChat('wm-a')
  const tasks = vi
    .fn()
    .mockResolvedValueOnce(many(4))
    .mockResolvedValueOnce({ tasks: many(4).tasks.slice(1) })
    .mockResolvedValue(many(5))
  vi.useFakeTimers()
  await openSidebar({ chat, api: { tasks } })
  await click(buttonIn(article('待办 1'), '完成'))
  await click(buttonIn(article('待办 1'), '是的，完成'))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(shown().slice(1, 3)).toEqual(['待办 2', '待办 3'])
  await click(button('还有 1 件待办'))
  await chat.switchTo('wm-b')
  expect(button('还有 3 件待办')).toBeDefined()
})

test('what was drawn by then is told with what is sent, not what comes with the to-dos', async () => {
  const way = deferred<Tasks>()
  const { api } = await openSidebar({ api: { tasks: () => way.promise } })
  const shown = () => vi.mocked(api.noteSent).mock.calls.map(([, told]) => [told.place, told.shown?.length])
  await click(buttonIn(article('到货后教解冻'), '发送'))
  expect(shown()).toEqual([[1, 1]])
  way.resolve({ tasks: [] })
  await flushPromises()
  await click(buttonIn(article('西冷和眼肉怎么选'), '发送'))
  expect(shown().at(-1)).toEqual([2, 2])
})

test('the words of a to-do are one tap away, with the customer’s name in them', async () => {
  await openSidebar()
  await click(buttonIn(article('邀请孙瑶进付费群'), '看话术'))
  expect(article('邀请孙瑶进付费群').textContent).toContain('孙瑶，给你留了付费群的位置')
})

test('aim and expected reply are one tap away', async () => {
  await openSidebar()
  await click(buttonIn(article('到货后教解冻'), '目标与预期'))
  expect(article('到货后教解冻').textContent).toContain('让第一次下厨不翻车，为复购打底')
  expect(article('到货后教解冻').textContent).toContain('收到了，正准备周末煎')
})

const CARE = '首单回访：问问煎得怎么样'
const aPhoneCall = () => ({
  tasks: [aTask({ id: '40', title: CARE, asksForMessage: false, script: null, invitation: null })],
})

test('完成 is one tap and can be taken back for ten seconds; then it is told once', async () => {
  vi.useFakeTimers()
  const tasks = vi.fn().mockResolvedValueOnce(aPhoneCall()).mockResolvedValue({ tasks: [] })
  const { api } = await openSidebar({ api: { tasks } })
  expect(link(/^下一步/).textContent).toContain('1')
  await click(buttonIn(article(CARE), '完成'))
  expect(article(CARE).textContent).toContain('已完成')
  await vi.advanceTimersByTimeAsync(9_000)
  expect(api.finishTask).not.toHaveBeenCalled()
  await click(buttonIn(article(CARE), '撤销'))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(api.finishTask).not.toHaveBeenCalled()
  await click(buttonIn(article(CARE), '完成'))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(vi.mocked(api.finishTask).mock.calls).toEqual([['wm-sunyao', '40']])
  expect(screenText()).not.toContain(CARE)
})

test('what is done by sending and was not sent from here is asked for once', async () => {
  vi.useFakeTimers()
  const { api } = await openSidebar()
  const invite = () => article('邀请孙瑶进付费群')
  await click(buttonIn(invite(), '完成'))
  expect(invite().textContent).toContain('还没从这里发过')
  await click(buttonIn(invite(), '还没发'))
  expect(invite().textContent).not.toContain('还没从这里发过')
  await click(buttonIn(invite(), '完成'))
  await click(buttonIn(invite(), '是的，完成'))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(vi.mocked(api.finishTask).mock.calls).toEqual([['wm-sunyao', '41']])
})

test('what was sent from here a moment ago is not asked about, however late the server tells of it', async () => {
  vi.useFakeTimers()
  const { api } = await openSidebar()
  const invite = () => article('邀请孙瑶进付费群')
  await click(buttonIn(invite(), '完成'))
  expect(invite().textContent).toContain('还没从这里发过')
  // The to-dos that are asked for next do not know of it yet.
  await click(buttonIn(invite(), '发邀请'))
  expect(invite().textContent).not.toContain('还没从这里发过')
  await click(buttonIn(invite(), '完成'))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(vi.mocked(api.finishTask).mock.calls).toEqual([['wm-sunyao', '41']])
})

test('a window that closes sends at once what could still be taken back', async () => {
  const { api } = await openSidebar({ api: { tasks: async () => aPhoneCall() } })
  await click(buttonIn(article(CARE), '完成'))
  window.dispatchEvent(new Event('pagehide'))
  await flushPromises()
  expect(api.finishTask).toHaveBeenCalledTimes(1)
})

test('a to-do that could not be ended stays, with the reason', async () => {
  vi.useFakeTimers()
  const finishTask = () =>
    Promise.reject(new ApiError(404, 'sidebar.unknown-task', '没有这条待办，可能已经转给别人，请刷新。'))
  await openSidebar({ api: { finishTask, tasks: async () => aPhoneCall() } })
  await click(buttonIn(article(CARE), '完成'))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(screenText()).toContain('孙瑶的完成待办没有保存：没有这条待办')
  expect(buttonIn(article(CARE), '完成').disabled).toBe(false)
})

test('not now, or wrong, with a word for whoever keeps the rules', async () => {
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] })
  const { api } = await openSidebar({ api: { tasks: async () => aPhoneCall() } })
  await click(buttonIn(article(CARE), '现在不做'))
  await click(button(/^明早/))
  expect(vi.mocked(api.putOffTask).mock.calls).toEqual([['wm-sunyao', '40', Date.parse('2026-11-23T09:00:00+08:00')]])
  await click(buttonIn(article(CARE), '现在不做'))
  await type('不该派？', '刚退过款')
  await submit('不该派给我')
  expect(vi.mocked(api.refuseTask).mock.calls).toEqual([['wm-sunyao', '40', '刚退过款']])
})

test('a lead gives a to-do to a colleague; whoever is none is not asked', async () => {
  const { api } = await openSidebar({
    api: { tasks: async () => ({ ...aPhoneCall(), handTo: [{ userId: 'wangwu', name: '王五' }] }) },
  })
  await click(buttonIn(article(CARE), '现在不做'))
  await click(button('转给王五'))
  expect(vi.mocked(api.handOnTask).mock.calls).toEqual([['wm-sunyao', '40', 'wangwu']])
  expect(screenText()).toContain('已转给王五')
  closeSidebars()
  await openSidebar({ api: { tasks: async () => aPhoneCall() } })
  await click(buttonIn(article(CARE), '现在不做'))
  expect(screenText()).not.toContain('转给')
})

test('a to-do says why it is there', async () => {
  await openSidebar()
  await click(buttonIn(article('邀请孙瑶进付费群'), /^为什么/))
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
  await openSidebar({ api: { proposals: async () => ({ proposals: [fresh, second], total: 7, how: 'file' }) } })
  expect([...document.querySelectorAll('article')].at(0)?.getAttribute('aria-label')).toBe('西冷和眼肉怎么选')
  expect(article('西冷和眼肉怎么选').textContent).toContain('买过的品类 西冷')
  expect(article('到货后教解冻').textContent).toContain('欢迎语刚说过')
  expect(screenText()).toContain('合适的共 7 条，先看 2 条')
})

test('what became of a script is said in whole numbers, from ten customers on, and whose turn it is', async () => {
  const { proposals } = someProposals()
  const [first, second] = proposals
  if (first === undefined || second === undefined) throw new Error('two proposals are wanted')
  const few = { ...second, became: { customers: 9, bought: 9, days: 7 } }
  await openSidebar({ api: { proposals: async () => ({ proposals: [first, few], total: 2, how: 'explored' }) } })
  expect(article('到货后教解冻').textContent).toContain('发给过 31 位客户，7 天内 9 位下了单；轮到它试一试')
  expect(article('西冷和眼肉怎么选').textContent).not.toContain('下了单')
  await click(buttonIn(article('到货后教解冻'), '目标与预期'))
  expect(article('到货后教解冻').textContent).toContain('客户回没回看不到，只算 7 天内付款的')
})
