import { afterEach, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'

/* A group pool and a send under new names: no second invitation, code or message; through the outside, over real storage. */

const pool = (head: string): string => `pool: ${head}
role: education
groups: { namePrefix: 牧野·科普 }
capacity: 200
entry: { orders.paid.count: 0 }
inviteOn: [customer.added]
inviteBy: task
`
const send = (head: string): string => `send: ${head}
audience: { follow.active: true }
content: { text: 今天西冷第二件半价 }
at: "2026-11-22 12:00"
`

let t: TestApp
afterEach(() => t.close())

const invitations = () =>
  t.rawRows<{ pool: string; state: string; external_userid: string }>(
    'SELECT pool, state, external_userid FROM invitation ORDER BY id',
  )
const codes = () => t.rawRows('SELECT pool, state FROM join_way')
const inForce = async (files: Record<string, string>): Promise<void> => {
  t.writeConfig(files)
  await t.huoshui.rules.check()
  expect(t.huoshui.rules.faults()).toEqual([])
  for (let round = 0; round < 3; round++) await t.advance(MINUTE_MS)
}

it('a pool: who is invited is not invited again, the printed code leads on, who joins by it has joined the new name', async () => {
  t = await buildTestApp({ config: { 'groups/g.yaml': pool('科普群') } })
  const { chatId } = await t.sandbox.createGroup({ name: '牧野·科普1', ownerUserId: 'lisi' })
  await t.settle()
  const { externalUserId: invited } = await t.sandbox.scan({ userId: 'zhangsan' })
  // One after the other: of two who come at once either may be invited first.
  await t.settle()
  const { externalUserId: inside } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  const [way] = await codes()
  const state = (await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, '科普群')))?.state ?? ''
  await t.sandbox.joinGroup({ externalUserId: inside, state })
  await t.settle()
  const made = t.sandbox.calls('groupchat/add_join_way').length
  const before = await invitations()
  expect(before.map((one) => [one.pool, one.state])).toEqual([
    ['科普群', 'open'],
    ['科普群', 'joined'],
  ])

  await inForce({ 'groups/g.yaml': pool('吃货群\nwas: 科普群') })
  await t.advance(DAY_MS)
  expect(await invitations()).toEqual(before.map((one) => ({ ...one, pool: '吃货群' })))
  expect(await codes()).toEqual([{ ...way, pool: '吃货群' }])
  expect(t.sandbox.calls('groupchat/add_join_way')).toHaveLength(made)
  expect((await t.openTasks()).map(({ kind, external_userid }) => [kind, external_userid])).toEqual([
    ['invite', invited],
  ])

  // The code that hangs in the shop.
  await t.sandbox.joinGroup({ externalUserId: invited, state })
  await t.settle()
  expect((await invitations()).map((one) => [one.pool, one.state])).toEqual([
    ['吃货群', 'joined'],
    ['吃货群', 'joined'],
  ])
  expect(await t.openTasks()).toEqual([])
  expect(await t.rawRows('SELECT chat_id, pool FROM chat_group')).toEqual([{ chat_id: chatId, pool: '吃货群' }])
})

it('a send: what has gone out under the old name does not go out again; without «was» it asks', async () => {
  t = await buildTestApp({ config: { 'sends/s.yaml': send('周日福利') } })
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  await t.advance(4 * 60 * MINUTE_MS)
  const created = () => t.sandbox.calls('externalcontact/add_msg_template').length
  const runs = () => t.rawRows('SELECT send_name, state FROM send_run ORDER BY id')
  expect(created()).toBe(1)
  const [run] = await runs()
  for (const { msgid } of t.sandbox.pendingMassSends('zhangsan'))
    await t.sandbox.confirmMassSend({ msgid, userId: 'zhangsan' })

  await inForce({ 'sends/s.yaml': send('福利日\nwas: 周日福利') })
  await t.advance(DAY_MS)
  expect(created()).toBe(1)
  expect(await runs()).toMatchObject([{ ...run, send_name: '福利日', state: expect.any(String) }])
  expect(await t.timelineOf(externalUserId, 'mass-send%')).toEqual([expect.stringContaining('已送达（导购张三确认）')])

  t.writeConfig({ 'sends/s.yaml': send('又一个名字') })
  await t.huoshui.rules.check()
  expect(t.huoshui.rules.faults().map(({ message }) => message)).toEqual([
    '群发「福利日」不见了，新来了「又一个名字」：是改名吗',
  ])
  await t.advance(DAY_MS)
  expect(created()).toBe(1)
})
