import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { openRoutingScene, type RoutingScene } from './testing/routing-scene.ts'

let t: RoutingScene
beforeEach(async () => {
  t = await openRoutingScene()
})
afterEach(() => t.close())

describe('from stranger to the right group', () => {
  it('invites the unpaid with the welcome, recognises who joins by the code, and moves who pays', async () => {
    const id = await t.customer()
    expect(await t.invitations()).toEqual([{ pool: '科普群', state: 'open', invited_by: 'welcome' }])
    expect(await t.asked()).toEqual([])

    await t.join(id, '科普群')
    expect(await t.invitations()).toEqual([{ pool: '科普群', state: 'joined', invited_by: 'welcome' }])

    await t.pay(id, 'o1', 19_900)
    expect(await t.asked()).toEqual([{ kind: 'invite', title: '邀请进「付费群」', userid: 'zhangsan' }])
    expect((await t.rawRows('SELECT detail FROM guide_task'))[0]).toEqual({
      detail: expect.stringMatching(/"pool":"付费群","qr_code":"http/),
    })

    await t.join(id, '付费群')
    expect(await t.asked()).toEqual([{ kind: 'should-leave', title: '请客户退出「科普群」', userid: 'zhangsan' }])
    expect((await t.invitations()).map((one) => one.state)).toEqual(['joined', 'joined'])
    const lines = await t.timelineOf(id)
    expect(lines).toContain('随欢迎语邀请加入「科普群」')
    expect(lines).toContain('加入客户群「牧野·科普1」（扫群二维码）')
    expect(lines).toContain('请导购张三：邀请进「付费群」')
    expect(lines).toContain('待办已完成：邀请进「付费群」（已扫码入群）')
  })

  it('does everything once when every event comes twice', async () => {
    const id = await t.customer()
    await t.join(id, '科普群')
    await t.pay(id, 'o1', 19_900)
    await t.join(id, '付费群')
    const before = [await t.invitations(), await t.asked(), await t.timelineOf(id)]
    await t.again()
    expect([await t.invitations(), await t.asked(), await t.timelineOf(id)]).toEqual(before)
  })

  it('withdraws the open invitation of somebody who pays before joining', async () => {
    const id = await t.customer()
    await t.pay(id, 'o1', 19_900)
    expect(await t.invitations()).toEqual([
      { pool: '科普群', state: 'withdrawn', invited_by: 'welcome' },
      { pool: '付费群', state: 'open', invited_by: 'task' },
    ])
    expect(await t.timelineOf(id)).toContain('取消邀请进「科普群」：付款后不再符合入群条件')
  })

  it('invites who paid weeks ago, told only now, and asks nobody for anything about what is older', async () => {
    const [late, past] = [await t.customer(), await t.customer()]
    await t.pay(past, 'o2', 19_900, t.clock.now() - 30 * DAY_MS - MINUTE_MS)
    await t.pay(late, 'o1', 19_900, t.clock.now() - 30 * DAY_MS + MINUTE_MS)
    expect((await t.openTasks()).map((task) => [task.external_userid, task.title])).toEqual([
      [late, '邀请进「付费群」'],
    ])
  })

  it('asks into the VIP group past the threshold and no longer into the lesser one, and nobody below it', async () => {
    const [id, one] = [await t.customer(), await t.customer()]
    await t.pay(one, 'o0', 199_999)
    await t.pay(id, 'o1', 199_999)
    expect((await t.asked()).map((task) => task.title)).toEqual(['邀请进「付费群」', '邀请进「付费群」'])
    await t.pay(id, 'o2', 1)
    await t.again()
    expect((await t.openTasks()).map((task) => [task.external_userid, task.title])).toEqual([
      [one, '邀请进「付费群」'],
      [id, '邀请进「VIP群」'],
    ])
    expect((await t.invitations()).map(({ pool, state }) => [pool, state])).toContainEqual(['付费群', 'withdrawn'])
  })

  it('asks whoever reaches it with one order into the VIP group alone, and a member of it into no lesser one', async () => {
    const id = await t.customer()
    await t.pay(id, 'o1', 238_800)
    const invited = [{ pool: 'VIP群', state: 'open', invited_by: 'task' }]
    expect((await t.invitations()).filter(({ pool }) => pool !== '科普群')).toEqual(invited)
    await t.join(id, 'VIP群')
    await t.pay(id, 'o2', 19_900)
    await t.again()
    expect(await t.asked()).toEqual([])
    // Who is in it and belongs there no more is asked into the other one, when they buy again.
    await t.refund('o1')
    await t.pay(id, 'o3', 19_900)
    expect((await t.asked()).map((task) => task.title)).toEqual(['请客户退出「VIP群」', '邀请进「付费群」'])
  })

  it('asks nobody to leave for a part that comes back: what was kept still counts', async () => {
    const id = await t.customer()
    await t.pay(id, 'o1', 58_800)
    await t.join(id, '付费群')
    await t.sandbox.order({ externalUserId: id, orderId: 'o1', totalFen: 1_500, status: 'refunded' })
    await t.again()
    expect(await t.asked()).toEqual([])
  })

  it('asks for leaving once when a refund undoes the condition, and takes it back when they pay again', async () => {
    const id = await t.customer()
    await t.pay(id, 'o1', 19_900)
    const { chatId } = await t.join(id, '付费群')
    await t.refund('o1')
    await t.again()
    expect(await t.asked()).toEqual([{ kind: 'should-leave', title: '请客户退出「付费群」', userid: 'zhangsan' }])
    const [task] = await t.openTasks()
    expect(JSON.parse(task?.reason ?? '')).toMatchObject({
      text: '订单退款后不再符合群池「付费群」的入群条件',
      rule: { kind: 'pool', name: '付费群' },
      facts: { 'orders.paid.count': 0 },
    })

    await t.pay(id, 'o2', 9_900)
    expect(await t.asked()).toEqual([])
    await t.refund('o2')
    await t.sandbox.leaveGroup({ externalUserId: id, chatId })
    await t.settle()
    expect(await t.asked()).toEqual([])
    expect(await t.timelineOf(id)).toContain('待办已完成：请客户退出「付费群」（已退群）')
    expect(await t.timelineOf(id)).toContain('离开客户群「牧野·付费1」（自己退出）')
  })

  it('still asks for leaving while one group of the pool is left', async () => {
    const id = await t.customer()
    const { chatId: second } = await t.sandbox.createGroup({ name: '牧野·付费2', ownerUserId: 'lisi' })
    await t.pay(id, 'o1', 19_900)
    const { chatId: first } = await t.join(id, '付费群')
    await t.sandbox.joinGroup({ externalUserId: id, chatId: second })
    await t.settle()
    await t.refund('o1')
    await t.advance(MINUTE_MS)
    await t.sandbox.leaveGroup({ externalUserId: id, chatId: first })
    await t.settle()
    expect((await t.asked()).map((task) => task.title)).toEqual(['请客户退出「付费群」'])
    await t.sandbox.leaveGroup({ externalUserId: id, chatId: second })
    await t.settle()
    expect(await t.asked()).toEqual([])
  })

  it('news of an order of last year asks nobody for anything, and withdraws what it makes untrue', async () => {
    const id = await t.customer()
    expect((await t.invitations()).map(({ pool, state }) => [pool, state])).toEqual([['科普群', 'open']])
    const paidAt = Date.parse('2025-11-22T10:00:00+08:00')
    await t.sandbox.order({ externalUserId: id, orderId: 'o1', totalFen: 300_000, status: 'paid', paidAt })
    await t.settle()
    expect((await t.invitations()).map(({ pool, state }) => [pool, state])).toEqual([['科普群', 'withdrawn']])

    const member = await t.customer()
    await t.join(member, '科普群')
    await t.sandbox.order({ externalUserId: member, orderId: 'o2', totalFen: 300_000, status: 'paid', paidAt })
    await t.settle()
    expect(await t.asked()).toEqual([])
    // What happens now is news.
    await t.pay(member, 'o3', 9_900)
    expect((await t.asked()).map((task) => task.title)).toContain('邀请进「VIP群」')
  })

  it('touches nobody else', async () => {
    const paying = await t.customer()
    const other = await t.customer()
    await t.pay(paying, 'o1', 19_900)
    const open = await t.db.tx((tx) => t.huoshui.routing.queries.openOf(tx, other))
    expect(open.map((one) => one.pool)).toEqual(['科普群'])
    expect((await t.timelineOf(other)).join()).not.toContain('付费群')
  })
})

it('lists the members who do not meet the entry condition of their group', async () => {
  const paid = await t.customer()
  const unpaid = await t.customer()
  const [group] = await t.rawRows<{ chat_id: string }>(`SELECT chat_id FROM chat_group WHERE name = '牧野·付费1'`)
  await t.pay(paid, 'o1', 9_900)
  for (const externalUserId of [paid, unpaid]) {
    await t.sandbox.joinGroup({ externalUserId, chatId: group?.chat_id ?? '' })
  }
  await t.settle()
  const found = []
  for await (const one of t.huoshui.routing.queries.misplaced('付费群')) found.push(one)
  expect(found).toEqual([
    {
      pool: '付费群',
      groupName: '牧野·付费1',
      chatId: group?.chat_id,
      externalUserId: unpaid,
      name: t.sandbox.world.customers.get(unpaid)?.name,
      facts: { 'orders.paid.count': 0 },
    },
  ])
  // Never having met it is no reason to send somebody away.
  expect((await t.asked()).filter((task) => task.kind === 'should-leave')).toEqual([])
})
