import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { originOf } from './order-origin.ts'
import { newsOf } from './origin-store.ts'
import { type OrdersScene, openOrdersScene, order } from './testing/orders-scene.ts'

let t: OrdersScene
let externalUserId: string
beforeEach(async () => {
  t = await openOrdersScene()
  externalUserId = await t.customer()
})
afterEach(() => t.close())

const told = (more: object, orderId = 'A1') =>
  order({ orderId, customer: { externalUserId }, totalFen: 10_000, paidAt: '2026-11-20T08:30:00+08:00', ...more })
const post = async (more: object, orderId?: string) => (await t.post(told(more, orderId))).json
const origins = async () =>
  (
    await t.rawRows<{ order_id: string; part: string; word: string }>(
      'SELECT o.order_id, w.part, w.word FROM shop_order_origin w JOIN shop_order o ON o.id = w.shop_order_id ORDER BY o.order_id, w.part',
    )
  ).map(({ order_id, part, word }) => `${order_id} ${part} ${word}`)
const known = async (path: string) =>
  (await t.db.tx((tx) => t.huoshui.facts.of(tx, [externalUserId], t.clock.now(), [path])))
    .get(externalUserId)
    ?.get(path)

describe('where an order came from', () => {
  it('is kept as it was said; null, empty and absent take nothing away; another word takes its place', async () => {
    await post({ store: '南山店', staff: 'G7', scene: '直播间', campaign: '双十一' })
    expect(await post({ store: null, staff: '', scene: '直播间' })).toMatchObject({ result: 'unchanged' })
    expect(await origins()).toEqual(['A1 campaign 双十一', 'A1 scene 直播间', 'A1 staff G7', 'A1 store 南山店'])
    expect(await post({ staff: 'G8' })).toMatchObject({ result: 'corrected' })
    expect(await post({ staff: 'G8' })).toMatchObject({ result: 'unchanged' })
    expect(await origins()).toContain('A1 staff G8')
  })

  it('of two pictures the newer counts, whichever comes first, and one that does not tell it leaves it', async () => {
    await post({ version: 3, store: '福田店' })
    await post({ version: 5 })
    await post({ version: 2, store: '南山店', campaign: '双十一' })
    // A piece of news, or a file, knows less than any picture.
    await post({ store: '罗湖店', scene: '小程序' })
    expect(await origins()).toEqual(['A1 campaign 双十一', 'A1 scene 小程序', 'A1 store 福田店'])
    expect(await post({ version: 6, store: '罗湖店' })).toMatchObject({ result: 'corrected' })
    expect(await origins()).toContain('A1 store 罗湖店')
  })

  it('no phone stays in it, and a text that is too long is refused', async () => {
    await post({ staff: '小王13800138000' })
    expect((await origins()).join()).not.toContain('13800138000')
    expect((await t.post(told({ store: '店'.repeat(101) }))).status).toBe(400)
  })
})

it('however pictures are shuffled and doubled, what the newest says of each part is what is kept', () => {
  const picture = fc.record({
    version: fc.nat(6),
    store: fc.constantFrom('', 'A', 'B'),
    staff: fc.constantFrom('', 'A', 'B'),
  })
  const all = fc.uniqueArray(picture, { selector: ({ version }) => version, maxLength: 6 })
  const end = (pictures: readonly { version: number; store: string; staff: string }[]) => {
    const kept = new Map<string, ReturnType<typeof newsOf>[number]>()
    for (const { version, ...words } of pictures)
      for (const one of newsOf(originOf(words), [...kept.values()], version)) kept.set(one.part, one)
    return [...kept.values()].sort((a, b) => (a.part < b.part ? -1 : 1))
  }
  fc.assert(
    fc.property(
      all.chain((one) =>
        fc.tuple(fc.constant(one), fc.shuffledSubarray([...one, ...one], { minLength: one.length * 2 })),
      ),
      ([pictures, shuffled]) => {
        expect(end(shuffled)).toEqual(end(pictures.toSorted((a, b) => a.version - b.version)))
      },
    ),
  )
})

it('rules count the orders of a store, a channel and a campaign', async () => {
  await post({ store: '南山店', scene: '直播间', campaign: '双十一' }, 'A1')
  await post({ store: '南山店', scene: '小程序' }, 'A2')
  await post({ scene: '直播间', staff: '南山店' }, 'A3')
  await post({}, 'A4')
  const facts = [
    ['orders.paid.count', 4],
    ['orders.paid.count[store=南山店]', 2],
    ['orders.paid.count[scene=直播间]', 2],
    ['orders.paid.sum[store=南山店,scene=直播间]', 10_000],
    ['orders.paid.count[store=南山店|福田店,campaign=双十一]', 1],
    ['orders.paid.count[category=牛排,store=福田店]', 0],
  ] as const
  for (const [path, value] of facts) expect([path, await known(path)]).toEqual([path, value])
})
