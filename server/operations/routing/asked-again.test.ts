import { afterEach, beforeEach, expect, test } from 'vitest'
import { set, sql } from '../../core/db/sql.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

const config = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
  'groups/g.yaml':
    'pool: 付费群\nrole: paid\ngroups: { namePrefix: 牧野·付费 }\ncapacity: 3\nentry: { orders.paid.count: { gte: 1 } }\ninviteOn: [order.paid]\ninviteBy: task\n',
}

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config })
  await t.sandbox.createGroup({ name: '牧野·付费1', ownerUserId: 'lisi' })
  await t.settle()
})
afterEach(() => t.close())

const openTasks = async () => (await t.openTasks()).map(({ kind, title, userid }) => ({ kind, title, userid }))

/** A customer of zhangsan's in the 付费群 whose only order was taken back. */
async function refundedMember(): Promise<string> {
  await t.advance(MINUTE_MS)
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  await t.sandbox.order({ externalUserId, orderId: 'o1', totalFen: 19_900, status: 'paid' })
  await t.settle()
  const way = await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, '付费群'))
  await t.advance(MINUTE_MS)
  await t.sandbox.joinGroup({ externalUserId, state: way?.state ?? '' })
  await t.settle()
  await t.sandbox.order({ orderId: 'o1', status: 'refunded' })
  await t.settle()
  return externalUserId
}

/** Everything WeCom and we ever said, once more. */
async function again(): Promise<void> {
  await t.db.tx((tx) =>
    tx.run(sql`UPDATE ${INBOUND_EVENT} SET ${set(INBOUND_EVENT, { state: 'new', done_subscriptions: null })}`),
  )
  t.sandbox.redeliver()
  await t.settle()
}

test('asks whoever has the customer next to ask for leaving, when the one who was asked is no friend any more', async () => {
  const id = await refundedMember()
  const leave = { kind: 'should-leave', title: '请客户退出「付费群」' }
  expect(await openTasks()).toEqual([{ ...leave, userid: 'zhangsan' }])
  await t.advance(MINUTE_MS)
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: id })
  await t.settle()
  expect(await openTasks()).toEqual([])
  await t.advance(MINUTE_MS)
  await t.sandbox.scan({ userId: 'lisi', externalUserId: id })
  await t.settle()
  await again()
  await t.advance(MINUTE_MS)
  await t.advance(MINUTE_MS)
  expect(await openTasks()).toEqual([{ ...leave, userid: 'lisi' }])
  expect(await t.timelineOf(id)).toContain('导购张三已不是好友，待办「请客户退出「付费群」」转给李四')
})

test('hands the same over at once when another guide has the customer already, and asks nobody who was done with it', async () => {
  const id = await refundedMember()
  await t.sandbox.scan({ userId: 'lisi', externalUserId: id })
  await t.settle()
  await t.advance(MINUTE_MS)
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: id })
  await t.settle()
  await again()
  expect(await openTasks()).toEqual([{ kind: 'should-leave', title: '请客户退出「付费群」', userid: 'lisi' }])
  expect(await t.timelineOf(id)).toContain('导购张三已不是好友，待办「请客户退出「付费群」」转给李四')
  const [task] = await t.openTasks()
  await t.db.tx((tx) => t.huoshui.tasks.closeOwn(tx, { id: task?.id ?? 0, userId: 'lisi', outcome: 'done' }))
  await t.advance(MINUTE_MS)
  await t.sandbox.deleteGuide({ userId: 'lisi', externalUserId: id })
  await t.settle()
  await t.advance(MINUTE_MS)
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: id })
  await t.settle()
  await t.advance(MINUTE_MS)
  await t.advance(MINUTE_MS)
  expect(await openTasks()).toEqual([])
})

test('nobody is asked when the customer has paid again before a guide had them', async () => {
  const id = await refundedMember()
  await t.advance(MINUTE_MS)
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: id })
  await t.settle()
  await t.sandbox.order({ externalUserId: id, orderId: 'o2', totalFen: 9_900, status: 'paid' })
  await t.settle()
  await t.advance(MINUTE_MS)
  await t.sandbox.scan({ userId: 'lisi', externalUserId: id })
  await t.settle()
  await t.advance(MINUTE_MS)
  await t.advance(MINUTE_MS)
  expect((await openTasks()).filter((task) => task.kind === 'should-leave')).toEqual([])
})
