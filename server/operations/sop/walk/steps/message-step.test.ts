import { afterEach, expect, it } from 'vitest'
import { raw } from '../../../../core/db/sql.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../../core/kernel/shanghai.ts'
import { config, openSopScene, type SopScene } from '../../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

const open = (sop: string, more: Parameters<typeof openSopScene>[0] & { policy?: string } = {}) => {
  const { policy, ...options } = more
  const files = { ...config, 'sop/first.yaml': sop, ...(policy === undefined ? {} : { 'policy.yaml': policy }) }
  return openSopScene({ config: files, ...options })
}
const STEAK = `
sop: steak
name: 牛排节
trigger: order.paid
reenterAfterDays: 0
steps:
  - message: { text: "我是{导购名}，牛排节到了", within: 2h }
  - wait: 30d
`
const tasksOf = (): string[] =>
  t.sandbox.calls('externalcontact/add_msg_template').map(({ body }) => {
    const { sender, external_userid, text } = body as {
      sender: string
      external_userid: string[]
      text: { content: string }
    }
    return `${sender} → ${external_userid.length}：${text.content}`
  })

it('those who come to a step within two minutes share one task of their guide; each learns what became of theirs', async () => {
  t = await open(STEAK)
  const [a, b, c] = [
    await t.scan({ state: 'store-code' }),
    await t.scan({ state: 'store-code' }),
    await t.scan({ state: 'store-code' }),
  ]
  const other = await t.scan({ userId: 'lisi' })
  for (const [index, id] of [a, b, other].entries()) {
    await t.pay(id, `o${index}`)
    await t.advance(30 * SECOND_MS)
  }
  expect(tasksOf()).toEqual([])
  expect(await t.outcomes(a)).toMatchObject(['准备群发，请导购张三确认', /等到/])
  await t.again()
  await t.advance(MINUTE_MS)
  await t.pay(c, 'late')
  await t.advance(4 * MINUTE_MS)
  expect(tasksOf()).toEqual([
    'zhangsan → 2：我是张三，牛排节到了',
    'lisi → 1：我是李四，牛排节到了',
    'zhangsan → 1：我是张三，牛排节到了',
  ])

  for (const { msgid } of t.sandbox.pendingMassSends('zhangsan'))
    await t.sandbox.confirmMassSend({ msgid, userId: 'zhangsan' })
  for (let minute = 0; minute < 6; minute++) await t.advance(MINUTE_MS)
  await t.again()
  const arrived = '群发「牛排节 第 1 步」已送达（导购张三确认）'
  expect((await t.outcomes(a))[0]).toBe(arrived)
  expect(await t.timelineOf(a, 'mass-send%')).toEqual([arrived])
  expect((await t.outcomes(c))[0]).toBe(arrived)
  const [note] = await t.rawRows<{ reason: string }>(
    `SELECT reason FROM timeline WHERE kind = 'mass-send.sent' LIMIT 1`,
  )
  expect(JSON.parse(note?.reason ?? '{}')).toMatchObject({ rule: { kind: 'sop', name: 'steak' } })

  // The other guide does not confirm within the two hours.
  expect(t.sandbox.pendingMassSends('lisi')).toHaveLength(1)
  for (let hour = 0; hour < 3; hour++) await t.advance(HOUR_MS)
  await t.advance(MINUTE_MS)
  expect((await t.outcomes(other))[0]).toBe('群发「牛排节 第 1 步」未送达：导购李四没有在限定时间内确认，已取消')
  expect(t.sandbox.calls('externalcontact/cancel_groupmsg_send')).toHaveLength(1)
  expect(tasksOf()).toHaveLength(3)
})

it('who has had their share, is no friend any more or has left the journey gets none, and it is said why', async () => {
  t = await open(`${STEAK}leave: [ customer.lost ]\n`, {
    policy: 'contactsPerCustomer: { most: 2, days: 7 }\n',
    env: { MASS_SEND_PER_CUSTOMER: '1' },
  })
  const id = await t.scan({ state: 'store-code' })
  const gone = await t.scan({ state: 'store-code' })
  await t.pay(id, 'o1')
  await t.pay(gone, 'o2')
  await t.advance(MINUTE_MS)
  await t.sandbox.deleteGuide({ externalUserId: gone, userId: 'zhangsan' })
  await t.settle()
  expect((await t.outcomes(gone))[0]).toBe('没有群发：好友流失，旅程已结束')
  for (let minute = 0; minute < 2; minute++) await t.advance(MINUTE_MS)
  expect(tasksOf()).toEqual(['zhangsan → 1：我是张三，牛排节到了'])
  for (const { msgid } of t.sandbox.pendingMassSends('zhangsan'))
    await t.sandbox.confirmMassSend({ msgid, userId: 'zhangsan' })
  for (let minute = 0; minute < 3; minute++) await t.advance(MINUTE_MS)

  const pay = async (orderId: string): Promise<string | undefined> => {
    await t.db.tx((tx) =>
      tx.run(
        raw(`UPDATE sop_entry SET due_at = ? WHERE external_userid = ? AND state = 'active'`, [t.clock.now(), id]),
      ),
    )
    await t.advance(SECOND_MS)
    await t.pay(id, orderId)
    for (let minute = 0; minute < 3; minute++) await t.advance(MINUTE_MS)
    return (await t.outcomes(id))[0]
  }
  // The welcome and the first message were two contacts.
  expect(await pay('o3')).toBe('没有群发：7 天内已联系 2 次，最多 2 次')
  await t.advance(8 * DAY_MS)
  expect(await pay('o4')).toBe('群发「牛排节 第 1 步」未安排：本月群发次数已满（1/1）')
})
