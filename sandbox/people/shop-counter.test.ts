import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'
import { KIND } from '../shops/manners.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox({ shopManners: KIND })
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1', unionId: 'u1' })
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm2', unionId: 'u2' })
})
afterEach(() => t.close())

const stateOf = (): unknown[] =>
  t.sandbox.ordersAtShop('u1').map(({ state, totalFen, refundedFen }) => [state, totalFen, refundedFen])

it('an order goes its way: paid, shipped, received, a part and then all of the money back', () => {
  const { orderId } = t.sandbox.buy({ externalUserId: 'wm1', sku: 'NP-XL-200', quantity: 2 })
  t.sandbox.buy({ externalUserId: 'wm2', sku: 'NP-ET-100' })
  expect(stateOf()).toEqual([['created', 25_600, 0]])
  const steps = [
    ['pay', undefined, ['paid', 25_600, 0]],
    ['refund', 1_500, ['paid', 25_600, 1_500]],
    ['ship', undefined, ['shipped', 25_600, 1_500]],
    ['sign', undefined, ['signed', 25_600, 1_500]],
    ['refund', undefined, ['refunded', 25_600, 25_600]],
  ] as const
  for (const [does, fen, expected] of steps) {
    t.sandbox.moveOrder({ orderId, does, ...(fen === undefined ? {} : { fen }) })
    expect(stateOf()).toEqual([expected])
  }
})

it('refuses what an order cannot do, and whom and what it does not know', () => {
  const { orderId } = t.sandbox.buy({ externalUserId: 'wm1', sku: 'NP-XL-200' })
  for (const does of ['ship', 'sign', 'refund'] as const) {
    expect(() => t.sandbox.moveOrder({ orderId, does })).toThrow('不能这样操作')
  }
  t.sandbox.moveOrder({ orderId, does: 'close' })
  expect(() => t.sandbox.moveOrder({ orderId, does: 'pay' })).toThrow('不能这样操作')
  expect(() => t.sandbox.moveOrder({ orderId: '1', does: 'pay' })).toThrow('没有这个订单')
  expect(() => t.sandbox.buy({ externalUserId: 'nobody', sku: 'NP-XL-200' })).toThrow('没有这位顾客')
  expect(() => t.sandbox.buy({ externalUserId: 'wm1', sku: 'toy' })).toThrow('没有这个商品')
})

it('pushes what happens, until pushes are lost', async () => {
  const { orderId } = t.sandbox.buy({ externalUserId: 'wm1', sku: 'NP-XL-200' })
  expect(t.sandbox.shops.wechat.pushLog()).toMatchObject({ sent: 1, lost: 0 })
  expect(t.sandbox.losesPushes()).toBe(false)
  t.sandbox.setShopManners({ lost: 1 })
  expect(t.sandbox.losesPushes()).toBe(true)
  t.sandbox.moveOrder({ orderId, does: 'pay' })
  expect(t.sandbox.shops.wechat.pushLog()).toMatchObject({ sent: 2, lost: 1 })
})
