import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { raw, set, sql } from '../../core/db/sql.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

const config = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\nattachments:\n  - groupQr: 科普群\n',
  'groups/g.yaml': `
pool: 科普群
role: education
groups: { namePrefix: 牧野·科普 }
capacity: 200
entry: { orders.paid.count: 0 }
inviteOn: [customer.added]
inviteBy: welcome
lapseDays: 3
---
pool: 付费群
role: paid
groups: { namePrefix: 牧野·付费 }
capacity: 3
entry: { orders.paid.count: { gte: 1 } }
inviteOn: [order.paid]
inviteBy: task
---
pool: VIP群
role: vip
groups: { namePrefix: 牧野·VIP }
capacity: 200
entry: { orders.paid.sum: { gte: 2000元 } }
inviteOn: [order.paid]
inviteBy: task
`,
}

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config })
  for (const name of ['牧野·科普1', '牧野·付费1', '牧野·VIP1'])
    await t.sandbox.createGroup({ name, ownerUserId: 'lisi' })
  await t.settle()
})
afterEach(() => t.close())

const stateOf = async (pool: string): Promise<string> =>
  (await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, pool)))?.state ?? ''
const invitations = () =>
  t.rawRows<{ pool: string; state: string; invited_by: string }>(
    'SELECT pool, state, invited_by FROM invitation ORDER BY id',
  )
const openTasks = async () => (await t.openTasks()).map(({ kind, title, userid }) => ({ kind, title, userid }))
/** A new customer of zhangsan's, a minute later than whatever was before. */
async function customer(): Promise<string> {
  await t.advance(MINUTE_MS)
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  return externalUserId
}
async function join(externalUserId: string, pool: string): Promise<{ chatId: string }> {
  await t.advance(MINUTE_MS)
  const joined = await t.sandbox.joinGroup({ externalUserId, state: await stateOf(pool) })
  await t.settle()
  return joined
}
async function pay(externalUserId: string, orderId: string, totalFen: number, paidAt = t.clock.now()): Promise<void> {
  const order = { externalUserId, orderId, totalFen, status: 'paid', paidAt } as const
  expect(await t.sandbox.order(order)).toMatchObject({ status: 200 })
  await t.settle()
}
async function refund(orderId: string): Promise<void> {
  await t.sandbox.order({ orderId, status: 'refunded' })
  await t.settle()
}
/** Everything WeCom and we ever said, once more. */
async function again(): Promise<void> {
  await t.db.tx((tx) =>
    tx.run(sql`UPDATE ${INBOUND_EVENT} SET ${set(INBOUND_EVENT, { state: 'new', done_subscriptions: null })}`),
  )
  t.sandbox.redeliver()
  await t.settle()
}

describe('from stranger to the right group', () => {
  it('invites the unpaid with the welcome, recognises who joins by the code, and moves who pays', async () => {
    const id = await customer()
    expect(await invitations()).toEqual([{ pool: '科普群', state: 'open', invited_by: 'welcome' }])
    expect(await openTasks()).toEqual([])

    await join(id, '科普群')
    expect(await invitations()).toEqual([{ pool: '科普群', state: 'joined', invited_by: 'welcome' }])

    await pay(id, 'o1', 19_900)
    expect(await openTasks()).toEqual([{ kind: 'invite', title: '邀请进「付费群」', userid: 'zhangsan' }])
    expect((await t.rawRows('SELECT detail FROM guide_task'))[0]).toEqual({
      detail: expect.stringMatching(/"pool":"付费群","qr_code":"http/),
    })

    await join(id, '付费群')
    expect(await openTasks()).toEqual([{ kind: 'should-leave', title: '请客户退出「科普群」', userid: 'zhangsan' }])
    expect((await invitations()).map((one) => one.state)).toEqual(['joined', 'joined'])
    const lines = await t.timelineOf(id)
    expect(lines).toContain('随欢迎语邀请加入「科普群」')
    expect(lines).toContain('加入客户群「牧野·科普1」（扫群二维码）')
    expect(lines).toContain('请导购张三：邀请进「付费群」')
    expect(lines).toContain('待办已完成：邀请进「付费群」（已扫码入群）')
  })

  it('does everything once when every event comes twice', async () => {
    const id = await customer()
    await join(id, '科普群')
    await pay(id, 'o1', 19_900)
    await join(id, '付费群')
    const before = [await invitations(), await openTasks(), await t.timelineOf(id)]
    await again()
    expect([await invitations(), await openTasks(), await t.timelineOf(id)]).toEqual(before)
  })

  it('withdraws the open invitation of somebody who pays before joining', async () => {
    const id = await customer()
    await pay(id, 'o1', 19_900)
    expect(await invitations()).toEqual([
      { pool: '科普群', state: 'withdrawn', invited_by: 'welcome' },
      { pool: '付费群', state: 'open', invited_by: 'task' },
    ])
    expect(await t.timelineOf(id)).toContain('取消邀请进「科普群」：付款后不再符合入群条件')
  })

  it('invites who paid weeks ago, told only now, and asks nobody for anything about what is older', async () => {
    const [late, past] = [await customer(), await customer()]
    await pay(past, 'o2', 19_900, t.clock.now() - 30 * DAY_MS - MINUTE_MS)
    await pay(late, 'o1', 19_900, t.clock.now() - 30 * DAY_MS + MINUTE_MS)
    expect((await t.openTasks()).map((task) => [task.external_userid, task.title])).toEqual([
      [late, '邀请进「付费群」'],
    ])
  })

  it('invites into the VIP group past the threshold, and nobody below it', async () => {
    const id = await customer()
    await pay(id, 'o1', 199_999)
    expect((await openTasks()).map((task) => task.title)).toEqual(['邀请进「付费群」'])
    await pay(id, 'o2', 1)
    expect((await openTasks()).map((task) => task.title)).toEqual(['邀请进「付费群」', '邀请进「VIP群」'])
  })

  it('asks nobody to leave for a part that comes back: what was kept still counts', async () => {
    const id = await customer()
    await pay(id, 'o1', 58_800)
    await join(id, '付费群')
    await t.sandbox.order({ externalUserId: id, orderId: 'o1', totalFen: 1_500, status: 'refunded' })
    await again()
    expect(await openTasks()).toEqual([])
  })

  it('asks for leaving once when a refund undoes the condition, and takes it back when they pay again', async () => {
    const id = await customer()
    await pay(id, 'o1', 19_900)
    const { chatId } = await join(id, '付费群')
    await refund('o1')
    await again()
    expect(await openTasks()).toEqual([{ kind: 'should-leave', title: '请客户退出「付费群」', userid: 'zhangsan' }])
    const [task] = await t.openTasks()
    expect(JSON.parse(task?.reason ?? '')).toMatchObject({
      text: '订单退款后不再符合群池「付费群」的入群条件',
      rule: { kind: 'pool', name: '付费群' },
      facts: { 'orders.paid.count': 0 },
    })

    await pay(id, 'o2', 9_900)
    expect(await openTasks()).toEqual([])
    await refund('o2')
    await t.sandbox.leaveGroup({ externalUserId: id, chatId })
    await t.settle()
    expect(await openTasks()).toEqual([])
    expect(await t.timelineOf(id)).toContain('待办已完成：请客户退出「付费群」（已退群）')
    expect(await t.timelineOf(id)).toContain('离开客户群「牧野·付费1」（自己退出）')
  })

  it('still asks for leaving while one group of the pool is left', async () => {
    const id = await customer()
    const { chatId: second } = await t.sandbox.createGroup({ name: '牧野·付费2', ownerUserId: 'lisi' })
    await pay(id, 'o1', 19_900)
    const { chatId: first } = await join(id, '付费群')
    await t.sandbox.joinGroup({ externalUserId: id, chatId: second })
    await t.settle()
    await refund('o1')
    await t.advance(MINUTE_MS)
    await t.sandbox.leaveGroup({ externalUserId: id, chatId: first })
    await t.settle()
    expect((await openTasks()).map((task) => task.title)).toEqual(['请客户退出「付费群」'])
    await t.sandbox.leaveGroup({ externalUserId: id, chatId: second })
    await t.settle()
    expect(await openTasks()).toEqual([])
  })

  it('news of an order of last year asks nobody for anything, and withdraws what it makes untrue', async () => {
    const id = await customer()
    expect((await invitations()).map(({ pool, state }) => [pool, state])).toEqual([['科普群', 'open']])
    const paidAt = Date.parse('2025-11-22T10:00:00+08:00')
    await t.sandbox.order({ externalUserId: id, orderId: 'o1', totalFen: 300_000, status: 'paid', paidAt })
    await t.settle()
    expect((await invitations()).map(({ pool, state }) => [pool, state])).toEqual([['科普群', 'withdrawn']])

    const member = await customer()
    await join(member, '科普群')
    await t.sandbox.order({ externalUserId: member, orderId: 'o2', totalFen: 300_000, status: 'paid', paidAt })
    await t.settle()
    expect(await openTasks()).toEqual([])
    // What happens now is news.
    await pay(member, 'o3', 9_900)
    expect((await openTasks()).map((task) => task.title)).toContain('邀请进「付费群」')
  })

  it('touches nobody else', async () => {
    const paying = await customer()
    const other = await customer()
    await pay(paying, 'o1', 19_900)
    const open = await t.db.tx((tx) => t.huoshui.routing.queries.openOf(tx, other))
    expect(open.map((one) => one.pool)).toEqual(['科普群'])
    expect((await t.timelineOf(other)).join()).not.toContain('付费群')
  })
})

describe('an invitation', () => {
  it('is open once per pool, whatever asks for it, and the database sees to it', async () => {
    const id = await customer()
    const request = { externalUserId: id, userId: 'zhangsan', pool: '科普群', reason: { text: '测试' } }
    const outcome = await t.db.tx((tx) => t.huoshui.routing.invite(tx, { ...request, key: 'sop:1' }))
    expect(outcome).toBe('already-open')
    const twin = t.db.tx((tx) =>
      tx.run(
        raw(
          `INSERT INTO invitation (external_userid, userid, pool, reason_key, open_slot, state, invited_by, reason, opened_at, lapse_at)
         VALUES (?, 'zhangsan', '科普群', 'twin', ?, 'open', 'task', '{}', 1, 1)`,
          [id, `科普群:${id}`],
        ),
      ),
    )
    await expect(twin).rejects.toThrow()
  })

  it('says why there is none', async () => {
    const id = await customer()
    const invite = (pool: string, key: string) =>
      t.db.tx((tx) =>
        t.huoshui.routing.invite(tx, { externalUserId: id, userId: 'zhangsan', pool, key, reason: { text: '测试' } }),
      )
    expect(await invite('付费群', 'k1')).toBe('not-eligible')
    expect(await invite('没有的群', 'k2')).toBe('not-eligible')
    await join(id, '科普群')
    expect(await invite('科普群', 'k3')).toBe('already-member')
  })

  it('lapses after its days, and a new reason may invite again', async () => {
    const id = await customer()
    await t.advance(3 * DAY_MS - MINUTE_MS)
    expect((await invitations())[0]?.state).toBe('open')
    await t.advance(2 * MINUTE_MS)
    expect((await invitations())[0]?.state).toBe('lapsed')
    expect(await t.timelineOf(id)).toContain('取消邀请进「科普群」：邀请已过期')
    const request = { externalUserId: id, userId: 'zhangsan', pool: '科普群', reason: { text: '测试' } }
    expect(await t.db.tx((tx) => t.huoshui.routing.invite(tx, { ...request, key: 'later' }))).toBe('invited')
  })

  it('waits while the pool is full and goes out when there is a new group', async () => {
    for (const order of ['o1', 'o2']) {
      const id = await customer()
      await pay(id, order, 9_900)
      await join(id, '付费群') // with the owner: three of three
    }
    const late = await customer()
    await pay(late, 'o3', 9_900)
    expect((await invitations()).at(-1)).toEqual({ pool: '付费群', state: 'waiting', invited_by: 'task' })
    expect((await openTasks()).filter((task) => task.kind === 'invite')).toEqual([])

    await t.sandbox.createGroup({ name: '牧野·付费2', ownerUserId: 'lisi' })
    await t.settle()
    await t.advance(MINUTE_MS)
    expect((await invitations()).at(-1)).toEqual({ pool: '付费群', state: 'open', invited_by: 'task' })
    const { chatId } = await join(late, '付费群')
    expect(await t.rawRows('SELECT name FROM chat_group WHERE chat_id = ?', [chatId])).toEqual([{ name: '牧野·付费2' }])
    expect((await invitations()).at(-1)?.state).toBe('joined')
  })

  it('of two who wait, one goes out for each place, the first first', async () => {
    const inside = []
    for (const order of ['o1', 'o2']) {
      const id = await customer()
      await pay(id, order, 9_900)
      inside.push({ externalUserId: id, ...(await join(id, '付费群')) })
    }
    const waiting = [await customer(), await customer()]
    for (const [n, id] of waiting.entries()) await pay(id, `late${n}`, 9_900)
    for (const [n, member] of inside.entries()) {
      await t.sandbox.leaveGroup(member)
      await t.settle()
      await t.advance(MINUTE_MS)
      const open = (await openTasks()).filter((task) => task.kind === 'invite')
      expect(open).toHaveLength(1)
      expect((await invitations()).filter((one) => one.state === 'waiting')).toHaveLength(1 - n)
      if (n === 0) await join(waiting[0] ?? '', '付费群')
    }
  })

  it('is in the name of the customer’s other guide when its guide leaves the company', async () => {
    const shared = await customer()
    const alone = await customer()
    await t.advance(MINUTE_MS)
    await t.sandbox.scan({ userId: 'lisi', externalUserId: shared })
    await t.settle()
    await t.sandbox.removeStaff({ userId: 'zhangsan' })
    await t.settle()
    const inWhoseName = async (id: string): Promise<string[]> =>
      (await t.db.tx((tx) => t.huoshui.routing.queries.openOf(tx, id))).map((one) => one.userId)
    expect([await inWhoseName(shared), await inWhoseName(alone)]).toEqual([['lisi'], ['zhangsan']])
  })

  it('comes to who is in a group outside of every pool, too', async () => {
    const id = await customer()
    const { chatId } = await t.sandbox.createGroup({ name: '闲聊', ownerUserId: 'lisi' })
    await t.sandbox.joinGroup({ externalUserId: id, chatId })
    await t.settle()
    await pay(id, 'o1', 9_900)
    expect(await openTasks()).toEqual([{ kind: 'invite', title: '邀请进「付费群」', userid: 'zhangsan' }])
  })

  it('becomes a to-do, once, when the welcome that should have carried it did not go out', async () => {
    t.sandbox.faults.set({ path: 'send_welcome_msg', errcode: 41051 })
    const id = await customer()
    await t.advance(5_000)
    await again()
    await t.advance(5_000)
    expect(await openTasks()).toEqual([{ kind: 'invite', title: '邀请进「科普群」', userid: 'zhangsan' }])
    expect(await invitations()).toEqual([{ pool: '科普群', state: 'open', invited_by: 'task' }])
    expect(await t.timelineOf(id)).not.toContain('随欢迎语邀请加入「科普群」')
  })

  it('goes over to the guide who remains when the other one is deleted', async () => {
    const id = await customer()
    await t.sandbox.scan({ userId: 'lisi', externalUserId: id })
    await t.settle()
    await t.advance(MINUTE_MS)
    await pay(id, 'o1', 9_900)
    expect(await openTasks()).toEqual([{ kind: 'invite', title: '邀请进「付费群」', userid: 'lisi' }])
    await t.advance(MINUTE_MS)
    await t.sandbox.deleteGuide({ externalUserId: id, userId: 'lisi' })
    await t.settle()
    await again()
    expect(await openTasks()).toEqual([{ kind: 'invite', title: '邀请进「付费群」', userid: 'zhangsan' }])
    await join(id, '付费群')
    expect((await openTasks()).map((task) => task.kind)).toEqual([])
  })

  it('follows the guide to a new userid', async () => {
    const id = await customer()
    await pay(id, 'o1', 9_900)
    await t.db.tx((tx) =>
      tx.insert(INBOUND_EVENT, {
        dedupe_key: 'staff.renamed:test',
        kind: 'staff.renamed',
        lane: 1,
        payload: JSON.stringify({ oldUserId: 'zhangsan', newUserId: 'zhangsan2' }),
        event_at: t.clock.now(),
        received_at: t.clock.now(),
        state: 'new',
        due_at: t.clock.now(),
      }),
    )
    await t.settle()
    expect((await openTasks()).map((task) => task.userid)).toEqual(['zhangsan2'])
    const open = await t.db.tx((tx) => t.huoshui.routing.queries.openOf(tx, id))
    expect(open.map((one) => one.userId)).toEqual(['zhangsan2'])
  })

  it('is withdrawn with its to-do when the customer deletes the guide', async () => {
    const id = await customer()
    await pay(id, 'o1', 9_900)
    await t.advance(MINUTE_MS)
    await t.sandbox.deleteGuide({ externalUserId: id, userId: 'zhangsan' })
    await t.settle()
    expect(await openTasks()).toEqual([])
    expect((await invitations()).map((one) => one.state)).toEqual(['withdrawn', 'withdrawn'])
  })
})

it('lists the members who do not meet the entry condition of their group', async () => {
  const paid = await customer()
  const unpaid = await customer()
  const [group] = await t.rawRows<{ chat_id: string }>(`SELECT chat_id FROM chat_group WHERE name = '牧野·付费1'`)
  await pay(paid, 'o1', 9_900)
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
  expect((await openTasks()).filter((task) => task.kind === 'should-leave')).toEqual([])
})
