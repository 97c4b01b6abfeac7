import { afterEach, expect, it } from 'vitest'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import { signedPost } from '../../../testing/signed-post.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

const journey = (id: string, name: string, trigger: string, more = ''): string => `
sop: ${id}
name: ${name}
trigger: ${trigger}
${more}
steps:
  - task: { for: guide, title: ${name} }
`

it('goods that arrive, money that comes back in part and habits that are broken begin journeys, each once', async () => {
  const often = 'when: { orders.paid.count: { category: 牛排, days: 90, gte: 2 } }'
  t = await openSopScene({
    sop: journey('returned', '回访', 'order.signed'),
    files: {
      'sop/second.yaml': journey(
        'soothed',
        '安抚',
        'order.partRefunded',
        'when: { orders.refunded.percent: { lt: 50 } }',
      ),
      'sop/third.yaml': journey('regular', '牛排常客', 'order.paid', often),
    },
  })
  const externalUserId = await t.scan({ state: 'store-code' })
  const iso = (days: number): string => new Date(t.clock.now() - days * DAY_MS).toISOString()
  let version = 0
  const tell = (orderId: string, more: object) =>
    signedPost(t, '/api/orders', {
      ...{ orderId, source: '小程序', status: 'paid', totalFen: 58_800, customer: { externalUserId } },
      ...{ createdAt: iso(0), paidAt: iso(0), at: iso(0), version: ++version },
      items: [{ lineId: '1', sku: 'S1', name: '肉眼牛排', quantity: 2, priceFen: 29_400, category: '牛排' }],
      ...more,
    })
  const begun = async (): Promise<string[]> =>
    (await t.rawRows<{ sop: string }>('SELECT sop FROM sop_entry ORDER BY id')).map(({ sop }) => sop)

  // Paid a hundred days ago: no habit of the last ninety.
  await tell('old', { createdAt: iso(100), paidAt: iso(100), at: iso(100) })
  await tell('a', {})
  const refund = { refundId: 'r1', fen: 1_500, at: iso(0) }
  await tell('a', { refunds: [refund] })
  await tell('a', { refunds: [refund] })
  const parcel = { number: 'SF1', company: '顺丰', shippedAt: iso(0) }
  await tell('a', { refunds: [refund], parcels: [parcel] })
  await tell('a', { refunds: [refund], parcels: [{ ...parcel, signedAt: iso(0) }] })
  await tell('a', { refunds: [refund], parcels: [{ ...parcel, signedAt: iso(0) }] })
  expect(await begun()).toEqual(['soothed', 'returned'])
  await tell('b', {})
  expect(await begun()).toEqual(['soothed', 'returned', 'regular'])
})
