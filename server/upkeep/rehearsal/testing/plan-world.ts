import { DAY_MS, HOUR_MS, MINUTE_MS, shanghaiText, startOfShanghaiDay } from '../../../core/kernel/shanghai.ts'
import type { StepFigure } from '../../../operations/sop/explain/sop-figures.ts'
import { config, openSopScene, type SopScene } from '../../../operations/sop/testing/sop-scene.ts'
import { copyForRehearsal } from '../copy-for-rehearsal.ts'
import { type Plan, rehearsePlan } from '../rehearse-plan.ts'

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

/** Twenty-four customers of two guides, of whom fourteen have bought and five twice, one has left; five journeys. */
export async function openPlanWorld(): Promise<SopScene & { ids: string[] }> {
  const files = { 'sop/b.yaml': FIRST_ORDER, 'sop/c.yaml': CARE, 'sop/d.yaml': ADDED, 'sop/e.yaml': QUIET_FOR_LONG }
  const t = await openSopScene({ config: { ...config, ...files, 'sop/first.yaml': WIN_BACK } })
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
  return { ...t, ids }
}

/** The next days of this app under the rules that it runs on. */
export async function planOf(t: SopScene, days: number, perCustomerPerMonth?: number): Promise<Plan> {
  const { scratches } = await copyForRehearsal(t.db, 1)
  const [scratch] = scratches
  if (scratch === undefined) throw new Error('no scratch')
  const rules = { book: t.huoshui.rules.current(), assetsDir: t.configDir, perCustomerPerMonth }
  const plan = await rehearsePlan({ ...rules, scratch, nowMs: t.clock.now(), days })
  await scratch.close()
  return plan
}

/** The real days, looked at when these rules and their waits can have something to do, and `again` minutes later.
 *  Guides confirm at once what they are asked to send. */
export async function liveThrough(t: SopScene, fromMs: number, days: number, again: number[] = []): Promise<void> {
  const today = startOfShanghaiDay(fromMs)
  for (let day = 0; day <= days; day++) {
    for (const hour of [9, 10, 11, 13, 18]) {
      for (const minutes of [0, ...again]) {
        const atMs = today + day * DAY_MS + hour * HOUR_MS + minutes * MINUTE_MS
        if (atMs <= fromMs || atMs > fromMs + days * DAY_MS) continue
        await t.advance(atMs - t.clock.now())
        for (const userId of ['zhangsan', 'lisi']) {
          for (const { msgid } of t.sandbox.pendingMassSends(userId)) await t.sandbox.confirmMassSend({ msgid, userId })
        }
      }
    }
  }
  await t.advance(fromMs + days * DAY_MS - t.clock.now())
}

/** How often each step ended how, for each guide on each day. */
export function tally(steps: StepFigure[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { sop, position, kind, outcome, userId, atMs } of steps) {
    const key = [shanghaiText(atMs).slice(0, 10), sop, position, kind, outcome.replace(/\d{4}-.*/, ''), userId].join(
      ' ',
    )
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}
