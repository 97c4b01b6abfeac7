import { beforeEach, describe, expect, it } from 'vitest'
import { pick, raw, sql } from '../../core/db/sql.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { POOL_STANDING } from './routing-tables.ts'
import {
  ask,
  hear,
  invite,
  kit,
  notes,
  open,
  rows,
  states,
  tasks,
  useRoutingBench,
  world,
} from './testing/routing-bench.ts'

useRoutingBench()

describe('whoever is in a group', () => {
  const ORDER = { externalUserId: 'wmA', orderId: 'o', totalFen: 1, first: true }
  const standings = async () =>
    (
      await ask((tx) =>
        tx.rows(
          sql`SELECT ${pick(POOL_STANDING, 'pool', 'meets')} FROM ${POOL_STANDING} ORDER BY ${POOL_STANDING.pool}`,
        ),
      )
    ).map(({ pool: name, meets }) => `${name} ${meets}`)
  const refunded = (agoMs = 0) => hear('routing.refunded', { ...ORDER, atMs: kit.clock.now() - agoMs })
  const leaveTasks = () =>
    tasks
      .filter(({ kind }) => kind === 'should-leave')
      .map(({ userId, pool: of, state }) => `${userId} ${String(of)} ${state}`)
  beforeEach(() => {
    world.groups = [{ pool: '付费群', owner: 'lisi' }, {}]
  })

  it('and belongs there is left alone', async () => {
    await refunded()
    expect([await standings(), leaveTasks()]).toEqual([['付费群 1'], []])
  })

  it('and belonged there until an order changed is asked to leave, once, by whoever has the customer', async () => {
    world.paid = 0
    await refunded()
    await refunded()
    expect([await standings(), leaveTasks()]).toEqual([['付费群 0'], ['zhangsan 付费群 open']])
    expect(tasks[0]).toMatchObject({
      dueInMs: 3 * DAY_MS,
      reason: {
        text: '订单退款后不再符合群池「付费群」的入群条件',
        rule: { name: '付费群' },
        facts: { 'orders.paid.count': 0 },
        eventId: 7,
      },
    })
  })

  it.each<[string, string | undefined, string | undefined, string[]]>([
    ['else by whose group it is', undefined, 'lisi', ['lisi 付费群 open']],
    ['by nobody where there is none', undefined, undefined, []],
  ])('%s', async (_who, owner, groupOwner, expected) => {
    world.owner = owner
    world.groups = [{ pool: '付费群', ...(groupOwner === undefined ? {} : { owner: groupOwner }) }]
    world.paid = 0
    await refunded()
    expect(leaveTasks()).toEqual(expected)
  })

  it('and never belonged there is not sent away for a tag, nor for news of long ago', async () => {
    world.paid = 0
    await hear('routing.tagged', { externalUserId: 'wmA' })
    expect([await standings(), leaveTasks()]).toEqual([['付费群 0'], []])
    await ask((tx) => tx.run(raw('DELETE FROM pool_standing')))
    await refunded(31 * DAY_MS)
    expect([await standings(), leaveTasks()]).toEqual([['付费群 0'], []])
  })

  it('and belonged there when it was looked at last is sent away whatever changed', async () => {
    await hear('routing.tagged', { externalUserId: 'wmA' })
    await ask((tx) =>
      tx.insertIgnore(POOL_STANDING, [{ external_userid: 'wmB', pool: '付费群', meets: 0, reviewed_at: 1 }]),
    )
    world.paid = 0
    await hear('routing.tagged', { externalUserId: 'wmA' })
    expect(leaveTasks()).toEqual(['zhangsan 付费群 open'])
    world.paid = 1
    await hear('routing.tagged', { externalUserId: 'wmA' })
    expect(tasks[0]).toMatchObject({ state: 'dropped', note: '又符合入群条件了' })
  })

  it('is not sent away while another invitation is open; its to-do ends with the group', async () => {
    world.paid = 0
    world.inPool = []
    await invite({ pool: '科普群', by: 'mass-send' })
    await refunded()
    expect([await standings(), leaveTasks()]).toEqual([['付费群 1'], []])
    await ask((tx) => tx.run(raw(`UPDATE invitation SET state = 'waiting'`)))
    await refunded()
    expect(leaveTasks()).toEqual(['zhangsan 付费群 open'])
    world.inPool = ['付费群']
    await hear('routing.left', { externalUserId: 'wmA', pool: '付费群' })
    await hear('routing.left', { externalUserId: 'wmA', pool: null })
    expect(leaveTasks()).toEqual(['zhangsan 付费群 open'])
    world.inPool = []
    await hear('routing.left', { externalUserId: 'wmB', pool: '科普群' })
    expect([await standings(), leaveTasks()]).toEqual([['付费群 0'], ['zhangsan 付费群 open']])
    await ask((tx) =>
      tx.insertIgnore(POOL_STANDING, [
        { external_userid: 'wmB', pool: '付费群', meets: 1, reviewed_at: 1 },
        { external_userid: 'wmA', pool: '科普群', meets: 1, reviewed_at: 1 },
      ]),
    )
    await hear('routing.left', { externalUserId: 'wmA', pool: '付费群' })
    expect([await standings(), leaveTasks()]).toEqual([['付费群 1', '科普群 1'], ['zhangsan 付费群 done']])
  })

  it('and is in none of ours is looked at for invitations alone', async () => {
    world.groups = []
    await invite()
    world.paid = 0
    await refunded()
    expect([await states(), await standings()]).toEqual([['付费群 withdrawn zhangsan'], []])
  })
})

describe('what happens to a customer', () => {
  const paid = (agoMs = 0) =>
    hear('routing.paid', {
      externalUserId: 'wmA',
      orderId: 'o',
      totalFen: 1,
      first: true,
      atMs: kit.clock.now() - agoMs,
    })

  it.each<[string, () => Promise<void>, string[]]>([
    ['pays: invited where that is asked for', () => paid(), ['付费群 open zhangsan']],
    ['paid long ago: nobody is asked', () => paid(30 * DAY_MS + 1), []],
    ['paid a month ago: is news', () => paid(30 * DAY_MS), ['付费群 open zhangsan']],
    [
      'is added: invited where that is asked for',
      () => hear('routing.invite-added', { externalUserId: 'wmA', userId: 'lisi', addedAtMs: kit.clock.now() }),
      ['科普群 open lisi'],
    ],
    [
      'was found long after: nobody is asked',
      () =>
        hear('routing.invite-added', {
          externalUserId: 'wmA',
          userId: 'lisi',
          found: true,
          addedAtMs: kit.clock.now() - DAY_MS - 1,
        }),
      [],
    ],
  ])('who %s', async (_what, happen, expected) => {
    world.paid = expected[0]?.startsWith('科普群') ? 0 : 1
    await happen()
    expect(await states()).toEqual(expected)
  })

  it('who pays and has no guide is asked by nobody', async () => {
    world.owner = undefined
    await paid()
    expect(await states()).toEqual([])
  })

  it.each<[string, string | undefined, string[]]>([
    ['nobody is left: withdrawn', undefined, ['付费群 withdrawn zhangsan', '闲聊群 withdrawn wangwu']],
    ['another has the customer: handed on', 'lisi', ['付费群 open lisi', '闲聊群 open wangwu']],
    ['it was not lost after all', 'zhangsan', ['付费群 open zhangsan', '闲聊群 open wangwu']],
  ])('who is lost to a guide: %s', async (_what, owner, expected) => {
    await invite()
    await invite({ pool: '闲聊群', userId: 'wangwu' })
    world.owner = owner
    await hear('routing.lost', { externalUserId: 'wmA', userId: 'zhangsan' })
    expect(await states()).toEqual(expected)
  })

  it('who is handed over, or whose guide leaves or is renamed, is invited in the new name; others are not', async () => {
    await invite()
    await invite({ externalUserId: 'wmB' })
    await invite({ pool: '闲聊群', userId: 'wangwu' })
    await ask((tx) =>
      tx.run(raw(`UPDATE invitation SET open_slot = NULL, state = 'lapsed' WHERE external_userid = 'wmB'`)),
    )
    await invite({ externalUserId: 'wmB' })
    await hear('routing.hand-over', { externalUserId: 'wmA', fromUserId: 'zhangsan', toUserId: 'lisi' })
    expect(await states()).toEqual([
      '付费群 open lisi',
      '付费群 lapsed zhangsan',
      '闲聊群 open wangwu',
      '付费群 open zhangsan',
    ])
    await hear('routing.hand-over', { externalUserId: 'wmB', fromUserId: 'zhangsan', toUserId: 'lisi' })
    expect((await states()).slice(1)).toEqual(['付费群 lapsed zhangsan', '闲聊群 open wangwu', '付费群 open lisi'])
    world.owner = 'zhaoliu'
    await hear('routing.guide-left', { userId: 'lisi' })
    expect(await states()).toEqual([
      '付费群 open zhaoliu',
      '付费群 lapsed zhangsan',
      '闲聊群 open wangwu',
      '付费群 open zhaoliu',
    ])
    world.owner = undefined
    await hear('routing.guide-left', { userId: 'zhaoliu' })
    expect(await ask((tx) => open().guideRenamed(tx, { oldUserId: 'zhaoliu', newUserId: 'zhao', atMs: 1 }))).toBe(2)
    expect(await ask((tx) => open().guideRenamed(tx, { oldUserId: 'zhangsan', newUserId: 'z', atMs: 1 }))).toBe(0)
    expect(await states()).toEqual([
      '付费群 open zhao',
      '付费群 lapsed zhangsan',
      '闲聊群 open wangwu',
      '付费群 open zhao',
    ])
  })

  it.each<[string, string | null, string | null, string | undefined, string]>([
    ['by its code', '付费群', 's', '付费群', 'joined 已扫码入群'],
    ['by the code of its pool, into a group outside', null, 's', '付费群', 'joined 已扫码入群'],
    ['otherwise', '付费群', null, undefined, 'joined 已入群'],
    ['another', '科普群', null, undefined, 'open null'],
    ['none of ours', null, null, undefined, 'open null'],
  ])('who joins a group %s', async (_how, name, state, poolOfState, expected) => {
    await invite()
    world.poolOfState = poolOfState
    await hear('routing.joined', { externalUserId: 'wmA', pool: name, state, chatId: 'chat' })
    const [row] = await rows()
    expect(`${row?.state} ${row?.close_note}`).toBe(expected)
    if (row?.state === 'joined') {
      expect([row.chat_id, row.open_slot, tasks[0]?.state]).toEqual(['chat', null, 'done'])
    }
    // Joining has a note of its own.
    expect(await notes()).toEqual([])
  })
})
