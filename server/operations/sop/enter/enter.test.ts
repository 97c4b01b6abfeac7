import { afterEach, describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { buildTestApp } from '../../../testing/build-test-app.ts'
import { config, openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

describe('an event trigger', () => {
  const REPURCHASE = `
sop: repurchase
name: 复购
trigger: order.paid
steps:
  - task: { for: guide, title: 回访 }
`
  it('does not begin by an order of long ago', async () => {
    t = await openSopScene({ sop: REPURCHASE })
    const id = await t.scan({ state: 'store-code' })
    await t.sandbox.order({
      orderId: 'o',
      status: 'paid',
      externalUserId: id,
      totalFen: 1,
      paidAt: t.clock.now() - 4 * DAY_MS,
    })
    await t.settle()
    expect(await t.tasksAbout(id)).toEqual([])
  })
})

describe('a daily trigger', () => {
  const WIN_BACK = `
sop: win-back
name: 沉睡唤醒
trigger: { daily: "10:00" }
when: { orders.paid.count: { gte: 1 }, orders.paid.daysSinceLast: { gte: 60 }, follow.active: true }
steps:
  - task: { for: guide, title: 问问近况 }
  - wait: 7d
goal: order.paid
reenterAfterDays: 30
`
  it('lets in whoever meets the condition that morning, once a day, restart or not', async () => {
    t = await openSopScene({ sop: WIN_BACK })
    const sleeper = await t.scan({ state: 'store-code' })
    const other = await t.scan({ state: 'store-code' })
    await t.pay(sleeper)
    await t.advance(60 * DAY_MS)
    await t.until('2027-01-21T09:59:58')
    expect(await t.tasksAbout(sleeper)).toEqual([])
    await t.until('2027-01-21T10:00:05')
    await t.advance(10 * SECOND_MS)
    expect((await t.tasksAbout(sleeper)).map((task) => task.title)).toEqual(['问问近况'])
    expect(await t.tasksAbout(other)).toEqual([])
    expect((await t.timeline(sleeper))[0]).toBe('进入 SOP「沉睡唤醒」（2027-01-21 每日名单）')

    const restarted = await buildTestApp({
      config: { ...config, 'sop/first.yaml': WIN_BACK },
      platform: t,
      databaseUrl: t.databaseUrl,
    })
    await restarted.advance(MINUTE_MS)
    await restarted.advance(DAY_MS)
    expect(await t.tasksAbout(sleeper)).toHaveLength(1)
    expect(await t.rawRows('SELECT state, found, entered FROM sop_occurrence WHERE entered > 0')).toEqual([
      { state: 'done', found: 1, entered: 1 },
    ])
    await restarted.close({ database: true })
  })
})
