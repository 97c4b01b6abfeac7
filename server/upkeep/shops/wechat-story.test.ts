import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { KIND } from '../../../sandbox/shops/manners.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { shopEnv, WECHAT_SHOP } from './testing/shop-env.ts'

const config = {
  ...WECHAT_SHOP,
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\nattachments:\n  - groupQr: 科普群\n',
  'groups/g.yaml': `
pool: 科普群
role: education
groups: { namePrefix: 牧野·科普 }
capacity: 200
entry: { orders.paid.count: 0 }
inviteOn: [customer.added]
inviteBy: welcome
---
pool: 付费群
role: paid
groups: { namePrefix: 牧野·付费 }
capacity: 200
entry: { orders.paid.count: { gte: 1 } }
inviteOn: [order.paid]
inviteBy: task
`,
}

let t: TestApp
beforeEach(async () => {
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  const sandbox = createSandbox({ clock, retryDelaysMs: [5, 10], shopManners: { ...KIND, doubled: 1 } })
  await sandbox.listen()
  t = await buildTestApp({ config, platform: { sandbox, clock }, env: shopEnv(sandbox) })
  for (const name of ['牧野·科普1', '牧野·付费1']) await t.sandbox.createGroup({ name, ownerUserId: 'lisi' })
  await t.settle()
})
afterEach(async () => {
  await t.close()
  await t.sandbox.close()
})

/** A question makes a hint, the next second reads it, and what follows is done in the one after. */
async function pass(ms: number): Promise<void> {
  await t.advance(ms)
  for (let second = 0; second < 3; second++) await t.advance(SECOND_MS)
}
const openTasks = async (): Promise<string[]> => (await t.openTasks()).map(({ title, userid }) => `${userid} ${title}`)
const orders = () =>
  t.rawRows<{ order_id: string; status: string; refunded_fen: number; source: string }>(
    'SELECT order_id, status, refunded_fen, source FROM shop_order ORDER BY order_id',
  )
async function joins(externalUserId: string, pool: string): Promise<void> {
  const way = await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, pool))
  await t.advance(MINUTE_MS)
  await t.sandbox.joinGroup({ externalUserId, state: way?.state ?? '' })
  await t.settle()
}

it('scan, an order whose push is lost, a parcel, money back in part, then all of it: the right group each time', async () => {
  const shop = t.sandbox.shops.wechat
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan', unionId: 'oUNION000000000000000000001' })
  await t.settle()
  const unionId = t.sandbox.world.customers.get(externalUserId)?.unionId
  await joins(externalUserId, '科普群')
  expect(await openTasks()).toEqual([])

  shop.setManners({ lost: 1 })
  const lines = [{ sku: 'NP-LB-588', name: '家庭月度礼盒', quantity: 1, priceFen: 58_800 }]
  const orderId = shop.buy({ unionId, lines })
  shop.pay(orderId)
  await pass(SECOND_MS)
  expect(await orders()).toEqual([])
  await pass(3 * MINUTE_MS)
  const source = '牧野微信小店'
  expect(await orders()).toEqual([{ order_id: orderId, status: 'paid', refunded_fen: 0, source }])
  expect(await openTasks()).toEqual(['zhangsan 邀请进「付费群」'])
  await joins(externalUserId, '付费群')
  expect(await openTasks()).toEqual(['zhangsan 请客户退出「科普群」'])

  shop.setManners({ lost: 0 })
  shop.ship(orderId, { number: 'SF1234567890123', company: '顺丰速运' })
  await pass(SECOND_MS)
  expect(await t.rawRows('SELECT number, company FROM shop_order_parcel')).toEqual([
    { number: 'SF1234567890123', company: '顺丰速运' },
  ])

  await t.advance(MINUTE_MS)
  shop.refund(orderId, 1_500)
  await pass(SECOND_MS)
  expect(await orders()).toEqual([{ order_id: orderId, status: 'paid', refunded_fen: 1_500, source }])
  expect(await openTasks()).toEqual(['zhangsan 请客户退出「科普群」'])

  await t.advance(MINUTE_MS)
  shop.refund(orderId)
  await pass(SECOND_MS)
  expect(await orders()).toEqual([{ order_id: orderId, status: 'refunded', refunded_fen: 58_800, source }])
  expect(await openTasks()).toEqual(['zhangsan 请客户退出「付费群」'])

  const lines_ = (await t.timelineOf(externalUserId)).filter((line) => /订单|付款|发货|退款/.test(line))
  expect(new Set(lines_).size).toBe(lines_.length)
  expect(await t.rawRows('SELECT subject FROM shop_hint')).toEqual([])
  const [found] = await t.rawRows<{ poll: number; push: number }>(
    'SELECT found_by_poll AS poll, found_by_push AS push FROM shop_connection',
  )
  expect(Number(found?.poll) + Number(found?.push)).toBe(4)
  expect(Number(found?.poll)).toBeGreaterThan(0)
})
