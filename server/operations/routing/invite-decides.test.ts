import { beforeEach, describe, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { countStatements } from '../../testing/count-statements.ts'
import type { InvitationState } from './invitation-states.ts'
import type { InviteRequest } from './invite.ts'
import {
  ask,
  invite,
  kit,
  notes,
  open,
  rows,
  run,
  states,
  tasks,
  useRoutingBench,
  world,
} from './testing/routing-bench.ts'

useRoutingBench()

describe('who is invited', () => {
  it.each<[string, () => void, Partial<InviteRequest>, string, number]>([
    ['who meets the condition', () => undefined, {}, 'invited', 1],
    ['not who does not', () => (world.paid = 0), {}, 'not-eligible', 0],
    ['nobody into a pool that is none', () => undefined, { pool: '没有' }, 'not-eligible', 0],
    ['not who is in it', () => (world.inPool = ['付费群']), {}, 'already-member', 0],
    ['who is in another', () => (world.inPool = ['科普群']), {}, 'invited', 1],
    ['not who refused', () => (world.refused = ['wmA']), {}, 'not-eligible', 0],
    ['nobody yet while there is no room', () => (world.room = false), {}, 'no-room', 1],
  ])('%s', async (_who, given, more, outcome, count) => {
    given()
    expect([await invite(more), (await rows()).length]).toEqual([outcome, count])
  })

  it.each<[InvitationState, string]>([
    ['open', 'already-open'],
    ['waiting', 'no-room'],
    ['joined', 'already-member'],
    ['lapsed', 'not-eligible'],
    ['withdrawn', 'not-eligible'],
  ])('the same reason once more is told how the first one stands: %s', async (state, outcome) => {
    await invite({ key: 'same' })
    await ask((tx) => tx.run(raw('UPDATE invitation SET state = ?', [state])))
    expect(await invite({ key: 'same' })).toBe(outcome)
    expect(await rows()).toHaveLength(1)
  })

  it('another reason is told of the one under way', async () => {
    await invite()
    expect(await invite()).toBe('already-open')
    world.room = false
    await invite({ pool: '闲聊群' })
    expect(await invite({ pool: '闲聊群' })).toBe('no-room')
  })
})

describe('how it becomes known', () => {
  it('as a to-do within a day, with the pool’s code', async () => {
    await invite()
    const [row] = await rows()
    expect(row).toMatchObject({
      state: 'open',
      invited_by: 'task',
      check_at: null,
      lapse_at: kit.clock.now() + 7 * DAY_MS,
    })
    expect(tasks).toMatchObject([
      { key: row?.task_key, kind: 'invite', userId: 'zhangsan', pool: '付费群', dueInMs: DAY_MS },
    ])
    expect(await notes()).toEqual([])
  })

  it('with the welcome, of which it is looked whether it took it along', async () => {
    world.paid = 0
    await invite({ pool: '科普群', by: 'welcome' })
    const now = kit.clock.now()
    expect((await rows())[0]).toMatchObject({
      invited_by: 'welcome',
      check_at: now,
      task_key: null,
      lapse_at: now + 3 * DAY_MS,
    })
    expect([tasks, await notes()]).toEqual([[], []])
  })

  it('with a scheduled send, which is noted', async () => {
    await invite({ by: 'mass-send' })
    expect([tasks, await notes()]).toEqual([[], ['invitation.opened 随群发邀请加入「付费群」']])
    expect((await rows())[0]?.check_at).toBeNull()
  })

  it('not at all while there is no room', async () => {
    world.room = false
    await invite({ by: 'welcome' })
    expect((await rows())[0]).toMatchObject({ state: 'waiting', check_at: null, task_key: null })
    expect([tasks, await notes()]).toEqual([[], ['invitation.waiting 「付费群」没有空位，等有了空位再邀请']])
  })
})

describe('whether the welcome took it along', () => {
  beforeEach(async () => {
    world.paid = 0
    await invite({ pool: '科普群', by: 'welcome' })
  })
  it('nobody knows yet: it is looked again after five seconds', async () => {
    await run('routing.check-welcomes')
    expect((await rows())[0]).toMatchObject({ check_at: kit.clock.now() + 5_000, invited_by: 'welcome' })
  })
  it('it did not: the guide is asked', async () => {
    world.outcomes = [{ userId: 'zhangsan', state: 'taken', leftOut: [] }]
    await run('routing.check-welcomes')
    expect((await rows())[0]).toMatchObject({ check_at: null, invited_by: 'task' })
    expect([tasks.length, await notes()]).toEqual([1, []])
  })
  it('of many it is looked in as many statements as of one', async () => {
    const one = await countStatements(kit.db, () => run('routing.check-welcomes'))
    kit.clock.advance(5_000)
    for (let n = 0; n < 40; n++) await invite({ externalUserId: `wm${n}`, pool: '科普群', by: 'welcome' })
    const many = await countStatements(kit.db, () => run('routing.check-welcomes'))
    expect([one.total, many.total]).toEqual([4, 4])
    expect(new Set((await rows()).map((row) => row.check_at))).toEqual(new Set([kit.clock.now() + 5_000]))
  })
  it('not a moment before it is due', async () => {
    await run('routing.check-welcomes')
    world.outcomes = [{ userId: 'zhangsan', state: 'taken', leftOut: [] }]
    kit.clock.advance(4_999)
    await run('routing.check-welcomes')
    expect(tasks).toEqual([])
    kit.clock.advance(1)
    await run('routing.check-welcomes')
    expect(tasks).toHaveLength(1)
  })
})

describe('time and room', () => {
  it('who was invited longer ago than the pool waits is invited no more; whoever is left is looked at', async () => {
    for (let n = 0; n < 101; n++) await invite({ externalUserId: `wm${n}` })
    kit.clock.advance(7 * DAY_MS - 1)
    await run('routing.lapse')
    expect(new Set((await rows()).map(({ state }) => state))).toEqual(new Set(['open']))
    kit.clock.advance(1)
    await run('routing.lapse')
    expect(new Set((await rows()).map(({ state, closed_at }) => `${state} ${closed_at}`))).toEqual(
      new Set([`lapsed ${kit.clock.now()}`]),
    )
    expect(tasks.map(({ state, note }) => `${state} ${note}`)).toEqual(Array(101).fill('dropped 邀请已过期'))
  })

  it.each<[string, typeof world.fullness, number]>([
    ['no group', undefined, 0],
    ['no room', { room: 0, opensItself: false }, 0],
    ['less than none', { room: -1, opensItself: false }, 0],
    ['one place', { room: 1, opensItself: false }, 1],
    ['two places', { room: 2, opensItself: false }, 2],
    ['no room, but a group to come', { room: 0, opensItself: true }, 3],
  ])('of three who wait, with %s as many go out', async (_what, fullness, count) => {
    world.room = false
    for (const id of ['wm1', 'wm2', 'wm3']) await invite({ externalUserId: id })
    world.fullness = fullness
    kit.clock.advance(DAY_MS)
    await run('routing.open-waiting')
    expect(
      (await rows()).filter(({ state }) => state === 'open').map(({ external_userid }) => external_userid),
    ).toEqual(['wm1', 'wm2', 'wm3'].slice(0, count))
    expect(tasks).toHaveLength(count)
    if (count > 0) {
      expect((await rows())[0]).toMatchObject({
        invited_by: 'task',
        opened_at: kit.clock.now(),
        lapse_at: kit.clock.now() + 7 * DAY_MS,
      })
    }
    const job = open().jobs.find(({ name }) => name === 'routing.open-waiting')
    const dueAt = typeof job?.dueAt === 'function' ? job.dueAt : undefined
    const left = (await rows()).find(({ state }) => state === 'waiting')
    const isDue = left !== undefined && fullness !== undefined && (fullness.room > 0 || fullness.opensItself)
    expect(await ask(async (tx) => dueAt?.(tx))).toBe(isDue ? left.opened_at : undefined)
  })

  it('who waited and belongs there no more is invited no more', async () => {
    world.room = false
    await invite()
    world.fullness = { room: 1, opensItself: false }
    world.paid = 0
    await run('routing.open-waiting')
    expect(await states()).toEqual(['付费群 withdrawn zhangsan'])
    expect((await notes()).at(-1)).toBe('invitation.withdrawn 取消邀请进「付费群」：等待期间不再符合入群条件')
  })
})
