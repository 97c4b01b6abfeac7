import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { signedPost } from '../../testing/signed-post.ts'

const DAY_MS = 86_400_000
const PHONE = '13800001111'
let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmA' })
  await t.settle()
})
afterEach(() => t.close())

const complain = (customer: object) =>
  signedPost(t, '/api/complaints', { complaintId: 'C1', customer, about: '牛排化了' })
const told = () => (t.sandbox.world.appMessages.get('zhangsan') ?? []).map((message) => message.body.content)
const countOf = async (externalUserId: string) => {
  const facts = await t.db.tx((tx) => t.huoshui.facts.of(tx, [externalUserId], t.clock.now(), ['complaints.count']))
  return facts.get(externalUserId)?.get('complaints.count')
}

test('the guide is told at once, and once more a day later, however often the shop tells', async () => {
  expect(await complain({ externalUserId: 'wmA' })).toEqual({ status: 200, json: { result: 'stored', matched: true } })
  expect((await complain({ externalUserId: 'wmA' })).json).toEqual({ result: 'unchanged', matched: true })
  expect(told()).toEqual(['客户投诉：牛排化了'])
  expect([await countOf('wmA'), await countOf('wmB')]).toEqual([1, 0])

  await t.advance(DAY_MS - 600_000)
  expect(told()).toHaveLength(1)
  await t.advance(600_000)
  await t.advance(DAY_MS)
  expect(told()).toEqual(['客户投诉：牛排化了', '昨天的投诉处理好了吗？'])
})

test('a complaint of somebody unknown waits until the guide notes the phone', async () => {
  expect((await complain({ phone: PHONE })).json).toEqual({ result: 'stored', matched: false })
  expect(told()).toEqual([])
  await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId: 'wmA', mobiles: [PHONE] })
  await t.settle()
  expect(told()).toEqual(['客户投诉：牛排化了'])
})
