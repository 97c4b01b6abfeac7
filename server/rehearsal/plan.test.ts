import { afterEach, describe, expect, it } from 'vitest'
import { widthOf } from '../cli/pad.ts'
import { runSop } from '../cli/sop.ts'
import { DAY_MS, HOUR_MS, shanghaiText, startOfShanghaiDay } from '../kernel/shanghai.ts'
import { type StepFigure, sopFigures } from '../sop/sop-figures.ts'
import { config, openSopDesk, type SopDesk } from '../sop/testing/sop-desk.ts'
import { copyForRehearsal } from './copy-for-rehearsal.ts'
import { rehearsePlan } from './rehearse-plan.ts'

const WIN_BACK = `
sop: win-back
name: 沉睡唤醒
trigger: { daily: "10:00" }
when: { orders.paid.count: { gte: 1 }, follow.active: true }
exclusive: care
priority: 40
steps:
  - tag: { add: [生命周期/沉睡] }
  - task: { for: guide, title: 问问近况 }
  - wait: 3d
  - choose:
      - when: { tags: { any: [生命周期/老客] } }
        do: [ { tag: { remove: [生命周期/老客] } } ]
      - otherwise: [ { tag: { add: [生命周期/老客] } } ]
  - wait: { until: "18:00", weekday: 5 }
goal: order.paid
reenterAfterDays: 2
`
const FIRST_ORDER = `
sop: first-order
name: 还没下单
trigger: { daily: "11:00" }
when: { orders.paid.count: 0, follow.active: true }
holdOut: { percent: 30, days: 10 }
steps:
  - invite: 科普群
  - wait: 26h
  - split:
      experiment: 首单话术
      arms:
        - { arm: A, weight: 50, do: [ { task: { for: guide, script: first-order } } ] }
        - { arm: B, weight: 50, do: [ { remark: "潜客-{客户昵称}" } ] }
goal: order.paid
`
const CARE = `
sop: care
name: 重点关怀
trigger: { daily: "10:00" }
when: { orders.paid.count: { gte: 2 }, follow.active: true }
exclusive: care
priority: 60
steps:
  - task: { for: guide, title: 打个电话 }
  - wait: 5d
goal: order.paid
`
const ADDED = `
sop: newcomer
name: 新客
trigger: customer.added
steps:
  - wait: { until: "09:00", days: 2 }
  - message: { text: 您好，有什么可以帮您。, within: 3d }
  - task: { for: guide, title: 回访新客 }
  - wait: 6d
goal: order.paid
`
const QUIET_FOR_LONG = `
sop: silent
name: 沉默
trigger: { silence: 4, at: "09:00" }
when: { follow.active: true }
quiet: "19:00-11:00"
steps:
  - task: { for: guide, title: 打个招呼 }
`

/** How often each step ended how, for each guide on each day. */
function tally(steps: StepFigure[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { sop, position, kind, outcome, userId, atMs } of steps) {
    const key = [shanghaiText(atMs).slice(0, 10), sop, position, kind, outcome.replace(/\d{4}-.*/, ''), userId].join(
      ' ',
    )
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

function byDay(instants: number[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const atMs of instants)
    counts[shanghaiText(atMs).slice(0, 10)] = (counts[shanghaiText(atMs).slice(0, 10)] ?? 0) + 1
  return counts
}

let t: SopDesk

/** The real days, looked at when these rules and their waits can have something to do. */
async function liveThrough(fromMs: number, days: number): Promise<void> {
  const today = startOfShanghaiDay(fromMs)
  for (let day = 0; day <= days; day++) {
    for (const hour of [9, 10, 11, 13, 18]) {
      const atMs = today + day * DAY_MS + hour * HOUR_MS
      if (atMs <= fromMs || atMs > fromMs + days * DAY_MS) continue
      await t.advance(atMs - t.clock.now())
      for (const userId of ['zhangsan', 'lisi']) {
        for (const { msgid } of t.sandbox.pendingMassSends(userId)) await t.sandbox.confirmMassSend({ msgid, userId })
      }
    }
  }
  await t.advance(fromMs + days * DAY_MS - t.clock.now())
}

afterEach(() => t.close())

describe('a plan', () => {
  it('says to the last step, day and guide what then really happens in fourteen days', async () => {
    const files = { 'sop/b.yaml': FIRST_ORDER, 'sop/c.yaml': CARE, 'sop/d.yaml': ADDED, 'sop/e.yaml': QUIET_FOR_LONG }
    t = await openSopDesk({ config: { ...config, ...files, 'sop/first.yaml': WIN_BACK } })
    expect(t.huoshui.rules.faults()).toEqual([])
    const ids: string[] = []
    for (let nth = 0; nth < 24; nth++) {
      ids.push(await t.scan(nth % 3 === 0 ? { userId: 'lisi' } : { state: 'store-code' }))
    }
    for (const [nth, id] of ids.entries()) {
      if (nth < 14) await t.pay(id, `a${nth}`)
      if (nth < 5) await t.pay(id, `b${nth}`)
    }
    await t.sandbox.deleteGuide({ externalUserId: ids[21] ?? '', userId: 'lisi' })
    await t.settle()

    const nowMs = t.clock.now()
    const before = await t.rows('SELECT * FROM sop_entry')
    const { scratches, cast } = await copyForRehearsal(t.db, 1)
    expect(cast).toEqual({ total: 24, drawn: undefined, factor: 1 })
    const [scratch] = scratches
    if (scratch === undefined) throw new Error('no scratch')
    const plan = await rehearsePlan({
      scratch,
      nowMs,
      book: t.huoshui.rules.current(),
      assetsDir: t.configDir,
      perCustomerPerMonth: undefined,
      days: 14,
    })
    await scratch.close()
    expect(await t.rows('SELECT * FROM sop_entry')).toEqual(before)

    const asked = ['plan', 'win-back', 'first-order', t.configDir]
    const told = await runSop(asked, { hasDatabase: () => true, db: () => t.db, clock: t.clock, folder: 'config' })
    expect(told.code).toBe(0)
    expect(told.out).toContain(
      [
        '  每天             1.     2.     3.',
        '  2026-11-22        7      ·      ·',
        '  2026-11-23        ·      4      3',
      ].join('\n'),
    )
    expect(told.out).toMatch(/会进入 9 人次，其中对照组 2（只观察）。/)
    expect(Math.max(...told.out.split('\n').map(widthOf))).toBeLessThanOrEqual(100)

    await liveThrough(nowMs, 14)
    const lived = await t.db.view((tx) => sopFigures.steps(tx, nowMs, nowMs + 14 * DAY_MS))
    expect(tally(plan.sops.flatMap((sop) => sop.steps))).toEqual(tally(lived))

    const foreseen = plan.sops.flatMap((sop) => sop.steps)
    // Nine reach their customer, the tenth has no guide any more.
    const messages = foreseen.filter((step) => step.kind === 'message').map((step) => step.outcome.slice(0, 4))
    expect([messages.filter((text) => text === '群发「新').length, messages.length]).toEqual([9, 10])
    // Found at nine, but nobody is asked before the quiet hours end.
    const silent = foreseen.filter((step) => step.sop === 'silent')
    expect(new Set(silent.map((step) => shanghaiText(step.atMs)))).toEqual(new Set(['2026-11-26 11:00']))
    expect(silent).toHaveLength(23)

    const [winBack, newcomer] = ['win-back', 'newcomer'].map((name) => plan.sops.find(({ sop }) => sop === name))
    expect(winBack).toMatchObject({ matching: 14, insideBefore: 0 })
    // Nine at once; the five who buy more after their five days of the more important journey; the nine and they again.
    expect(byDay(winBack?.entered.map((entry) => entry.enteredAtMs) ?? [])).toEqual({
      '2026-11-22': 9,
      '2026-11-27': 5,
      '2026-11-29': 9,
    })
    expect(newcomer).toMatchObject({ byEvent: true, insideBefore: 10, entered: [] })
    expect([...(plan.sops.find(({ sop }) => sop === 'first-order')?.refused ?? [])]).toEqual([])
  }, 120_000)
})
