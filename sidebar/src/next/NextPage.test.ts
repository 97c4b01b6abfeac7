import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aTask, NOW_MS, someProposals } from '../testing/fixtures.ts'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
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
