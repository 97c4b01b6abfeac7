import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { someOrders } from '../testing/fixtures.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import {
  article,
  button,
  buttonIn,
  buttons,
  click,
  link,
  screenText,
  sheets,
  submit,
  submitButton,
  type,
} from '../testing/screen.ts'
import { fenOf } from '../text/money.ts'
import type { ChatContext } from '../wecom/chat-client.ts'

afterEach(closeSidebars)

const FORM = '按订单号绑定'
const openSheet = async () => {
  await click(link('订单'))
  await click(button('少了一单？按订单号绑定'))
}
const choose = async (words: string) => {
  const label = [...document.body.querySelectorAll('label')].find((one) => one.textContent === words)
  await click(label?.querySelector('input') as HTMLElement)
}

test('the number and the last four digits are sent once, and the list is read anew', async () => {
  const { api } = await openSidebar()
  await openSheet()
  await type('订单号', ' MY-1 ')
  await type('手机后四位', '222')
  expect((submitButton(FORM) as HTMLButtonElement).disabled).toBe(true)
  await type('手机后四位', '2222')
  await submit(FORM)
  expect(vi.mocked(api.bindOrder).mock.calls).toEqual([
    ['wm-sunyao', { orderId: 'MY-1', phoneTail: '2222', key: expect.stringMatching(/^[0-9a-f]{32}$/) }],
  ])
  expect(sheets()).toEqual([])
  expect(api.orders).toHaveBeenCalledTimes(2)
  expect(screenText()).toContain('绑好了')
})

test('the sum in yuan goes out as fen, with the day', async () => {
  const { api } = await openSidebar()
  await openSheet()
  await choose('报金额和日期')
  await type('订单号', 'MY-1001')
  await type('实付金额', '138.5')
  expect((submitButton(FORM) as HTMLButtonElement).disabled).toBe(true)
  await type('付款日期', '2026-11-19')
  await submit(FORM)
  expect(vi.mocked(api.bindOrder).mock.calls[0]?.[1]).toMatchObject({ paidFen: 13_850, paidOn: '2026-11-19' })
})

test('a refusal stands in the sheet with what was typed, and goes with the next letter', async () => {
  const bindOrder = vi.fn(async () => ({ isBound: false, zh: '没有对上：请再看一眼' }))
  await openSidebar({ api: { bindOrder } })
  await openSheet()
  await type('订单号', 'MY-1001')
  await type('手机后四位', '2222')
  await submit(FORM)
  expect(screenText()).toContain('没有对上')
  expect(document.body.querySelector('input')?.value).toBe('MY-1001')
  await type('手机后四位', '3333')
  expect(screenText()).not.toContain('没有对上')
})

test('what was typed for one customer is gone with the next', async () => {
  const chat = fakeChat()
  await openSidebar({ chat })
  await openSheet()
  await type('订单号', 'MY-1001')
  await chat.switchTo('wm-anan')
  expect([...document.body.querySelectorAll('input')].map((one) => one.value)).not.toContain('MY-1001')
})

test('what was bound by hand says so and is taken back with a second tap', async () => {
  const [first] = someOrders().orders
  if (first === undefined) throw new Error('an order is wanted')
  const { api } = await openSidebar({
    api: { orders: async () => ({ ...someOrders(), orders: [{ ...first, isBoundByHand: true }] }) },
  })
  await click(link('订单'))
  const card = article(`订单 ${first.orderId}`)
  await click(buttonIn(card, /^撤销/))
  expect(api.unbindOrder).not.toHaveBeenCalled()
  expect(screenText()).toContain('不会自动收回')
  await click(buttonIn(card, /^真的撤销/))
  expect(vi.mocked(api.unbindOrder).mock.calls[0]?.[1]).toMatchObject({ orderId: first.orderId, source: '有赞商城' })
  expect(api.orders).toHaveBeenCalledTimes(2)
})

test('while nobody knows whom the chat is with nothing is bound and nothing taken back', async () => {
  const [first] = someOrders().orders
  if (first === undefined) throw new Error('an order is wanted')
  const chat = fakeChat()
  const answer = deferred<ChatContext>()
  let asked = 0
  let listen: () => void = () => undefined
  const { api } = await openSidebar({
    api: { orders: async () => ({ ...someOrders(), orders: [{ ...first, isBoundByHand: true }] }) },
    chat: {
      ...chat,
      context: () => (asked++ === 0 ? chat.context() : answer.promise),
      onContextChange: (listener) => {
        listen = listener
        return () => undefined
      },
    },
  })
  await openSheet()
  await type('订单号', 'MY-1')
  await type('手机后四位', '2222')
  const form = document.body.querySelector(`form[aria-label="${FORM}"]`)
  const undo = buttonIn(article(`订单 ${first.orderId}`), /^撤销/)
  await click(undo)
  listen()
  form?.dispatchEvent(new Event('submit', { cancelable: true }))
  undo.click()
  await flushPromises()
  expect(api.bindOrder).not.toHaveBeenCalled()
  expect(api.unbindOrder).not.toHaveBeenCalled()
  expect(screenText()).toContain('聊天正在换人')
})

test('kinds of goods stand above the orders, and the rhythm once in the strip above all', async () => {
  await openSidebar()
  await click(link('订单'))
  expect(screenText()).toContain('牛排 5 件 · 2 单')
  expect(screenText().split('约 12 天买一次')).toHaveLength(2)
  expect(buttons(/^撤销/)).toEqual([])
})

test.each([
  ['138', 13_800],
  ['138.5', 13_850],
  ['￥1,280.00', 128_000],
  ['１３８元', 13_800],
  ['13.856', undefined],
  ['-1', undefined],
  ['', undefined],
  ['一百', undefined],
])('%s is %s fen', (text, fen) => {
  expect(fenOf(text)).toBe(fen)
})
