import { afterEach, beforeEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import { openRoutingScene, type RoutingScene } from './testing/routing-scene.ts'

let t: RoutingScene
beforeEach(async () => {
  t = await openRoutingScene()
})
afterEach(() => t.close())

it('an invitation is open once per pool, whatever asks for it, and the database sees to it', async () => {
  const id = await t.customer()
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

it('who is not invited is told why', async () => {
  const id = await t.customer()
  const invite = (pool: string, key: string) =>
    t.db.tx((tx) =>
      t.huoshui.routing.invite(tx, { externalUserId: id, userId: 'zhangsan', pool, key, reason: { text: '测试' } }),
    )
  expect(await invite('付费群', 'k1')).toBe('not-eligible')
  expect(await invite('没有的群', 'k2')).toBe('not-eligible')
  await t.join(id, '科普群')
  expect(await invite('科普群', 'k3')).toBe('already-member')
})

it('an invitation lapses after its days, and a new reason may invite again', async () => {
  const id = await t.customer()
  await t.advance(3 * DAY_MS - MINUTE_MS)
  expect((await t.invitations())[0]?.state).toBe('open')
  await t.advance(2 * MINUTE_MS)
  expect((await t.invitations())[0]?.state).toBe('lapsed')
  expect(await t.timelineOf(id)).toContain('取消邀请进「科普群」：邀请已过期')
  const request = { externalUserId: id, userId: 'zhangsan', pool: '科普群', reason: { text: '测试' } }
  expect(await t.db.tx((tx) => t.huoshui.routing.invite(tx, { ...request, key: 'later' }))).toBe('invited')
})

it('an invitation waits while the pool is full and goes out when there is a new group', async () => {
  for (const order of ['o1', 'o2']) {
    const id = await t.customer()
    await t.pay(id, order, 9_900)
    await t.join(id, '付费群') // with the owner: three of three
  }
  const late = await t.customer()
  await t.pay(late, 'o3', 9_900)
  expect((await t.invitations()).at(-1)).toEqual({ pool: '付费群', state: 'waiting', invited_by: 'task' })
  expect((await t.asked()).filter((task) => task.kind === 'invite')).toEqual([])

  await t.sandbox.createGroup({ name: '牧野·付费2', ownerUserId: 'lisi' })
  await t.settle()
  await t.advance(MINUTE_MS)
  expect((await t.invitations()).at(-1)).toEqual({ pool: '付费群', state: 'open', invited_by: 'task' })
  const { chatId } = await t.join(late, '付费群')
  expect(await t.rawRows('SELECT name FROM chat_group WHERE chat_id = ?', [chatId])).toEqual([{ name: '牧野·付费2' }])
  expect((await t.invitations()).at(-1)?.state).toBe('joined')
})

it('of two invitations that wait one goes out for each place, the first first', async () => {
  const inside = []
  for (const order of ['o1', 'o2']) {
    const id = await t.customer()
    await t.pay(id, order, 9_900)
    inside.push({ externalUserId: id, ...(await t.join(id, '付费群')) })
  }
  const waiting = [await t.customer(), await t.customer()]
  for (const [n, id] of waiting.entries()) await t.pay(id, `late${n}`, 9_900)
  for (const [n, member] of inside.entries()) {
    await t.sandbox.leaveGroup(member)
    await t.settle()
    await t.advance(MINUTE_MS)
    const open = (await t.asked()).filter((task) => task.kind === 'invite')
    expect(open).toHaveLength(1)
    expect((await t.invitations()).filter((one) => one.state === 'waiting')).toHaveLength(1 - n)
    if (n === 0) await t.join(waiting[0] ?? '', '付费群')
  }
})

it('an invitation is in the name of the customer’s other guide when its guide leaves the company', async () => {
  const shared = await t.customer()
  const alone = await t.customer()
  await t.advance(MINUTE_MS)
  await t.sandbox.scan({ userId: 'lisi', externalUserId: shared })
  await t.settle()
  await t.sandbox.removeStaff({ userId: 'zhangsan' })
  await t.settle()
  const inWhoseName = async (id: string): Promise<string[]> =>
    (await t.db.tx((tx) => t.huoshui.routing.queries.openOf(tx, id))).map((one) => one.userId)
  expect([await inWhoseName(shared), await inWhoseName(alone)]).toEqual([['lisi'], ['zhangsan']])
})

it('an invitation comes to who is in a group outside of every pool, too', async () => {
  const id = await t.customer()
  const { chatId } = await t.sandbox.createGroup({ name: '闲聊', ownerUserId: 'lisi' })
  await t.sandbox.joinGroup({ externalUserId: id, chatId })
  await t.settle()
  await t.pay(id, 'o1', 9_900)
  expect(await t.asked()).toEqual([{ kind: 'invite', title: '邀请进「付费群」', userid: 'zhangsan' }])
})

it('an invitation becomes a to-do, once, when the welcome that should have carried it did not go out', async () => {
  t.sandbox.faults.set({ path: 'send_welcome_msg', errcode: 41051 })
  const id = await t.customer()
  await t.advance(5_000)
  await t.again()
  await t.advance(5_000)
  expect(await t.asked()).toEqual([{ kind: 'invite', title: '邀请进「科普群」', userid: 'zhangsan' }])
  expect(await t.invitations()).toEqual([{ pool: '科普群', state: 'open', invited_by: 'task' }])
  expect(await t.timelineOf(id)).not.toContain('随欢迎语邀请加入「科普群」')
})

it('an invitation goes over to the guide who remains when the other one is deleted', async () => {
  const id = await t.customer()
  await t.sandbox.scan({ userId: 'lisi', externalUserId: id })
  await t.settle()
  await t.advance(MINUTE_MS)
  await t.pay(id, 'o1', 9_900)
  expect(await t.asked()).toEqual([{ kind: 'invite', title: '邀请进「付费群」', userid: 'lisi' }])
  await t.advance(MINUTE_MS)
  await t.sandbox.deleteGuide({ externalUserId: id, userId: 'lisi' })
  await t.settle()
  await t.again()
  expect(await t.asked()).toEqual([{ kind: 'invite', title: '邀请进「付费群」', userid: 'zhangsan' }])
  await t.join(id, '付费群')
  expect((await t.asked()).map((task) => task.kind)).toEqual([])
})

it('an invitation follows the guide to a new userid', async () => {
  const id = await t.customer()
  await t.pay(id, 'o1', 9_900)
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
  expect((await t.asked()).map((task) => task.userid)).toEqual(['zhangsan2'])
  const open = await t.db.tx((tx) => t.huoshui.routing.queries.openOf(tx, id))
  expect(open.map((one) => one.userId)).toEqual(['zhangsan2'])
})

it('an invitation is withdrawn with its to-do when the customer deletes the guide', async () => {
  const id = await t.customer()
  await t.pay(id, 'o1', 9_900)
  await t.advance(MINUTE_MS)
  await t.sandbox.deleteGuide({ externalUserId: id, userId: 'zhangsan' })
  await t.settle()
  expect(await t.asked()).toEqual([])
  expect((await t.invitations()).map((one) => one.state)).toEqual(['withdrawn', 'withdrawn'])
})
