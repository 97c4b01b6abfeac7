import { afterEach, expect, it } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { runCommand } from '../../testing/run-command.ts'
import { openGroupScene } from './testing/group-scene.ts'
import { openSendScene, type SendScene } from './testing/send-scene.ts'

let t: SendScene
afterEach(() => t.close())

const send = (name: string, when: string, more = '') => `
send: ${name}
audience: { follow.active: true }
content: { text: ${name}的话 }
at: "${when}"
${more}
`
const open = async (most: string, ...sends: string[]): Promise<void> => {
  t = await openSendScene({ config: { 'policy.yaml': `contactsPerCustomer: { ${most} }\n` }, sends: sends.join('---') })
}
const wait = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute++) await t.advance(MINUTE_MS)
}
const noonOf = async (date: string): Promise<void> => {
  t.clock.set(Date.parse(`${date}T09:59:30+08:00`))
  await wait(2)
}
const show = async (run: number) => (await runCommand(sendsProgram, ['show', String(run)], t)).out

it('of two at one time the more important has the place; the other comes a day later, and says so', async () => {
  await open(
    'most: 2, days: 2',
    send('日常', '2026-11-25 10:00', 'ifCrowded: later'),
    send('大促', '2026-11-25 10:00', 'priority: 80'),
  )
  await t.befriend('zhangsan', 'wmA')
  await wait(2)
  expect(t.texts()).toEqual(['大促的话'])
  const why = '2 天内已联系 2 次（算上路上的「大促」），最多 2 次；2026-11-26 10:00 再看'
  expect(await t.timeline('wmA')).toEqual([`群发「日常」改天再发：${why}`])
  await t.confirmAll('zhangsan')
  await noonOf('2026-11-26')
  // The welcome and 大促 of yesterday still count; the day after they do not.
  expect(t.texts()).toEqual(['大促的话'])
  await noonOf('2026-11-27')
  expect(t.texts()).toEqual(['大促的话', '日常的话'])
  await t.confirmAll('zhangsan')
  await wait(6)
  expect(await t.timeline('wmA')).toContain('群发「日常」已送达（导购张三确认）')
  // Told once, however often it was put off.
  expect((await t.timeline('wmA')).filter((line) => line.includes('改天再发'))).toHaveLength(1)
  expect(await show(1)).toContain(`改天再发 1 位：${why}`)
  expect(await show(4)).toContain('已送达 1')
})

it('a less important one leaves the last place to what comes in the days to come, and who is dropped knows why', async () => {
  await open(
    'most: 2, days: 3',
    send('日常', '2026-11-25 10:00'),
    send('大促', '2026-11-27 10:00', 'priority: 80'),
    send('不相干', '2026-11-26 10:00', 'priority: 90\nguides: [lisi]'),
  )
  await t.befriend('zhangsan', 'wmA')
  await wait(2)
  expect(t.texts()).toEqual([])
  expect(await t.timeline('wmA')).toEqual([
    '群发「日常」未安排：3 天内最多 2 次，留给「大促」（2026-11-27 10:00，优先级 80）',
  ])
  expect((await runCommand(sendsProgram, ['plan', '日常'], t)).out).toContain('留给「大促」')
  await noonOf('2026-11-27')
  expect(t.texts()).toEqual(['大促的话'])
})

it('of equals the one goes first that is expected to bring more, from what earlier ones of its kind brought', async () => {
  t = await openSendScene({
    now: '2026-11-10T09:59:00+08:00',
    config: { 'policy.yaml': 'rhythm: { 上新: { most: 9, days: 9 }, 清仓: { most: 9, days: 9 } }\n' },
    sends: [
      send('上新一', '2026-11-10 10:00', 'kind: 上新\nguides: [zhangsan]'),
      send('清仓一', '2026-11-10 10:00', 'kind: 清仓\nguides: [lisi]'),
    ].join('---'),
  })
  await t.befriend('zhangsan', 'wmA', 'wmB')
  await t.befriend('lisi', 'wmC', 'wmD')
  await wait(2)
  await t.confirmAll('zhangsan')
  await t.confirmAll('lisi')
  await wait(6)
  for (const [externalUserId, paidAt] of [
    ['wmC', '2026-11-12T10:00:00+08:00'],
    // Too late to have come of it.
    ['wmA', '2026-11-17T10:01:00+08:00'],
    ['wmB', '2026-11-17T10:01:00+08:00'],
  ] as const) {
    t.clock.set(Date.parse(paidAt))
    await t.sandbox.order({ orderId: `o-${externalUserId}`, externalUserId, totalFen: 10_000, paidAt, status: 'paid' })
    await t.settle()
  }
  t.writeConfig({
    'policy.yaml':
      'contactsPerCustomer: { most: 1, days: 2 }\nrhythm: { 上新: { most: 9, days: 9 }, 清仓: { most: 9, days: 9 } }\n',
    'sends/sends.yaml': [
      send('上新二', '2026-11-25 10:00', 'kind: 上新'),
      send('清仓二', '2026-11-25 10:00', 'kind: 清仓'),
    ].join('---'),
  })
  await t.huoshui.rules.check()
  await noonOf('2026-11-25')
  expect(t.texts().slice(2)).toEqual(['清仓二的话', '清仓二的话'])
  expect(await t.timeline('wmA')).toContain(
    '群发「上新二」未安排：2 天内已联系 1 次（算上路上的「清仓二」），最多 1 次',
  )
  await t.confirmAll('zhangsan')
  await wait(6)
  const paidAt = '2026-11-26T10:00:00+08:00'
  await t.sandbox.order({ orderId: 'o-late', externalUserId: 'wmA', totalFen: 10_000, paidAt, status: 'paid' })
  await t.settle()
  t.clock.set(Date.parse('2026-12-02T10:00:00+08:00'))
  expect(await show(4)).toContain(
    '预计（按以前同名或同类群发的 2 人）：送达 3 位，7 天内下单 0.1 位；实际：送达 2 位，7 天内下单 1 位',
  )
  // (1 + 100·2 %) ÷ (2 + 100) of those who get it buy, (2 + 20·80 %) ÷ (2 + 20) get it, an order is 100 yuan.
  const expected = await t.rawRows('SELECT send_name, expected_fen FROM send_run WHERE id > 2 ORDER BY id')
  expect(expected).toEqual([
    { send_name: '上新二', expected_fen: Math.round((18 / 22) * (2 / 102) * 10_000) },
    { send_name: '清仓二', expected_fen: Math.round((18 / 22) * (3 / 102) * 10_000) },
  ])
})

it('what waits for another day is stopped with its send, by hand or by its file, and does not outlive a week', async () => {
  await open(
    'most: 1, days: 14',
    send('日常', '2026-11-25 10:00', 'ifCrowded: later'),
    send('别的', '2026-11-25 10:00', 'ifCrowded: later'),
    send('再一个', '2026-11-25 10:00', 'ifCrowded: later'),
  )
  await t.befriend('zhangsan', 'wmA')
  await wait(2)
  const waiting = () => t.rawRows(`SELECT send_name FROM send_run WHERE state = 'later' ORDER BY send_name`)
  expect(await waiting()).toHaveLength(3)
  expect((await runCommand(sendsProgram, ['cancel', '别的'], t)).code).toBe(0)
  t.writeConfig({
    'sends/sends.yaml': [
      send('日常', '2026-11-25 10:00', 'ifCrowded: later'),
      send('别的', '2026-11-25 10:00', 'ifCrowded: later'),
    ].join('---'),
  })
  await t.huoshui.rules.check()
  await wait(2)
  // One whose file is away may come back until its day.
  expect(await waiting()).toEqual([{ send_name: '再一个' }, { send_name: '日常' }])
  t.clock.advance(DAY_MS)
  await wait(1)
  expect(await waiting()).toEqual([{ send_name: '日常' }])
  for (let day = 1; day < 9; day++) {
    t.clock.advance(DAY_MS)
    await wait(1)
  }
  expect(await waiting()).toEqual([])
  expect(t.texts()).toEqual([])
  const last = await t.rawRows<{ outcome: string; reason: string }>(
    'SELECT outcome, reason FROM send_recipient ORDER BY id DESC LIMIT 1',
  )
  expect(last).toEqual([{ outcome: 'excluded', reason: '14 天内已联系 1 次，最多 1 次' }])
  expect(await t.rawRows(`SELECT id FROM send_run WHERE send_name = '日常'`)).toHaveLength(8)
  expect((await t.timeline('wmA')).filter((line) => line.includes('日常'))).toEqual([
    '群发「日常」改天再发：14 天内已联系 1 次，最多 1 次；2026-11-26 10:00 再看',
    '群发「日常」未安排：14 天内已联系 1 次，最多 1 次',
  ])
})

it('whoever waits for another day gets it then, although its file was away for a while', async () => {
  const both = [send('日常', '2026-11-25 10:00', 'ifCrowded: later'), send('大促', '2026-11-25 10:00', 'priority: 80')]
  await open('most: 2, days: 2', ...both)
  await t.befriend('zhangsan', 'wmA')
  await wait(2)
  await t.confirmAll('zhangsan')
  for (const sends of [both.slice(1), both]) {
    t.writeConfig({ 'sends/sends.yaml': sends.join('---') })
    await t.huoshui.rules.check()
    await wait(2)
  }
  await noonOf('2026-11-26')
  await noonOf('2026-11-27')
  expect(t.texts()).toEqual(['大促的话', '日常的话'])
})

it('a group leaves its place to the more important send, and gets the other a day later', async () => {
  const scene = await openGroupScene({
    config: { 'policy.yaml': 'contactsPerGroup: { most: 1, days: 1 }\n' },
    sends: ['甲', '乙']
      .map(
        (name) =>
          `send: ${name}\nto: groups\naudience: { group.pool: 付费群 }\ncontent: { text: ${name}说 }\nat: "2026-11-25 10:0${name === '甲' ? 0 : 1}"\n${name === '甲' ? 'ifCrowded: later' : 'priority: 60'}\n`,
      )
      .join('---\n'),
  })
  t = scene
  await scene.open({ 付费群1: 'zhangsan' })
  await scene.wait(3)
  expect(scene.texts()).toEqual(['乙说'])
  expect(await scene.outcomes()).toEqual([
    'wr-付费群1 deferred 1 天内最多 1 次，留给「乙」（2026-11-25 10:01，优先级 60）；2026-11-26 10:00 再看',
    'wr-付费群1 planned',
  ])
  await scene.confirmAll('zhangsan')
  await scene.wait(6)
  scene.clock.set(Date.parse('2026-11-26T09:59:30+08:00'))
  await scene.wait(2)
  expect(scene.texts()).toEqual(['乙说', '甲说'])
})

const runsOf = (name: string) =>
  t.rawRows<{ state: string; remark: string | null }>(
    `SELECT state, remark FROM send_run WHERE send_name = '${name}' ORDER BY id`,
  )

it('a look that comes long after its time waits for the next day at it, and beyond the last day it is missed', async () => {
  await open('most: 1, days: 1', send('日常', '2026-11-25 10:00', 'ifCrowded: later'))
  await t.befriend('zhangsan', 'wmA')
  await wait(2)
  t.clock.set(Date.parse('2026-11-26T18:00:00+08:00'))
  await wait(2)
  expect(t.texts()).toEqual([])
  expect((await runsOf('日常')).at(-1)).toEqual({
    state: 'later',
    remark: '2026-11-26 10:00 服务没有运行，改在 2026-11-27 10:00 再看',
  })
  // A week on the send is over.
  t.clock.set(Date.parse('2026-12-03T09:00:00+08:00'))
  await wait(2)
  expect(t.texts()).toEqual([])
  expect((await runsOf('日常')).map(({ state }) => state)).toEqual(['finished', 'missed'])
})

it('a look that was put off by down-time comes at its hour of the next day', async () => {
  await open('most: 1, days: 1', send('日常', '2026-11-25 10:00', 'ifCrowded: later'))
  await t.befriend('zhangsan', 'wmA')
  await wait(2)
  t.clock.set(Date.parse('2026-11-26T18:00:00+08:00'))
  await wait(2)
  await noonOf('2026-11-27')
  expect(t.texts()).toEqual(['日常的话'])
})

const edit = async (...sends: string[]): Promise<void> => {
  t.writeConfig({ 'sends/sends.yaml': sends.join('---') })
  await t.huoshui.rules.check()
  await wait(1)
}

it('moved in its file to the time at which those without a place are looked at, it comes with its new words, to everybody once', async () => {
  await open('most: 1, days: 1', send('日常', '2026-11-25 10:00', 'ifCrowded: later'))
  await t.befriend('zhangsan', 'wmA', 'wmB')
  await wait(2)
  await edit(send('日常', '2026-11-26 10:00', 'ifCrowded: later').replace('日常的话', '新的话'))
  await noonOf('2026-11-26')
  expect(t.texts()).toEqual(['新的话'])
  expect(t.created()).toEqual(['zhangsan: wmA wmB'])
  expect((await runsOf('日常')).map(({ state }) => state)).toEqual(['finished', 'cancelled', 'running'])
})

it('opened ahead of its time it leaves the looks before that time alone, and there is none at it', async () => {
  await open('most: 1, days: 4', send('日常', '2026-11-25 10:00', 'ifCrowded: later'))
  await t.befriend('zhangsan', 'wmA')
  await wait(2)
  await edit(send('日常', '2026-11-27 10:00', 'ifCrowded: later\napproval: 25h').replace('日常的话', '新的话'))
  await noonOf('2026-11-26')
  // Of the 25th, its look on the 26th, that of the 27th itself and its own look on the 28th.
  expect((await runsOf('日常')).map(({ state }) => state).sort()).toEqual(['awaiting', 'finished', 'finished', 'later'])
})

it('a more important send that waits for its yes counts once: its recipients are on the list already', async () => {
  await open(
    'most: 3, days: 3',
    send('日常', '2026-11-25 10:00'),
    send('大促', '2026-11-27 10:00', 'priority: 80\napproval: 2d'),
  )
  await t.befriend('zhangsan', 'wmA')
  await wait(2)
  expect((await runsOf('大促')).map(({ state }) => state)).toEqual(['awaiting'])
  expect(t.texts()).toEqual(['日常的话'])
})

it('whether a more important send is for a group is asked of the day on which it comes', async () => {
  const group = (name: string, at: string, more: string) =>
    `send: ${name}\nto: groups\ncontent: { text: ${name}说 }\nat: "${at}"\n${more}\n`
  const scene = await openGroupScene({
    config: { 'policy.yaml': 'contactsPerGroup: { most: 1, days: 3 }\n' },
    sends: [
      group('甲', '2026-11-25 10:00', 'audience: { group.pool: 付费群 }'),
      group('乙', '2026-11-26 10:00', 'priority: 60\naudience: { group.pool: 付费群, group.daysOld: { gte: 1 } }'),
    ].join('---\n'),
  })
  t = scene
  await scene.open({ 付费群1: 'zhangsan' })
  await scene.wait(3)
  expect(await scene.outcomes()).toEqual([
    'wr-付费群1 excluded 3 天内最多 1 次，留给「乙」（2026-11-26 10:00，优先级 60）',
  ])
  scene.clock.set(Date.parse('2026-11-26T09:59:30+08:00'))
  await scene.wait(2)
  expect(scene.texts()).toEqual(['乙说'])
})
