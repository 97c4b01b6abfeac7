import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { KIND } from '../../../sandbox/shops/manners.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { pass } from './testing/play-month.ts'
import { CRMEB, shopEnv } from './testing/shop-env.ts'

const lines = [{ sku: 'A', name: '牛排', quantity: 1, priceFen: 12_800 }]

let t: TestApp
beforeEach(async () => {
  const clock = createSettableClock('2026-11-02T09:00:00+08:00')
  const sandbox = createSandbox({ clock, shopManners: KIND })
  await sandbox.listen()
  t = await buildTestApp({ config: CRMEB, platform: { sandbox, clock }, env: shopEnv(sandbox) })
  await pass(t, SECOND_MS)
})
afterEach(async () => {
  await t.close()
  await t.sandbox.close()
})
const shop = () => t.sandbox.shops.crmeb
const asked = (kind: string): number => shop().asked()[kind] ?? 0
const passMany = async (times: number, ms: number): Promise<void> => {
  for (let n = 0; n < times; n++) await pass(t, ms)
}
const parcels = () =>
  t.rawRows<{ order_id: string; signed: number }>(
    `SELECT o.order_id, CASE WHEN p.signed_at IS NULL THEN 0 ELSE 1 END AS signed
     FROM shop_order_parcel p JOIN shop_order o ON o.id = p.shop_order_id`,
  )

it('the whole list is looked through four times an hour, and what changed far down in it is found by then', async () => {
  const [first = ''] = Array.from({ length: 130 }, () => shop().buy({ uid: 77, lines }))
  await passMany(5, HOUR_MS)
  const [lists, details] = [asked('order/list'), asked('order')]
  await passMany(20, 3 * MINUTE_MS)
  // Four times both pages, sixteen times the newest alone.
  expect([asked('order/list') - lists, asked('order') - details]).toEqual([24, 0])
  shop().ship(first, { number: 'SF1', company: '顺丰' })
  await passMany(6, 3 * MINUTE_MS)
  expect(await parcels()).toEqual([{ order_id: first, signed: 0 }])
})

it('what is taken as received weeks later is found at night, and of the others none is read again', async () => {
  const [late = '', ...others] = Array.from({ length: 5 }, () => shop().buy({ uid: 77, lines }))
  for (const one of [late, ...others]) shop().ship(one, { number: `SF${one}`, company: '顺丰' })
  await passMany(3, HOUR_MS)
  await passMany(20, DAY_MS)
  shop().sign(late)
  const details = asked('order')
  await passMany(2, DAY_MS)
  expect((await parcels()).filter(({ signed }) => Number(signed) === 1).map(({ order_id: id }) => id)).toEqual([late])
  expect(asked('order') - details).toBe(1)
})
