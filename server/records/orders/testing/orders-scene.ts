import { buildTestApp } from '../../../testing/build-test-app.ts'
import { signedPost } from '../../../testing/signed-post.ts'
import { orderQueries } from '../order-queries.ts'

export const STEAK = { sku: 'S1', name: '肉眼牛排', quantity: 2, priceFen: 12_800, category: '牛排' }
/** A paid order of today. */
export const order = (overrides: object = {}) => ({
  orderId: 'A1',
  status: 'paid',
  customer: { phone: '13800001111' },
  totalFen: 25_600,
  paidAt: '2026-11-22T08:30:00+08:00',
  items: [STEAK],
  source: '小程序商城',
  ...overrides,
})

/** A shop that posts orders, and its customers. */
export async function openOrdersScene() {
  const t = await buildTestApp()
  return {
    ...t,
    post: (content: object) => signedPost(t, '/api/orders', content),
    /** A customer of zhangsan's, with these phones in the remark. */
    customer: async (mobiles: string[] = []): Promise<string> => {
      const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
      await t.settle()
      if (mobiles.length > 0) await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles })
      await t.settle()
      return externalUserId
    },
    events: async () =>
      (
        await t.rawRows<{ kind: string; payload: string }>(
          `SELECT kind, payload FROM inbound_event WHERE kind LIKE 'order.%' ORDER BY id`,
        )
      ).map(({ kind, payload }) => {
        const { orderId, first, totalFen } = JSON.parse(payload) as Record<string, unknown>
        return { kind, orderId, first, totalFen }
      }),
    summary: (externalUserId: string) => t.db.tx((tx) => orderQueries.summary(tx, externalUserId)),
  }
}
export type OrdersScene = Awaited<ReturnType<typeof openOrdersScene>>
