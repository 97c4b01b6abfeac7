import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { KIND } from '../../../sandbox/shops/manners.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { pass } from './testing/play-month.ts'
import { CRMEB, shopEnv } from './testing/shop-env.ts'

const UNION = 'oUNION000000000000000000001'

let t: TestApp
beforeEach(async () => {
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  const sandbox = createSandbox({ clock, shopManners: KIND })
  await sandbox.listen()
  t = await buildTestApp({ config: CRMEB, platform: { sandbox, clock }, env: shopEnv(sandbox) })
})
afterEach(async () => {
  await t.close()
  await t.sandbox.close()
})

async function tell(
  event: string,
  data: object,
  { unionId = '', key = 'sandbox-event-secret-000' } = {},
): Promise<number> {
  const body = JSON.stringify({ event, unionId, data })
  const timestamp = String(Math.floor(t.clock.now() / 1_000))
  const signature = `sha256=${createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')}`
  const headers = { 'x-huoshui-timestamp': timestamp, 'x-huoshui-signature': signature }
  return (await fetch(`${t.url}/shops/mall/event`, { method: 'POST', body, headers })).status
}
const visits = () =>
  t.rawRows('SELECT kind, product_id, quantity, external_userid, source, at FROM shop_visit ORDER BY id')

it('what a buyer looked at and put into the cart is the customer’s, however often the shop tells it', async () => {
  const early = t.clock.now()
  // The first that we hear of the shop, before anything was asked of it or anybody is known.
  expect(await tell('user_product_visit', { uid: 77, product_id: 11 }, { unionId: UNION })).toBe(200)
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan', unionId: UNION })
  await t.settle()
  const at = t.clock.now() - 60_000
  const visit = { uid: 77, product_id: 12, visit_time: at / 1_000 }
  for (let n = 0; n < 2; n++) expect(await tell('user_product_visit', visit, { unionId: UNION })).toBe(200)
  // The cart's event of an account whose union id an earlier one told.
  expect(await tell('user_add_cart', { uid: 77, product_id: 12, cart_num: 3 })).toBe(200)
  // Nobody knows who that is.
  expect(await tell('user_add_cart', { uid: 78, product_id: 12, cart_num: 1 })).toBe(200)
  expect(await tell('user_product_visit', { uid: 77, product_id: 13 }, { unionId: UNION, key: 'wrong' })).toBe(401)
  const of = { product_id: '12', external_userid: externalUserId, source: '牧野商城' }
  expect(await visits()).toEqual([
    { ...of, product_id: '11', kind: 'view', quantity: 1, at: early },
    { ...of, kind: 'view', quantity: 1, at },
    { ...of, kind: 'cart', quantity: 3, at: t.clock.now() },
  ])
  // Under one name with what they order there, whatever id the shop's rule has.
  t.sandbox.shops.crmeb.buy({ uid: 77, lines: [{ sku: 'A', name: '牛排', quantity: 1, priceFen: 12_800 }] })
  for (let n = 0; n < 3; n++) await pass(t, SECOND_MS)
  expect(await t.rawRows('SELECT source FROM shop_order')).toEqual([{ source: of.source }])
})
