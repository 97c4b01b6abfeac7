import { afterEach, describe, expect, it } from 'vitest'
import { drawPoint } from '../../../core/kernel/draw.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

/** `title state (why)` of each of a customer's journeys, by title. */
const standing = async (id: string): Promise<string[]> =>
  (await t.journeys(id))
    .map(({ title, state, endReason }) => `${title} ${state}${endReason === undefined ? '' : `（${endReason}）`}`)
    .sort()

describe('journeys of one exclusive group', () => {
  const journey = (name: string, trigger: string, priority: number | undefined, when = '') =>
    `sop: ${name}\nname: ${name}\ntrigger: ${trigger}\n${when}exclusive: 主线\n${
      priority === undefined ? '' : `priority: ${priority}\n`
    }steps: [ { task: { for: guide, title: ${name} } }, { wait: 30d } ]\n`

  it('by an event: the higher takes over, an equal or a lower waits its turn', async () => {
    t = await openSopScene({
      sop: [
        journey('first', 'customer.added', undefined),
        journey('equal', 'order.created', 50),
        journey('lower', 'order.refunded', 20),
        journey('higher', 'order.paid', 80),
      ].join('---\n'),
    })
    const id = await t.scan({ state: 'store-code' })
    await t.advance(MINUTE_MS)
    const order = (status: 'created' | 'refunded') =>
      t.sandbox.order({ orderId: 'o1', status, externalUserId: id, totalFen: 19_900 })
    await order('created')
    await t.settle()
    expect(await standing(id)).toEqual(['first active'])
    await t.pay(id)
    await t.again()
    expect(await standing(id)).toEqual(['first left（让位给优先级更高的 SOP「higher」）', 'higher active'])
    // What the first one asked of the guide is no longer wanted.
    expect((await t.tasksAbout(id)).map((task) => `${task.title} ${task.state}`)).toEqual([
      'first dropped',
      'higher open',
    ])
    await order('refunded')
    await t.settle()
    expect(await standing(id)).toHaveLength(2)
  })

  it('one event begins several: the most important first, so that it stays alone', async () => {
    t = await openSopScene({
      sop: [
        journey('a-low', 'order.paid', 10),
        journey('b-high', 'order.paid', 90),
        journey('c-mid', 'order.paid', 50),
      ].join('---\n'),
    })
    const id = await t.scan({ state: 'store-code' })
    await t.pay(id)
    await t.again()
    expect(await standing(id)).toEqual(['b-high active'])
  })

  it('by the daily look: takes over those of lower ones, leaves those of equal ones', async () => {
    const daily = '{ daily: "10:00" }'
    t = await openSopScene({
      now: '2026-11-22T09:00:00+08:00',
      sop: [
        journey('low', 'customer.added', 10),
        journey('equal', 'order.paid', 60),
        journey('scan', daily, 60, 'when: { follow.active: true }\n'),
      ].join('---\n'),
    })
    const low = await t.scan({ state: 'store-code' })
    const equal = await t.scan({ state: 'store-code' })
    await t.pay(equal)
    await t.until('2026-11-22T10:00:10')
    await t.advance(10 * SECOND_MS)
    expect(await standing(low)).toEqual(['low left（让位给优先级更高的 SOP「scan」）', 'scan active'])
    expect(await standing(equal)).toEqual(['equal active', 'low left（让位给优先级更高的 SOP「equal」）'])
  })
})

it('who is held out takes no step, reaches the goal all the same, and is let go after the days', async () => {
  t = await openSopScene({
    sop: `
sop: steak
name: 牛排
trigger: customer.added
holdOut: { percent: 50, days: 7 }
goal: order.paid
steps: [ { tag: { add: [生命周期/新客] } }, { task: { for: guide, title: 问好 } }, { wait: 20d }, { task: { for: guide, title: 再问 } } ]
`,
  })
  const isHeldOut = (id: string): boolean => drawPoint('hold-out:steak', id) < 0.5
  const scanned: string[] = []
  while (scanned.filter(isHeldOut).length < 2 || scanned.every(isHeldOut)) {
    scanned.push(await t.scan({ state: 'store-code' }))
  }
  const [buyer = '', watched = ''] = scanned.filter(isHeldOut)
  const other = scanned.find((id) => !isHeldOut(id)) ?? ''
  await t.again()
  expect((await t.tasksAbout(other)).map((task) => task.title)).toEqual(['问好'])
  expect(await t.tasksAbout(watched)).toEqual([])
  expect((await t.journey(watched)).steps).toEqual([])
  expect(await t.timeline(watched)).toEqual(['是 SOP「牛排」的对照组，只观察（添加好友）'])

  await t.advance(DAY_MS)
  await t.pay(buyer)
  expect(await standing(buyer)).toEqual(['牛排 goal（付款）'])
  await t.advance(6 * DAY_MS - HOUR_MS)
  expect(await standing(watched)).toEqual(['牛排 active'])
  await t.advance(HOUR_MS + SECOND_MS)
  expect(await standing(watched)).toEqual(['牛排 finished（对照组观察期满）'])
  expect(await t.tasksAbout(watched)).toEqual([])
})

it('a split sends each customer the way of their arm, also when they come again, and by guide all of a guide’s alike', async () => {
  const steps = (by: string) => `
  - split:
      experiment: 开场白
      by: ${by}
      arms:
        - { arm: A, weight: 50, do: [ { task: { for: guide, title: A } }, { wait: 1h }, { task: { for: guide, title: A2 } } ] }
        - { arm: B, weight: 50, do: [] }
  - task: { for: guide, title: 完 }`
  t = await openSopScene({
    sop: `sop: split\nname: 分组\ntrigger: order.paid\nreenterAfterDays: 0\nsteps:${steps('customer')}\n---\nsop: by-guide\nname: 按导购\ntrigger: customer.added\nsteps:${steps('guide').replaceAll('开场白', '导购开场').replaceAll('title: ', 'title: g')}\n`,
  })
  const ids: string[] = []
  for (let one = 0; one < 6; one++) ids.push(await t.scan({ state: 'store-code' }))
  const arm = (draw: string, subject: string): string => (drawPoint(`split:${draw}`, subject) < 0.5 ? 'A' : 'B')
  for (const [index, id] of ids.entries()) await t.pay(id, `o${index}`)
  await t.again()
  await t.advance(HOUR_MS + SECOND_MS)
  const [again = ''] = ids
  await t.pay(again, 'second')
  await t.advance(HOUR_MS + SECOND_MS)
  const way = (prefix: string, isA: boolean) => (isA ? ['A', 'A2', '完'] : ['完']).map((title) => `${prefix}${title}`)
  for (const id of ids) {
    const mine = way('', arm('开场白', id) === 'A')
    const titles = (await t.tasksAbout(id)).map((task) => task.title)
    expect(titles.filter((title) => !title.startsWith('g'))).toEqual(id === again ? [...mine, ...mine] : mine)
    expect(titles.filter((title) => title.startsWith('g'))).toEqual(way('g', arm('导购开场', 'zhangsan') === 'A'))
  }
  expect(await t.rawRows('SELECT DISTINCT arm FROM sop_split WHERE experiment = ?', ['导购开场'])).toHaveLength(1)
  expect(await t.rawRows('SELECT id FROM sop_split WHERE experiment = ?', ['开场白'])).toHaveLength(7)
})
