import { afterEach, beforeEach, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { signedPost } from '../../testing/signed-post.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

/** Posts one after the other would not meet each other; `settle` between them would wait for all. */
const post = (path: string, body: object) => signedPost({ ...t, settle: async () => {} }, path, body)

it.runIf(process.env.TEST_MYSQL_URL)(
  'the same order twenty times at once is taken every time, twenty times over',
  async () => {
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.settle()
    const answers = new Map<number, number>()
    for (let round = 0; round < 20; round++) {
      const order = {
        orderId: `D${round}`,
        status: 'paid',
        customer: { externalUserId },
        totalFen: 12_800,
        paidAt: t.clock.now(),
        items: [{ sku: 'S1', name: '西冷牛排', quantity: 2, priceFen: 6_400 }],
        source: '有赞',
      }
      for (const { status } of await Promise.all(Array.from({ length: 20 }, () => post('/api/orders', order))))
        answers.set(status, (answers.get(status) ?? 0) + 1)
    }
    expect([...answers]).toEqual([[200, 400]])
    await t.settle()
    const [orders] = await t.rawRows<{ n: number }>('SELECT COUNT(*) AS n FROM shop_order')
    const [told] = await t.rawRows<{ n: number }>("SELECT COUNT(*) AS n FROM inbound_event WHERE kind = 'order.paid'")
    expect([Number(orders?.n), Number(told?.n)]).toEqual([20, 20])
  },
  240_000,
)

it('the same survey answers fifty times at once are taken every time', async () => {
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      post('/api/surveys', {
        surveyId: 'S1',
        responseId: 'R1',
        customer: { externalUserId },
        answeredAt: t.clock.now(),
        answers: [{ question: '口味', answer: '辣' }],
      }),
    ),
  )
  expect(new Set(answers.map(({ status, json }) => (status === 200 ? 200 : JSON.stringify(json))))).toEqual(
    new Set([200]),
  )
})
