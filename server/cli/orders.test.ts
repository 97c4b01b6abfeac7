import { afterEach, beforeEach, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { signedPost } from '../testing/signed-post.ts'
import { ordersProgram } from './orders.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

const send = async (orderId: string, customer: object) => {
  await t.sandbox.order({ orderId, status: 'paid', totalFen: 12_800, ...customer })
  await t.settle()
}

it('lists the orders of nobody, and says of which nobody will ever be found', async () => {
  expect(await runCommand(ordersProgram, ['unmatched'], t)).toMatchObject({ code: 0, out: '所有订单都找到了客户。' })
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  await send('known', { externalUserId })
  await send('by-phone', { phone: '13800001111' })
  await send('=1+1', { phone: '138****1111' })
  const { code, out } = await runCommand(ordersProgram, ['unmatched'], t)
  expect(code).toBe(1)
  expect(out.split('\n')).toEqual([
    '2 条订单还没有找到客户，其中 1 条没有留下能认出客户的信息',
    '',
    expect.stringMatching(/=1\+1 {2}付款 {2}128.00 {2}.* {2}没有$/),
    expect.stringMatching(/by-phone {2}付款 {2}128.00 {2}.* {2}手机尾号 1111$/),
  ])
  const json = await runCommand(ordersProgram, ['unmatched', '--json'], t)
  expect(JSON.parse(json.out)).toMatchObject({
    all: 2,
    hopeless: 1,
    orders: [{ orderId: '=1+1' }, { phoneTail: '1111' }],
  })
  const csv = await runCommand(ordersProgram, ['unmatched', '--csv'], t)
  expect(csv.out.startsWith('\uFEFF"来源","订单号"')).toBe(true)
  expect(csv.out).toContain(`"'=1+1"`)
})

it('shows an order with whose it is and from where it came, as its shop says', async () => {
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  const items = [{ sku: 's', name: '西冷牛排', quantity: 2, priceFen: 6_400 }]
  const origin = { store: '南山店', scene: '直播间', staff: null }
  const order = { orderId: 'A1', source: '甲店', status: 'paid', totalFen: 12_800, customer: { externalUserId }, items }
  expect((await signedPost(t, '/api/orders', { ...order, ...origin })).status).toBe(200)
  await t.settle()
  await send('A2', {})
  const shown = (await runCommand(ordersProgram, ['show', 'A1'], t)).out.split('\n')
  expect(shown[0]).toMatch(/ A1 付款 128.00 元，\d{4}-/)
  expect(shown.slice(1)).toEqual([`客户 ${externalUserId}`, '门店 南山店，下单渠道 直播间', '  西冷牛排 ×2'])
  expect((await runCommand(ordersProgram, ['show', 'A2'], t)).out).toContain('还没有找到客户\n店铺没有说从哪里来')
  const json = JSON.parse((await runCommand(ordersProgram, ['show', 'A1', '--json'], t)).out)
  expect(json.orders).toMatchObject([{ orderId: 'A1', externalUserId, origin: { store: '南山店', scene: '直播间' } }])
  expect(await runCommand(ordersProgram, ['show', 'A9'], t)).toMatchObject({ code: 1 })
})

it.each([[[]], [['all']], [['unmatched', '--xml']], [['unmatched', '--csv', 'x']]])(
  '%j is wrong use',
  async (words) => {
    expect(await runCommand(ordersProgram, words, t)).toMatchObject({
      code: 2,
      err: expect.stringContaining('用法'),
    })
  },
)
