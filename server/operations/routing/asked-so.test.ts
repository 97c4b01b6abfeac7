import { beforeEach, describe, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { AskedSo } from './reach-out.ts'
import {
  ask,
  hear,
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

const journey = (n: number) => ({ text: `旅程${n}`, rule: { kind: 'sop', name: `旅程${n}`, version: '1' } })
const so = (key: string, title = '请他进群'): AskedSo => ({ key, title, scriptId: '邀请', deadlines: [] })
/** Journey `n` asks by the to-do `sop:n`. */
const asksSo = (n: number, more: object = {}) =>
  invite({ key: `sop:${n}`, so: so(`sop:${n}`), reason: journey(n), ...more })
const drop = (n: number, externalUserId = 'wmA') =>
  ask((tx) => open().dropAsked(tx, [{ key: `sop:${n}`, externalUserId, reason: journey(n) }], '退款'))
const toDos = () => tasks.map(({ title, userId, state, key }) => `${title} ${userId} ${state} ${key.split(':')[0]}`)
const finish = (key: string, state = 'done') => Object.assign(tasks.find((one) => one.key === key) ?? {}, { state })
const lose = (userId: string) => hear('routing.lost', { externalUserId: 'wmA', userId })

describe('a journey wants no more what it has asked for', () => {
  it('and the invitation that it began goes with its to-do, so that others may invite', async () => {
    await asksSo(1)
    await asksSo(2, { externalUserId: 'wmB' })
    await drop(1)
    await drop(1)
    expect(await states()).toEqual(['付费群 withdrawn zhangsan', '付费群 open zhangsan'])
    expect(toDos()).toEqual(['请他进群 zhangsan dropped sop', '请他进群 zhangsan open sop'])
    expect([tasks[0]?.note, await notes()]).toEqual(['退款', []])
    expect(await invite()).toBe('invited')
  })

  it('nor what it asked for again', async () => {
    await invite()
    finish(tasks[0]?.key ?? '')
    expect(await asksSo(1)).toBe('asked-again')
    await drop(1)
    expect(await states()).toEqual(['付费群 withdrawn zhangsan'])
    expect(await invite()).toBe('invited')
  })

  it('what its guide has sent stands', async () => {
    await asksSo(1)
    finish('sop:1')
    await drop(1)
    expect(await states()).toEqual(['付费群 open zhangsan'])
  })

  it('nor what another guide has since', async () => {
    await asksSo(1)
    world.owner = 'lisi'
    await lose('zhangsan')
    await drop(2)
    expect(await states()).toEqual(['付费群 open lisi'])
    await drop(1)
    expect(await states()).toEqual(['付费群 withdrawn lisi'])
    expect(toDos()[1]).toBe('邀请进「付费群」 lisi dropped invite')
  })

  it('nor what found room since', async () => {
    world.room = false
    await asksSo(1)
    world.fullness = { room: 2, opensItself: false }
    world.room = true
    await run('routing.open-waiting')
    expect(await states()).toEqual(['付费群 open zhangsan'])
    await drop(1)
    expect(await states()).toEqual(['付费群 withdrawn zhangsan'])
  })

  it('what another journey has asked for again is not dropped with it', async () => {
    await asksSo(1)
    finish('sop:1')
    await asksSo(2)
    await drop(1)
    expect([await states(), toDos()[1]]).toEqual([['付费群 open zhangsan'], '请他进群 zhangsan open sop'])
  })

  it('whoever has asked meanwhile gets a to-do in the words of the pool, while the customer belongs there', async () => {
    await asksSo(1)
    expect(await invite({ reason: { text: '订单已付款' } })).toBe('already-open')
    await drop(1)
    await drop(1)
    expect(await states()).toEqual(['付费群 open zhangsan'])
    expect(toDos()).toEqual(['请他进群 zhangsan dropped sop', '邀请进「付费群」 zhangsan open invite'])
    expect(tasks[1]?.reason).toEqual({ text: '订单已付款' })
  })

  it.each<[string, () => unknown]>([
    ['belongs there no more', () => (world.paid = 0)],
    ['wants no invitations', () => (world.refused = ['wmA'])],
  ])('nobody who %s', async (_who, given) => {
    await asksSo(1)
    await invite({ reason: { text: '订单已付款' } })
    given()
    await drop(1)
    expect([await states(), tasks.length]).toEqual([['付费群 withdrawn zhangsan'], 1])
  })

  it('who waits for room because of it waits no more', async () => {
    world.room = false
    await asksSo(1)
    await asksSo(2, { externalUserId: 'wmB' })
    await drop(1)
    world.fullness = { room: 2, opensItself: false }
    await run('routing.open-waiting')
    expect(await states()).toEqual(['付费群 withdrawn zhangsan', '付费群 open zhangsan'])
  })

  it('who waits for somebody else as well goes on waiting', async () => {
    world.room = false
    await asksSo(1)
    expect(await invite({ reason: { text: '订单已付款' } })).toBe('no-room')
    await drop(1)
    expect(await states()).toEqual(['付费群 waiting zhangsan'])
  })
})

describe('an invitation is asked for again', () => {
  it('for the new reason, and waits as long as a new one', async () => {
    await invite()
    finish(tasks[0]?.key ?? '')
    kit.clock.advance(5 * DAY_MS)
    expect(await asksSo(1)).toBe('asked-again')
    expect(await asksSo(1)).toBe('asked-again')
    expect((await rows())[0]).toMatchObject({ task_key: 'sop:1', lapse_at: kit.clock.now() + 7 * DAY_MS })
    expect(tasks.map(({ reason }) => reason)).toEqual([{ text: '测试' }, journey(1)])
  })

  it('not while it is to be seen whether the welcome took it along', async () => {
    world.paid = 0
    const welcome = { pool: '科普群' }
    await invite({ ...welcome, by: 'welcome' })
    expect(await asksSo(1, welcome)).toBe('already-open')
    expect((await rows())[0]).toMatchObject({ invited_by: 'welcome', check_at: kit.clock.now(), task_key: null })
    await ask((tx) => tx.run(raw('UPDATE invitation SET check_at = NULL')))
    expect(await asksSo(2, welcome)).toBe('asked-again')
  })

  it('not while it rides with a scheduled send', async () => {
    await invite({ by: 'mass-send' })
    expect(await asksSo(1)).toBe('already-open')
    expect([(await rows())[0]?.invited_by, tasks]).toEqual(['mass-send', []])
  })

  it('by one of two who ask at once', async () => {
    await invite()
    finish(tasks[0]?.key ?? '')
    world.meanwhile = (tx) =>
      open().invite(tx, {
        ...{ externalUserId: 'wmA', userId: 'lisi', pool: '付费群', key: 'sop:2', so: so('sop:2', '别人先问') },
        reason: journey(2),
      })
    expect(await asksSo(1)).toBe('already-open')
    expect(toDos().slice(1)).toEqual(['别人先问 lisi open sop'])
    expect((await rows())[0]).toMatchObject({ task_key: 'sop:2', userid: 'lisi' })
  })

  it('not after it has ended meanwhile', async () => {
    await invite()
    finish(tasks[0]?.key ?? '')
    world.meanwhile = (tx) => tx.run(raw(`UPDATE invitation SET state = 'joined', open_slot = NULL`))
    await asksSo(1)
    expect([await states(), tasks.length]).toEqual([['付费群 joined zhangsan'], 1])
  })

  it('not beside a to-do of a time when journeys asked without one', async () => {
    const old = { key: 'sop:0', externalUserId: 'wmA', scriptId: '邀请', kind: 'sop', userId: 'lisi' }
    tasks.push({ ...old, title: '旧的', pool: undefined, dueInMs: 0, state: 'open', reason: {} })
    tasks.push({
      ...old,
      key: 'sop:b',
      scriptId: '别的',
      title: '别的',
      pool: undefined,
      dueInMs: 0,
      state: 'open',
      reason: {},
    })
    expect(await asksSo(1)).toBe('already-open')
    expect(await rows()).toEqual([])
    finish('sop:0')
    expect(await asksSo(2)).toBe('invited')
  })
})

describe('the guide of an invitation loses the customer', () => {
  beforeEach(async () => {
    await asksSo(1)
    world.owner = 'lisi'
  })

  it('whose to-do is ended, and the other guide is asked, once', async () => {
    await lose('zhangsan')
    await lose('zhangsan')
    expect(toDos()).toEqual(['请他进群 zhangsan dropped sop', '邀请进「付费群」 lisi open invite'])
    expect(await states()).toEqual(['付费群 open lisi'])
  })

  it('after the to-do went to somebody else, who goes on with it', async () => {
    Object.assign(tasks[0] ?? {}, { userId: 'wangwu' })
    await lose('zhangsan')
    expect([toDos(), await states()]).toEqual([['请他进群 wangwu open sop'], ['付费群 open wangwu']])
  })

  it('to whom the to-do alone had gone, and the first one has it again', async () => {
    await lose('zhangsan')
    Object.assign(tasks[1] ?? {}, { userId: 'wangwu' })
    await lose('wangwu')
    kit.clock.advance(1)
    await lose('wangwu')
    expect(toDos().slice(1)).toEqual(['邀请进「付费群」 wangwu dropped invite', '邀请进「付费群」 lisi open invite'])
    expect((await rows())[0]?.task_key).toBe(tasks[2]?.key)
  })
})

it.each<[string, typeof world.outcomes]>([
  ['did not take it along', [{ userId: 'zhangsan', state: 'taken', leftOut: [] }]],
  ['may still take it along', []],
])('a welcome that %s changes nothing for whoever joins meanwhile', async (_what, outcomes) => {
  world.paid = 0
  await invite({ pool: '科普群', by: 'welcome' })
  world.outcomes = outcomes
  world.meanwhile = (tx) => tx.run(raw(`UPDATE invitation SET state = 'joined', check_at = NULL, open_slot = NULL`))
  await run('routing.check-welcomes')
  expect([tasks, (await rows()).map(({ check_at }) => check_at)]).toEqual([[], [null]])
})
