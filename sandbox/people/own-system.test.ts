import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const items = [{ sku: 'A', name: '西冷', quantity: 2, priceFen: 12_800, category: '西冷' }]

it('posts a signed order with everything known about the customer', async () => {
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1', unionId: 'u1' })
  const answer = await t.sandbox.order({ orderId: 'o1', status: 'paid', externalUserId: 'wm1', items })
  expect(answer).toEqual({ orderId: 'o1', status: 200, body: 'success' })
  const { headers, body } = t.posted[0] ?? { headers: {}, body: '' }
  expect(JSON.parse(body)).toEqual({
    orderId: 'o1',
    status: 'paid',
    customer: { externalUserId: 'wm1', unionId: 'u1' },
    totalFen: 25_600,
    paidAt: '2025-03-01T09:00:00+08:00',
    items,
    source: '牧野牛排小程序商城',
  })
  const signature = createHmac('sha256', 'sandbox-orders-secret')
    .update(`1740790800.POST./api/orders.${body}`)
    .digest('hex')
  expect(headers).toMatchObject({ 'x-huoshui-timestamp': '1740790800', 'x-huoshui-signature': `v2=${signature}` })
})

it('moves an order on without repeating what is known', async () => {
  await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1' })
  const { orderId } = await t.sandbox.order({ status: 'created', externalUserId: 'wm1', items })
  await t.sandbox.order({ orderId, status: 'refunded' })
  expect(JSON.parse(t.posted[1]?.body ?? '')).toMatchObject({
    orderId,
    status: 'refunded',
    totalFen: 25_600,
    customer: { externalUserId: 'wm1' },
  })
})

it('keeps no order that did not arrive', async () => {
  t.answerWith(401)
  expect((await t.sandbox.order({ orderId: 'o1', status: 'created', externalUserId: 'wm1', items })).status).toBe(401)
  await t.sandbox.order({ orderId: 'o1', status: 'closed' })
  expect(JSON.parse(t.posted[1]?.body ?? '')).toMatchObject({ totalFen: 0, customer: {}, items: [] })
  t.sandbox.connect('http://127.0.0.1:1')
  expect((await t.sandbox.order({ status: 'created', externalUserId: 'wm1', items })).status).toBe(0)
})
