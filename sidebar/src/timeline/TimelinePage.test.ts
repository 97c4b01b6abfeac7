import { afterEach, expect, test, vi } from 'vitest'
import { aTimeline, NOW_MS, someOrders } from '../testing/fixtures.ts'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
import { article, button, buttons, click, link, screenText } from '../testing/screen.ts'

const DAY_MS = 86_400_000

afterEach(closeSidebars)

test('what happened, newest first, with the rule and the facts behind it', async () => {
  await openSidebar()
  await click(link('动态'))
  const lines = [...document.querySelectorAll('ol li')].map((line) => line.querySelector('p')?.textContent)
  expect(lines[0]).toBe('给林夏开了待办「邀请孙瑶进付费群」')
  expect(lines.at(-1)).toBe('通过渠道「包裹卡」添加了导购林夏')
  await click(buttons('为什么')[0] ?? button('为什么'))
  expect(screenText()).toContain('群池「付费群」')
  expect(screenText()).toContain('版本 8d21c06fa9e1')
})

test('older entries come page by page until the end', async () => {
  const oldest = {
    entries: [{ id: 1, atMs: 1, kind: 'sync.known', isRule: true, text: '同步得知这位客户', why: null }],
    nextBefore: null,
  }
  const timeline = vi.fn().mockResolvedValueOnce(aTimeline()).mockResolvedValueOnce(oldest)
  await openSidebar({ api: { timeline } })
  await click(link('动态'))
  await click(button('更早的动态'))
  expect(timeline.mock.calls[1]?.[1]).toEqual({ before: '1794000000000-2' })
  expect(screenText()).toContain('同步得知这位客户')
  expect(buttons('更早的动态')).toEqual([])
})

test('orders show what was bought for how much, and refunds as such', async () => {
  await openSidebar()
  await click(link('订单'))
  expect(screenText()).toContain('付款2 单累计¥786客单价¥393')
  const refunded = article('订单 MY20261111-0031')
  expect(refunded.textContent).toContain('已退款')
  expect(refunded.textContent).toContain('¥129')
  expect(article('订单 MY20261119-0283').textContent).toContain('原切西冷牛排 200g×4¥89')
})

test('no orders is no error', async () => {
  await openSidebar({ api: { orders: async () => ({ ...someOrders(), orders: [] }) } })
  await click(link('订单'))
  expect(screenText()).toContain('还没有订单')
})

test('what rules decided in a row is one line until it is asked for', async () => {
  const decided = (id: number, text: string) => ({ id, atMs: id, kind: 'sop.step', text, isRule: true, why: null })
  const paid = { id: 9, atMs: 9, kind: 'order.paid', text: '付款 ¥398', isRule: false, why: null }
  const entries = [decided(12, '进入甲'), decided(11, '达成乙'), decided(10, '等待一天'), paid]
  await openSidebar({ api: { timeline: async () => ({ entries, nextBefore: null }) } })
  await click(link('动态'))
  expect(screenText()).toContain('3 条规则记录')
  expect(screenText()).toContain('付款 ¥398')
  expect(screenText()).not.toContain('达成乙')
  await click(button('3 条规则记录'))
  for (const text of ['进入甲', '达成乙', '等待一天']) expect(screenText()).toContain(text)
  await click(button('3 条规则记录'))
  expect(screenText()).not.toContain('达成乙')
})

test('a filter asks for what it shows, from the newest on', async () => {
  const { api } = await openSidebar()
  await click(link('动态'))
  await click(button('往来'))
  await click(button('订单'))
  expect(vi.mocked(api.timeline).mock.calls.map(([id, page]) => [id, page])).toEqual([
    ['wm-sunyao', {}],
    ['wm-sunyao', { only: 'people' }],
    ['wm-sunyao', { only: 'orders' }],
  ])
  expect(button('订单').getAttribute('aria-pressed')).toBe('true')
})

test('an order shows which pieces came back, and where its parcels are', async () => {
  const [first] = someOrders().orders
  if (first === undefined) throw new Error('an order is wanted')
  const order = {
    ...first,
    items: [{ name: '原切西冷牛排 200g', quantity: 4, priceFen: 8_900, refundedQuantity: 1 }],
    parcels: [
      { number: 'SF100', company: '顺丰', shippedAtMs: NOW_MS - 2 * DAY_MS, signedAtMs: NOW_MS - DAY_MS },
      { number: 'YT200', company: '', shippedAtMs: NOW_MS - DAY_MS, signedAtMs: null },
    ],
  }
  await openSidebar({ api: { orders: async () => ({ ...someOrders(), orders: [order] }) } })
  await click(link('订单'))
  const text = article(`订单 ${order.orderId}`).textContent
  expect(text).toContain('原切西冷牛排 200g 退了 1×4')
  expect(text).toContain('顺丰 SF100，11月21日 10:30 签收')
  expect(text).toContain('YT200，在路上，11月21日 10:30 发出')
})
