import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aProfile, NOW_MS, someOrders, someTasks } from '../testing/fixtures.ts'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
import { buttons, click, link, screenText } from '../testing/screen.ts'

afterEach(closeSidebars)

const help = ['李四还是好友，有事请李四去说', '没做完的待办已经撤下']
const lost = (by: 'customer' | 'guide' | 'unknown', standsInFor: string | null = null) => {
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] })
  const gone = { isReadOnly: true, standsInFor, lost: { by, atMs: NOW_MS - 3_600_000, help } }
  return openSidebar({
    api: {
      profile: async (externalUserId) => aProfile({ externalUserId, ...gone }),
      proposals: async () => ({ proposals: [], total: 0, how: 'file' }),
      tasks: async () => someTasks(),
    },
  })
}

test.each([
  ['customer', null, '已于 11月22日 09:30 删除你'],
  ['guide', null, '你已于 11月22日 09:30 删除这位客户'],
  ['unknown', null, '从 11月22日 09:30 起已经不是你的好友'],
  ['customer', '林夏', '已于 11月22日 09:30 删除林夏'],
  ['unknown', '林夏', '从 11月22日 09:30 起已经不是林夏的好友'],
] as const)('a friendship that ended by %s, seen for %s: %s', async (by, guide, words) => {
  await lost(by, guide)
  expect(screenText()).toContain(words)
})

test('a lost customer is read on and not changed: what may still be done stands where the next step was', async () => {
  await lost('customer')
  const text = screenText()
  for (const words of ['孙瑶', '孙姐·爱吃厚切', '来自包裹卡', '还能做什么', ...help]) expect(text).toContain(words)
  for (const name of [/改备注/, /^标签$/, /生日/, '完成', '发送', '发邀请'])
    expect([name, buttons(name)]).toEqual([name, []])
  await click(link('订单'))
  expect(screenText()).toContain('MY20261119-0283')
})

test.each([
  ['sidebar.checking', '正在核对这位客户'],
  ['sidebar.handed-on', '这位客户已经转走'],
  ['sidebar.not-yours', '看不到这位客户'],
])('%s: %s', async (code, title) => {
  await openSidebar({ api: { profile: () => Promise.reject(new ApiError(403, code, '原因')) } })
  expect(screenText()).toContain(title)
  expect(screenText()).toContain('原因')
})

test('while WeCom is being asked the page asks again by itself', async () => {
  vi.useFakeTimers()
  const checking = new ApiError(403, 'sidebar.checking', '正在向企业微信核对')
  const profile = vi.fn().mockRejectedValueOnce(checking).mockResolvedValue(aProfile())
  await openSidebar({ api: { profile } })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(screenText()).toContain('孙瑶')
})

test('orders beyond the first page: how many there are, and the rest on a tap', async () => {
  const [first, ...rest] = someOrders().orders
  if (first === undefined) throw new Error('no orders')
  const orders = vi
    .fn()
    .mockResolvedValueOnce({ ...someOrders(), orders: [first], nextBefore: '5-1' })
    .mockResolvedValue({ ...someOrders(), orders: rest, nextBefore: null })
  await openSidebar({ api: { orders } })
  await click(link('订单'))
  expect(screenText()).toContain('共 3 单，先看最近 1 单')
  await click(buttons('更早的订单')[0] as HTMLElement)
  expect(orders.mock.calls[1]?.slice(0, 2)).toEqual(['wm-sunyao', '5-1'])
  expect(screenText()).toContain('MY20261111-0031')
  expect(screenText()).not.toContain('先看最近')
  expect(buttons('更早的订单')).toEqual([])
})
