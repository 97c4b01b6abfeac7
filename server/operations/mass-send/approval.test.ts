import { afterEach, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { approveRun } from './approve-run.ts'
import { holdSends } from './hold-sends.ts'
import { sendQueries } from './send-queries.ts'
import { openSendScene, type SendScene } from './testing/send-scene.ts'

let t: SendScene
afterEach(() => t.close())

/** A send for Thursday at ten, which somebody has to look at from nine on Wednesday. */
const WATCHED = `
send: 大促
audience: { follow.active: true }
content: { text: 全场八折 }
at: "2026-11-26 10:00"
approval: 25h
`
const open = async (sends = WATCHED, config: Record<string, string> = {}): Promise<void> => {
  t = await openSendScene({ now: '2026-11-25T08:58:00+08:00', sends, config })
  await t.befriend('zhangsan', 'wmA')
  await t.befriend('lisi', 'wmB')
}
const wait = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute++) await t.advance(MINUTE_MS)
}
const approve = (by = '周敏'): Promise<boolean> => t.db.tx((tx) => approveRun(tx, 1, { by, nowMs: t.clock.now() }))
const run = () => t.db.tx((tx) => sendQueries.run(tx, 1))
const openAlerts = () =>
  t.rawRows<{ alert_key: string; body: string }>(
    "SELECT alert_key, body FROM alert WHERE alert_key LIKE 'send-approval%' AND resolved_at IS NULL",
  )

it('is asked for ahead of time, with the recipients as they are then; with a yes it goes out at its time', async () => {
  await open()
  expect(await run()).toBeUndefined()
  await wait(2)
  expect(await run()).toMatchObject({ state: 'awaiting', counts: { planned: 2 } })
  expect(await openAlerts()).toEqual([
    { alert_key: 'send-approval:1', body: '群发「大促」定于 2026-11-26 10:00 发给 2 位客户，等另一个人批准' },
  ])
  // Who comes later is not among those whom somebody has looked at.
  await t.befriend('zhangsan', 'wmLate')
  expect(await approve()).toBe(true)
  expect(await approve('又一位')).toBe(false)
  await wait(2)
  expect(await run()).toMatchObject({ state: 'running', approved: { by: '周敏' } })
  expect(await openAlerts()).toEqual([])
  expect(t.created()).toEqual([])
  t.clock.set(Date.parse('2026-11-26T09:59:00+08:00'))
  await t.settle()
  expect(t.created()).toEqual([])
  await wait(1)
  expect(t.created().sort()).toEqual(['lisi: wmB', 'zhangsan: wmA'])
  await wait(70)
  expect(t.created()).toHaveLength(2)
})

it('without a yes nothing goes out; an hour after its time it is over, and the alert with it', async () => {
  await open()
  await wait(2)
  t.clock.set(Date.parse('2026-11-26T10:58:00+08:00'))
  await wait(1)
  expect(await run()).toMatchObject({ state: 'awaiting' })
  await wait(2)
  expect(await run()).toMatchObject({
    state: 'cancelled',
    remark: '到点时还没有人批准，没有发',
    counts: { planned: 0, cancelled: 2 },
  })
  expect(await approve()).toBe(false)
  expect(await openAlerts()).toEqual([])
  t.clock.advance(HOUR_MS)
  await t.settle()
  expect(t.created()).toEqual([])
})

it('without a yes nothing goes out to those without a place either, though nothing ran until the day on which they come', async () => {
  await open(`${WATCHED}ifCrowded: later\n`, { 'policy.yaml': 'contactsPerCustomer: { most: 1, days: 2 }\n' })
  await wait(2)
  const runs = () => t.rawRows<{ state: string }>('SELECT state FROM send_run ORDER BY id')
  expect((await runs()).map(({ state }) => state)).toEqual(['awaiting', 'later'])
  t.clock.set(Date.parse('2026-11-27T10:30:00+08:00'))
  for (const _twice of [1, 2]) await wait(2)
  expect((await runs()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
  expect(t.created()).toEqual([])
})

it('a yes that comes late, but within the hour, sends at once', async () => {
  await open()
  await wait(2)
  t.clock.set(Date.parse('2026-11-26T10:20:00+08:00'))
  expect(await approve()).toBe(true)
  await wait(1)
  expect(t.created()).toHaveLength(2)
})

it('a file that is gone takes the question back', async () => {
  await open()
  await wait(2)
  t.writeConfig({ 'sends/sends.yaml': WATCHED.replace('at:', 'enabled: false\nat:') })
  await t.huoshui.rules.check()
  await wait(2)
  expect(await run()).toMatchObject({ state: 'cancelled' })
  expect(await approve()).toBe(false)
  await wait(1)
  expect(await openAlerts()).toEqual([])
})

it('one that repeats is asked about once each time, though the next question comes before the last send', async () => {
  await open(WATCHED.replace('at: "2026-11-26 10:00"', 'cron: "0 10 * * *"').replace('25h', '2d'))
  await wait(1)
  const times = async () =>
    (await t.db.tx((tx) => sendQueries.runs(tx))).map(({ state, scheduledAtMs }) => [state, scheduledAtMs])
  const tenOn = (day: number): number => Date.parse('2026-11-25T10:00:00+08:00') + day * DAY_MS
  // A cron counts from when it was first seen; what lies within two days is asked about.
  expect(await times()).toEqual([
    ['awaiting', tenOn(1)],
    ['awaiting', tenOn(0)],
  ])
  t.clock.set(tenOn(0) + MINUTE_MS)
  await t.settle()
  await wait(1)
  expect((await times()).map(([, at]) => at)).toEqual([tenOn(2), tenOn(1), tenOn(0)])
})

it.each([
  ['its time has passed: it may have got a yes and gone out', 26 * HOUR_MS, 'finished', { planned: 0, failed: 2 }],
  ['its time is to come: it goes on waiting', 0, 'awaiting', { planned: 2, failed: 0 }],
])('after a restore, %s', async (_what, restoredAfterMs, state, counts) => {
  await open()
  await wait(2)
  expect(await run()).toMatchObject({ state: 'awaiting' })
  const untilMs = t.clock.now() + restoredAfterMs
  for (const _twice of [1, 2]) {
    await t.db.tx((tx) => holdSends(tx, t.huoshui.rules.current().sends.values(), { untilMs, why: '恢复备份' }))
  }
  expect(await run()).toMatchObject({ state, counts })
})
