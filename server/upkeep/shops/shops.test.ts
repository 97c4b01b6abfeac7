import { afterEach, expect, it } from 'vitest'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { KIND } from '../../../sandbox/shops/manners.ts'
import { shopsProgram } from '../../cli/shops.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { pass } from './testing/play-month.ts'
import { shopEnv, WECHAT_SHOP } from './testing/shop-env.ts'

const lines = [{ sku: 'A', name: '牛排', quantity: 1, priceFen: 12_800 }]

let t: TestApp
afterEach(async () => {
  await t.close()
  await t.sandbox.close()
})

/** `before`: what had happened at the shop before it was connected. */
async function open({
  env = {},
  before,
  more = '',
}: {
  /** Lines of its rule. */
  more?: string
  env?: Record<string, string>
  before?: (shop: TestApp['sandbox']['shops']['wechat'], clock: TestApp['clock']) => void
} = {}): Promise<void> {
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  const sandbox = createSandbox({ clock, shopManners: KIND })
  await sandbox.listen()
  before?.(sandbox.shops.wechat, clock)
  const config = { 'shops/muye.yaml': `${WECHAT_SHOP['shops/muye.yaml']}${more}` }
  t = await buildTestApp({ config, platform: { sandbox, clock }, env: { ...shopEnv(sandbox), ...env } })
}
const shop = () => t.sandbox.shops.wechat
const orders = () =>
  t.rawRows<{ order_id: string; status: string }>('SELECT order_id, status FROM shop_order ORDER BY order_id')
const hints = () =>
  t.rawRows<{ subject: string; state: string }>('SELECT subject, state FROM shop_hint ORDER BY subject')
const alerts = async () => (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).map(({ key }) => key)
const passMany = async (times: number, ms: number): Promise<void> => {
  for (let n = 0; n < times; n++) await pass(t, ms)
}

it('a push is kept before it is answered, and read by whoever comes after a crash', async () => {
  await open()
  await pass(t, SECOND_MS)
  const orderId = shop().buy({ unionId: 'u1', lines })
  await t.sandbox.shops.settle()
  expect(await hints()).toEqual([{ subject: `order/${orderId}`, state: 'new' }])
  expect(await orders()).toEqual([])
  await t.close({ database: true })
  const { databaseUrl, sandbox, clock } = t
  t = await buildTestApp({ config: WECHAT_SHOP, databaseUrl, platform: { sandbox, clock }, env: shopEnv(sandbox) })
  await passMany(2, SECOND_MS)
  expect([await orders(), await hints()]).toEqual([[{ order_id: orderId, status: 'created' }], []])
})

it.each([
  ['no such shop', '/shops/other', 404],
  ['no signature', '/shops/muye', 403],
])('%s is refused, and nothing is kept', async (_what, path, status) => {
  await open()
  const body = JSON.stringify({ ToUserName: 'x', Encrypt: 'AAAA' })
  expect((await fetch(`${t.url}${path}`, { method: 'POST', body })).status).toBe(status)
  expect(await hints()).toEqual([])
})

it('what was before the shop was connected is read once, with its progress', async () => {
  await open({
    before: (one, clock) => {
      const now = clock.now()
      for (let day = 40; day > 0; day -= 4) {
        clock.set(now - day * DAY_MS)
        one.pay(one.buy({ unionId: 'u1', lines }))
      }
      clock.set(now)
    },
  })
  await passMany(6, SECOND_MS)
  // Thirty days back, as the rule says.
  expect(await orders()).toHaveLength(7)
  const { out } = await runCommand(shopsProgram, [], t)
  expect(out).toContain('历史订单：补完了，看到 7 个')
  expect((await runCommand(shopsProgram, ['history', 'muye', '--days', '60'], t)).code).toBe(0)
  await passMany(12, SECOND_MS)
  expect(await orders()).toHaveLength(10)
  expect((await runCommand(shopsProgram, ['history', 'nobody'], t)).code).toBe(1)
})

it('a shop that is away keeps its orders: people hear of it after ten minutes, and it is read when it is back', async () => {
  await open()
  await pass(t, SECOND_MS)
  shop().setManners({ down: 1 })
  const orderId = shop().buy({ unionId: 'u1', lines })
  await passMany(5, SECOND_MS)
  expect([await orders(), await alerts()]).toEqual([[], []])
  await passMany(14, MINUTE_MS)
  expect((await alerts()).filter((key) => key.startsWith('shops.'))).toEqual(['shops.away:muye'])
  shop().setManners({ down: 0 })
  await passMany(40, MINUTE_MS)
  expect(await orders()).toEqual([{ order_id: orderId, status: 'created' }])
  expect((await alerts()).filter((key) => key.startsWith('shops.'))).toEqual([])
})

it('a wrong secret is told at once, and asked with once a pause', async () => {
  await open({ env: { SHOP_MUYE_SECRET: 'wrong' } })
  await passMany(3, SECOND_MS)
  expect(await alerts()).toContain('shops.away:muye')
  const { code, out } = await runCommand(shopsProgram, [], t)
  expect([code, out]).toEqual([1, expect.stringContaining('AppSecret 不对')])
})

it('a shop that refuses each new token is told of to its keeper, with what to do, and read on once it takes them', async () => {
  await open({ more: 'keeper: lisi\n' })
  await pass(t, SECOND_MS)
  const told = () =>
    t.sandbox.calls('message/send').filter(({ body }) => JSON.stringify(body).includes('重置 AppSecret'))
  shop().setManners({ expiredTokens: 1 })
  const orderId = shop().buy({ unionId: 'u1', lines })
  await passMany(3, MINUTE_MS)
  expect(told()).toEqual([])
  await passMany(12, MINUTE_MS)
  // On its way while the clock goes on.
  await t.settle()
  await expect
    .poll(() => told().map(({ body }) => (body as { touser: string }).touser), { timeout: 20_000 })
    .toEqual(['lisi'])
  expect((await runCommand(shopsProgram, [], t)).out).toContain('强制换凭证')
  shop().setManners({ expiredTokens: 0 })
  await passMany(12, MINUTE_MS)
  expect(await orders()).toEqual([{ order_id: orderId, status: 'created' }])
  expect((await alerts()).filter((key) => key.startsWith('shops.'))).toEqual([])
})

it('without its secrets a shop is not asked, and nothing breaks', async () => {
  await open({ env: { SHOP_MUYE_AES_KEY: '' } })
  shop().buy({ unionId: 'u1', lines })
  await passMany(3, SECOND_MS)
  expect([await orders(), await hints(), await t.rawRows('SELECT shop FROM shop_connection')]).toEqual([[], [], []])
})

it('an order that cannot be read is given up after half a day, told of, and read again when asked', async () => {
  await open()
  await pass(t, SECOND_MS)
  const orderId = shop().buy({ unionId: 'u1', lines })
  const [order] = shop().orders()
  Object.assign(order ?? {}, { totalFen: -5 })
  await t.sandbox.shops.settle()
  for (let n = 0; n < 14; n++) await pass(t, HOUR_MS + MINUTE_MS)
  expect(await hints()).toEqual([{ subject: `order/${orderId}`, state: 'dead' }])
  expect(await alerts()).toContain('shops.unread:muye')
  expect(await runCommand(shopsProgram, ['dead'], t)).toMatchObject({ code: 1, out: expect.stringContaining(orderId) })
  Object.assign(order ?? {}, { totalFen: 12_800 })
  expect((await runCommand(shopsProgram, ['retry'], t)).out).toBe('1 个订单会再读一遍。')
  await passMany(2, SECOND_MS)
  expect([await orders(), await hints()]).toEqual([[{ order_id: orderId, status: 'created' }], []])
})
