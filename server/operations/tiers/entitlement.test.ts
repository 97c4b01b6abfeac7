import { afterEach, expect, it } from 'vitest'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { openTierScene, type TierScene } from './testing/tier-scene.ts'

/** 180 days after the last purchase one is a student, and no longer. */
const school = (condition: string): string => `
ladder: 学籍
levels:
  - level: 入门
    when: { ${condition} }
    lastsDays: 180
  - level: 体验
coolDownDays: 14
moves: auto
`
const ENDS = '「学籍」的 入门 到 2027-05-24 为止，提醒客户续上'

let t: TierScene
afterEach(() => t.close())

async function student(condition: string): Promise<string> {
  t = await openTierScene({ 'tiers/学籍.yaml': school(condition) })
  t.clock.set(Date.parse('2026-11-25T10:00:00+08:00'))
  await t.settle()
  const id = await t.customer()
  await t.order(id, 'course', 3_000)
  expect(await t.levels(id)).toEqual(['学籍/入门'])
  return id
}
const dayAt = async (day: number): Promise<void> => {
  await t.advance(Date.parse('2026-11-25T12:00:00+08:00') + day * DAY_MS - t.clock.now())
  await t.settle()
}
const reminders = async () => (await t.openTasks()).filter((one) => one.includes('提醒客户续上')).length

it.each([
  ['at most 180 days', 'orders.paid.daysSinceLast: { lte: 180 }'],
  ['fewer than 180 days', 'orders.paid.daysSinceLast: { lt: 180 }'],
])('who buys once (%s) is reminded of a week before and has no second period', async (_what, condition) => {
  const id = await student(condition)
  await dayAt(170)
  expect(await reminders()).toBe(0)
  await dayAt(174)
  expect(await t.openTasks()).toEqual([`zhangsan ${ENDS}`])
  await dayAt(175)
  expect(await reminders()).toBe(1)
  await dayAt(179)
  expect(await t.levels(id)).toEqual(['学籍/入门'])
  await dayAt(181)
  await dayAt(182)
  expect(await t.levels(id)).toEqual(['学籍/体验'])
})

it('who buys again in time is not reminded and goes on for another period', async () => {
  const id = await student('orders.paid.daysSinceLast: { lte: 180 }')
  await dayAt(100)
  await t.order(id, 'second', 3_000)
  await dayAt(174)
  expect(await reminders()).toBe(0)
  await dayAt(182)
  await dayAt(300)
  expect(await t.levels(id)).toEqual(['学籍/入门'])
})

it('a refund of the only purchase ends it as soon as the cool-off allows; told twice is once', async () => {
  const id = await student('orders.paid.daysSinceLast: { lte: 180 }')
  await dayAt(3)
  await t.order(id, 'course', 3_000, 'refunded')
  await t.again()
  await dayAt(15)
  expect(await t.levels(id)).toEqual(['学籍/体验'])
  expect(await t.changes()).toHaveLength(2)
})

it('a refund that leaves another purchase ends nothing', async () => {
  const id = await student('orders.paid.daysSinceLast: { lte: 20 }')
  await dayAt(1)
  await t.order(id, 'extra', 100)
  await dayAt(60)
  await t.order(id, 'extra', 100, 'refunded')
  await dayAt(90)
  expect(await t.levels(id)).toEqual(['学籍/入门'])
})
