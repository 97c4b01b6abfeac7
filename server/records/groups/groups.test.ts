import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Group } from '../../../sandbox/world.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

const config = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
  'groups/g.yaml': `
pool: 付费群
role: paid
groups: { namePrefix: 牧野·付费 }
capacity: 200
entry: {}
inviteBy: task
`,
}

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config })
})
afterEach(() => t.close())

const group = async (name: string, capacity = 200): Promise<string> => {
  const { chatId } = await t.sandbox.createGroup({ name, ownerUserId: 'lisi', capacity })
  await t.settle()
  return chatId
}
/** WeChat users who are nobody's customer, as groups are full of. */
function strangers(count: number): string[] {
  const ids = Array.from({ length: count }, (_, at) => `wmStranger${at}`)
  for (const [at, externalUserId] of ids.entries()) {
    t.sandbox.world.customers.set(externalUserId, { externalUserId, name: `路人${at}`, type: 1, gender: 0 })
  }
  return ids
}
const state = async (): Promise<string> =>
  (await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, '付费群')))?.state ?? ''
const join = async (externalUserId: string): Promise<string> =>
  (await t.sandbox.joinGroup({ externalUserId, state: await state() })).chatId
const present = async (chatId: string): Promise<string[]> =>
  (
    await t.rawRows<{ member_id: string }>(
      'SELECT member_id FROM chat_member WHERE chat_id = ? AND left_at IS NULL AND member_type = 2 ORDER BY member_id',
      [chatId],
    )
  ).map((row) => row.member_id)
const inWorld = (chatId: string): string[] =>
  [...(t.sandbox.world.groups.get(chatId)?.members.values() ?? [])]
    .filter((member) => member.type === 2)
    .map((member) => member.id)
    .sort()

describe('membership', () => {
  it('follows who joins, leaves and is removed, and how', async () => {
    const chatId = await group('牧野·付费1')
    const [a = '', b = '', c = ''] = strangers(3)
    for (const id of [a, b]) await join(id)
    await t.sandbox.joinGroup({ externalUserId: c, chatId })
    await t.settle()
    await t.advance(MINUTE_MS)
    await t.sandbox.leaveGroup({ externalUserId: a, chatId })
    await t.sandbox.removeFromGroup({ externalUserId: b, chatId })
    await t.settle()

    expect(await present(chatId)).toEqual([c])
    expect(await t.timelineOf(a)).toEqual([
      '加入客户群「牧野·付费1」（扫群二维码）',
      '离开客户群「牧野·付费1」（自己退出）',
    ])
    expect(await t.timelineOf(b)).toEqual([
      '加入客户群「牧野·付费1」（扫群二维码）',
      '离开客户群「牧野·付费1」（被移出）',
    ])
    expect(await t.timelineOf(c)).toEqual(['加入客户群「牧野·付费1」（由成员邀请）'])
    expect(await t.eventsOf('group.joined')).toEqual([
      { chatId, pool: '付费群', externalUserId: a, state: await state(), atMs: t.clock.now() - MINUTE_MS },
      { chatId, pool: '付费群', externalUserId: b, state: await state(), atMs: t.clock.now() - MINUTE_MS },
      { chatId, pool: '付费群', externalUserId: c, state: null, atMs: t.clock.now() - MINUTE_MS },
    ])
    expect(await t.eventsOf('group.left')).toHaveLength(2)
  })

  it('is the same when events come four times, shuffled and merged', async () => {
    const chatId = await group('牧野·付费1')
    t.sandbox.setDelivery({ copies: 4, shuffle: true })
    const ids = strangers(12)
    for (const [at, id] of ids.entries()) {
      await join(id)
      if (at % 3 === 2) await t.settle()
      t.clock.advance(SECOND_MS)
      if (at % 4 === 0) await t.sandbox.leaveGroup({ externalUserId: id, chatId })
    }
    await t.settle()
    await t.advance(HOUR_MS)
    expect(await present(chatId)).toEqual(inWorld(chatId))
    expect(await present(chatId)).toHaveLength(9)
    const left = await t.rawRows('SELECT id FROM chat_member WHERE left_at IS NOT NULL')
    expect(await t.eventsOf('group.left')).toHaveLength(left.length)
    expect(await t.eventsOf('group.joined')).toHaveLength(9 + left.length)
  })

  it('needs neither member list nor versions in the event, as older senders leave them out', async () => {
    const chatId = await group('牧野·付费1')
    t.sandbox.connect('http://127.0.0.1:1')
    const [id = ''] = strangers(1)
    await t.sandbox.joinGroup({ externalUserId: id, chatId })
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    t.sandbox.redeliver((delivery) => {
      delivery.xml = delivery.xml.replace(/<(MemChangeList|MemChangeCnt|LastMemVer|CurMemVer)>.*?<\/\1>/gs, '')
      return delivery.key.includes('add_member')
    })
    await t.settle()
    expect(await present(chatId)).toEqual([id])
  })

  it('asks again when WeCom’s answer lags behind its own event', async () => {
    const chatId = await group('牧野·付费1')
    const room = t.sandbox.world.groups.get(chatId) as Group // just made
    const before = { members: new Map(room.members), memberVersion: room.memberVersion }
    const [id = ''] = strangers(1)
    await join(id)
    const after = { members: room.members, memberVersion: room.memberVersion }
    Object.assign(room, before)
    await t.settle()
    expect(await present(chatId)).toEqual([])

    Object.assign(room, after)
    await t.advance(SECOND_MS)
    expect(await present(chatId)).toEqual([])
    await t.advance(SECOND_MS)
    expect(await present(chatId)).toEqual([id])
  })

  it('reads once more, and only once, for all that was heard during a call', async () => {
    const chatId = await group('牧野·付费1')
    const { groups } = t.huoshui.wecom
    const get = groups.get
    let calls = 0
    let answer = (): void => undefined
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    groups.get = async (body) => {
      calls += 1
      const detail = await get(body)
      if (calls === 1) await held
      return detail
    }
    const [first = '', ...others] = strangers(20)
    await join(first)
    await vi.waitFor(() => expect(calls).toBe(1), 20_000)
    for (const id of others) await join(id)
    await t.sandbox.settle()
    await vi.waitFor(
      async () => expect(await t.rawRows(`SELECT id FROM inbound_event WHERE state = 'new'`)).toEqual([]),
      20_000,
    )
    answer()
    await t.settle()
    expect(await present(chatId)).toEqual(inWorld(chatId))
    expect(calls).toBe(2)
  })

  it('knows a second joining from the first', async () => {
    const chatId = await group('牧野·付费1')
    const [id = ''] = strangers(1)
    for (let time = 0; time < 2; time++) {
      await t.advance(MINUTE_MS)
      await join(id)
      await t.settle()
      await t.advance(MINUTE_MS)
      await t.sandbox.leaveGroup({ externalUserId: id, chatId })
      await t.settle()
    }
    expect(await t.timelineOf(id)).toHaveLength(4)
    expect(await t.eventsOf('group.joined')).toHaveLength(2)
    expect(await t.eventsOf('group.left')).toHaveLength(2)
    expect(await present(chatId)).toEqual([])
  })

  it('ends for everybody when the group is dismissed', async () => {
    const chatId = await group('牧野·付费1')
    const [id = ''] = strangers(1)
    await join(id)
    await t.settle()
    await t.sandbox.dismissGroup({ chatId })
    await t.settle()
    expect(await present(chatId)).toEqual([])
    expect(await t.timelineOf(id)).toContain('离开客户群「牧野·付费1」（群已解散）')
    expect(await t.db.tx((tx) => t.huoshui.groups.queries.groupsOf(tx, id))).toEqual([])
  })

  it('is the fact `groups`, in memory', async () => {
    await group('牧野·付费1')
    const [id = '', other = ''] = strangers(2)
    await join(id)
    await t.settle()
    const facts = await t.db.tx((tx) => t.huoshui.facts.of(tx, [id, other], t.clock.now()))
    expect(facts.get(id)?.get('groups')).toEqual(['付费群'])
    expect(facts.get(other)?.get('groups')).toEqual([])
  })

  it('is the fact `groups`, for an audience', async () => {
    await group('牧野·付费1')
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    const stays = await t.sandbox.scan({ userId: 'zhangsan' })
    await join(externalUserId)
    await t.settle()
    const audience = (test: object) =>
      t.db.tx((tx) => t.huoshui.facts.audience(tx, { kind: 'test', path: 'groups', test }, t.clock.now(), { limit: 9 }))
    expect(await audience({ any: ['付费群'] })).toEqual([externalUserId])
    expect(await audience({ none: ['付费群'] })).toEqual([stays.externalUserId])
  })
})

describe('finding groups', () => {
  it('puts a renamed group into its pool', async () => {
    const chatId = await group('未命名')
    expect(await t.rawRows('SELECT pool FROM chat_group')).toEqual([{ pool: null }])
    await t.sandbox.renameGroup({ chatId, name: '牧野·付费8' })
    await t.settle()
    expect(await t.rawRows('SELECT name, pool FROM chat_group')).toEqual([{ name: '牧野·付费8', pool: '付费群' }])
  })

  it('finds groups whose callbacks were lost; who joined long before is no news', async () => {
    t.sandbox.connect('http://127.0.0.1:1')
    const [early = '', late = ''] = strangers(2)
    const chatId = await group('牧野·付费1')
    await t.sandbox.joinGroup({ externalUserId: early, chatId })
    t.clock.advance(2 * DAY_MS)
    await t.sandbox.joinGroup({ externalUserId: late, chatId })
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    await t.settle()
    expect(await present(chatId)).toEqual([early, late])
    const told = (await t.eventsOf('group.joined')).map((event) => event.externalUserId)
    expect(told).toEqual([late])
    expect(await t.timelineOf(early)).toEqual(['加入客户群「牧野·付费1」（由成员邀请）'])
  })

  it('finds out by itself about changes and a dismissal that no callback told', async () => {
    const stays = await group('牧野·付费1')
    const goes = await group('牧野·付费2')
    const [id = ''] = strangers(1)
    t.sandbox.connect('http://127.0.0.1:1')
    await t.sandbox.joinGroup({ externalUserId: id, chatId: stays })
    await t.sandbox.joinGroup({ externalUserId: id, chatId: goes })
    await t.sandbox.dismissGroup({ chatId: goes })
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    await t.advance(DAY_MS + HOUR_MS)
    expect(await present(stays)).toEqual([id])
    expect(await t.rawRows('SELECT name FROM chat_group WHERE dismissed_at IS NOT NULL')).toEqual([
      { name: '牧野·付费2' },
    ])
  })

  it('lists by owner where WeCom has too many members in range', async () => {
    await t.sandbox.scan({ userId: 'lisi' })
    await t.settle()
    t.sandbox.connect('http://127.0.0.1:1')
    const chatId = await group('牧野·付费1')
    const lisi = t.sandbox.world.staff.get('lisi')
    for (let at = 0; lisi !== undefined && at < 1_001; at++)
      t.sandbox.world.staff.set(`u${at}`, { ...lisi, userId: `u${at}` })
    t.sandbox.connect(t.url)
    await t.advance(HOUR_MS)
    expect(await t.rawRows('SELECT chat_id FROM chat_group')).toEqual([{ chat_id: chatId }])
    expect(t.sandbox.calls('groupchat/list').map((call) => call.errcode)).toContain(81017)
  })
})

describe('the code of a pool', () => {
  it('stays the same while 1,200 people join seven groups of 200, none over', async () => {
    for (let at = 1; at <= 7; at++) await group(`牧野·付费${at}`)
    const before = await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, '付费群'))
    expect(before?.qrCode).toMatch(/^http/)
    expect(before?.chatIds).toHaveLength(5)
    const ids = strangers(1_200)
    for (let at = 0; at < ids.length; at += 60) {
      for (const id of ids.slice(at, at + 60))
        await t.sandbox.joinGroup({ externalUserId: id, state: before?.state ?? '' })
      await t.settle()
      t.clock.advance(SECOND_MS)
    }
    await t.settle()

    const sizes = await t.rawRows<{ members: number }>(
      `SELECT COUNT(*) AS members FROM chat_member WHERE left_at IS NULL GROUP BY chat_id ORDER BY 1 DESC`,
    )
    expect(sizes.map((row) => Number(row.members))).toEqual([200, 200, 200, 200, 200, 200, 7])
    expect(t.sandbox.calls('groupchat/add_join_way')).toHaveLength(1)
    const after = await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, '付费群'))
    expect(after?.qrCode).toBe(before?.qrCode)
    expect(await t.db.tx((tx) => t.huoshui.groups.queries.fullness(tx, '付费群'))).toMatchObject({
      groups: 7,
      members: 1_207,
      room: 193,
    })
    // One call reads many joinings.
    expect(t.sandbox.calls('groupchat/get').length).toBeLessThan(600)
  })

  it('says that the pool is full, once, and goes on when a group is added', async () => {
    expect(await trouble()).toBe('群池「付费群」还没有群，请建一个名字以「牧野·付费」开头的客户群')
    const only = await group('牧野·付费1')
    expect(await trouble()).toBeUndefined()
    const ids = strangers(200)
    for (const id of ids.slice(0, 199)) await t.sandbox.joinGroup({ externalUserId: id, chatId: only })
    await t.settle()
    expect(await trouble()).toBe('群池「付费群」的 1 个群都满了（每群 200 人），请新建一个群或调大 capacity')
    expect(await t.db.tx((tx) => t.huoshui.groups.queries.hasRoom(tx, '付费群'))).toBe(false)
    const next = await group('牧野·付费2')
    expect(await trouble()).toBeUndefined()
    expect(await join(ids[199] ?? '')).toBe(next)
  })

  it('is made once, also when WeCom refuses or answers nothing at first', async () => {
    t.sandbox.faults.set({ path: 'groupchat/add_join_way', http: 502, times: 1 })
    t.sandbox.faults.set({ path: 'groupchat/get_join_way', errcode: -1, times: 2 })
    for (const name of ['牧野·付费1', '牧野·付费2']) await group(name)
    expect((await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, '付费群')))?.qrCode).toBeUndefined()
    for (let time = 0; time < 4; time++) await t.advance(MINUTE_MS)
    expect((await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, '付费群')))?.qrCode).toMatch(/^http/)
    expect(t.sandbox.world.joinWays.size).toBe(1)
  })

  async function trouble(): Promise<string | undefined> {
    return (await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, '付费群')))?.trouble
  }
})

it('lets WeCom open the next groups itself, numbered on', async () => {
  await t.close()
  const auto = config['groups/g.yaml'].replace('capacity: 200', 'capacity: 4\nautoCreate: { baseName: 牧野·付费 }')
  t = await buildTestApp({ config: { ...config, 'groups/g.yaml': auto } })
  await group('牧野·付费1', 4)
  for (const id of strangers(10)) {
    await join(id)
    await t.settle()
    t.clock.advance(SECOND_MS)
  }
  const sizes = await t.rawRows('SELECT name, pool, member_count FROM chat_group ORDER BY name')
  expect(sizes).toEqual([
    { name: '牧野·付费1', pool: '付费群', member_count: 4 },
    { name: '牧野·付费2', pool: '付费群', member_count: 4 },
    { name: '牧野·付费3', pool: '付费群', member_count: 4 },
    { name: '牧野·付费4', pool: '付费群', member_count: 2 },
  ])
})
