import { afterEach, beforeEach, expect, test } from 'vitest'
import { auditQueries } from '../records/audit/audit-queries.ts'
import { type OrdersScene, openOrdersScene, order } from '../records/orders/testing/orders-scene.ts'
import { runCommand } from '../testing/run-command.ts'
import { signedPost } from '../testing/signed-post.ts'
import { customersProgram } from './customers.ts'

let t: OrdersScene
beforeEach(async () => {
  t = await openOrdersScene()
})
afterEach(() => t.close())

const env = { ORDERS_SECRET: 'sandbox-orders-secret' }
const run = async (...words: string[]) => {
  const { code, out, err } = await runCommand(customersProgram, words, { ...t, env })
  await t.advance(2_000)
  return code === 0 ? out : err
}
const owners = () =>
  t.rawRows<{ order_id: string; external_userid: string | null; matched_by: string | null }>(
    'SELECT order_id, external_userid, matched_by FROM shop_order ORDER BY order_id',
  )
const WHY = ['--why', '客户发来了订单截图']

test('a buyer is merged by an order of theirs, all of their orders follow, and go back; every step is in the audit, no phone is', async () => {
  const id = await t.customer()
  await t.post(order({ orderId: 'A1' }))
  await t.post(order({ orderId: 'A2', customer: { phone: '13800001111', shopUserId: 'u7' } }))
  await t.post(order({ orderId: 'A3', customer: { shopUserId: 'u7' } }))
  await t.post(order({ orderId: 'B1', customer: { phone: '13900002222' } }))
  expect(await run('merge', id, '--order', 'A2', ...WHY)).toContain('3 笔订单（768.00 元）归过来')
  await t.post(order({ orderId: 'A4', customer: { shopUserId: 'u7' } }))
  const link = { external_userid: id, matched_by: 'link' }
  const nobodys = { external_userid: null, matched_by: null }
  expect(await owners()).toEqual([
    ...['A1', 'A2', 'A3', 'A4'].map((order_id) => ({ order_id, ...link })),
    { order_id: 'B1', ...nobodys },
  ])
  expect((await t.summary(id)).paidCount).toBe(4)
  expect(await run('merged')).toMatch(/手机号、「小程序商城」的会员 u7 .*客户发来了订单截图/)
  expect(await run('merge', id, '--phone', '138 0000 1111', ...WHY)).toBe('不用合并：这个买家已经是这位客户。')

  expect(await run('unmerge', '1')).toMatch(/^已撤销/)
  expect((await owners()).map((row) => row.external_userid)).toEqual([null, null, null, null, null])
  expect(await run('unmerge', '1')).toMatch(/^没有编号是 1 的合并/)
  // Once more is once more: what is told of it is told again.
  await run('merge', id, '--phone', '13800001111', ...WHY)
  expect((await t.events()).filter(({ kind, orderId }) => kind === 'order.paid' && orderId === 'A1')).toHaveLength(2)
  const audit = JSON.stringify(await t.db.view((tx) => auditQueries.list(tx, { what: 'command' }, 100)))
  expect(audit).toContain('merge 1')
  expect(audit).not.toContain('13800001111')
  expect(audit).not.toContain('138 0000 1111')
})

test('two union ids never merge, nor what WeCom knows to be another’s; nor twice to two', async () => {
  const unionId = (n: number) => `oUNION00000000000000000000${n}`
  const { externalUserId: one } = await t.sandbox.scan({ userId: 'zhangsan', unionId: unionId(1) })
  await t.settle()
  const two = await t.customer(['13900002222'])
  const three = await t.customer()
  await t.post(order({ orderId: 'U2', customer: { unionId: unionId(2), phone: '13800001111' } }))
  await t.post(order({ orderId: 'P1', customer: { phone: '13800001111' } }))
  expect(await run('merge', one, '--union', unionId(2), ...WHY)).toMatch(/两个 unionId 就是两个人/)
  expect(await run('merge', one, '--phone', '13900002222', ...WHY)).toMatch(/已经是另一位客户的/)
  expect(await run('merge', one, '--phone', '13800001111', ...WHY)).toContain('1 笔订单')
  // The order of another union id is not lent along with the phone.
  expect((await owners()).map((row) => row.external_userid)).toEqual([one, null])
  expect(await run('merge', two, '--order', 'U2', ...WHY)).toMatch(/人工认给了另一位客户/)
  expect(await run('merge', three, '--union', unionId(2), ...WHY)).toMatch(/^已合并/)
  expect(await run('merge', three, '--union', unionId(3), ...WHY)).toMatch(/两个 unionId 就是两个人/)
  expect((await owners()).map((row) => row.external_userid)).toEqual([one, three])
})

test('WeCom has the last word: whoever it identifies gets what was lent', async () => {
  const { externalUserId: id } = await t.sandbox.scan({ userId: 'lisi' })
  await t.settle()
  await t.post(order({ orderId: 'P1' }))
  await run('merge', id, '--order', 'P1', ...WHY)
  const owner = await t.customer(['13800001111'])
  expect(await owners()).toEqual([{ order_id: 'P1', external_userid: owner, matched_by: 'phone' }])
  expect(await t.timelineOf(id, 'order.unbound')).toEqual(['一笔人工归给这位客户的订单不再算：店铺说它是另一位客户的'])
  expect((await t.summary(id)).paidCount).toBe(0)
})

test('once WeCom tells another union id of the customer, nothing is lent by that of before, neither of then nor of now', async () => {
  const unionId = (n: number) => `oUNION00000000000000000000${n}`
  const buyer = { unionId: unionId(2), phone: '13800001111' }
  const visit = (visitId: string) =>
    signedPost(t, '/api/visits', {
      visits: [
        { visitId, source: '小程序商城', customer: buyer, kind: 'view', at: t.clock.now(), product: { id: 'p1' } },
      ],
    })
  const visitors = () =>
    t.rawRows<{ visit_id: string; external_userid: string | null; lent: number }>(
      'SELECT visit_id, external_userid, lent FROM shop_visit ORDER BY visit_id',
    )
  const id = await t.customer()
  await t.post(order({ orderId: 'U1', customer: buyer }))
  await t.post(order({ orderId: 'U2', customer: { phone: '13800001111' } }))
  await run('merge', id, '--order', 'U1', ...WHY)
  await visit('v1')
  const link = { external_userid: id, matched_by: 'link' }
  expect((await owners()).map(({ order_id: _, ...of }) => of)).toEqual([link, link])
  expect(await visitors()).toEqual([{ visit_id: 'v1', external_userid: id, lent: 1 }])

  await t.sandbox.scan({ userId: 'lisi', externalUserId: id, unionId: unionId(1) })
  await t.settle()
  await t.post(order({ orderId: 'U3', customer: buyer }))
  await visit('v2')
  expect((await owners()).map((row) => row.external_userid)).toEqual([null, null, null])
  expect(await visitors()).toEqual(['v1', 'v2'].map((visit_id) => ({ visit_id, external_userid: null, lent: 0 })))
})
