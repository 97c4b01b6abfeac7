import { afterEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

describe('steps', () => {
  const sop = (steps: string, more = ''): string => `
sop: steps
name: 步骤
trigger: customer.added
${more}
steps:
${steps}
`
  it('a remark waits for the nickname that comes with the details', async () => {
    t = await openSopScene({ sop: sop('  - remark: "包裹-{客户昵称}"\n  - task: { for: guide, title: 问好 }') })
    t.sandbox.faults.set({ path: 'externalcontact/get', errcode: -1, times: 1 })
    const id = await t.scan({ state: 'store-code', name: '小满' })
    expect(await t.tasksAbout(id)).toEqual([])
    await t.advance(10 * SECOND_MS)
    expect(t.sandbox.calls('externalcontact/remark').map((call) => call.body)).toEqual([
      { userid: 'zhangsan', external_userid: id, remark: '包裹-小满' },
    ])
    expect((await t.tasksAbout(id)).map((task) => task.title)).toEqual(['问好'])
  })

  it('a remark goes without the nickname when it never comes', async () => {
    t = await openSopScene({ sop: sop('  - remark: "包裹-{客户昵称}"') })
    t.sandbox.faults.set({ path: 'externalcontact/get', errcode: 84061 })
    const id = await t.scan({ state: 'store-code' })
    for (let minute = 0; minute < 6; minute++) await t.advance(MINUTE_MS)
    expect(t.sandbox.calls('externalcontact/remark').map((call) => call.body)).toMatchObject([{ remark: '包裹' }])
    expect(await t.journey(id)).toMatchObject({ state: 'finished' })
  })

  it('waiting for an event ends with it', async () => {
    t = await openSopScene({
      sop: sop('  - wait: { event: order.paid, atMost: 2d }\n  - task: { for: guide, title: 谢谢下单 }'),
    })
    const id = await t.scan({ state: 'store-code' })
    expect(await t.journey(id)).toMatchObject({ now: '等待付款，最多 2 天', waitingEvent: 'order.paid' })
    await t.advance(HOUR_MS)
    await t.pay(id)
    expect((await t.tasksAbout(id)).map((task) => task.title)).toEqual(['谢谢下单'])
    expect(await t.outcomes(id)).toEqual(['等到了付款', '给导购待办「谢谢下单」'])
    await t.again()
    await t.advance(3 * DAY_MS)
    expect(await t.tasksAbout(id)).toHaveLength(1)
  })

  it('waiting for an event ends without it, too', async () => {
    t = await openSopScene({
      sop: sop('  - wait: { event: order.paid, atMost: 2d }\n  - task: { for: guide, title: 还没下单 }'),
    })
    const id = await t.scan({ state: 'store-code' })
    await t.advance(2 * DAY_MS)
    expect(await t.outcomes(id)).toEqual(['没有等到付款', '给导购待办「还没下单」'])
  })

  it('news older than the journey changes nothing in it', async () => {
    t = await openSopScene({ sop: sop('  - wait: 30d', 'goal: order.paid') })
    const id = await t.scan({ state: 'store-code' })
    await t.advance(HOUR_MS)
    const paidAt = t.clock.now() - 2 * DAY_MS
    await t.pay(id, 'old', paidAt)
    expect(await t.journey(id)).toMatchObject({ state: 'active' })
    await t.pay(id, 'new')
    expect(await t.journey(id)).toMatchObject({ state: 'goal' })
  })

  it('a choose in which nothing holds goes on after it', async () => {
    const steps = `
  - choose:
      - when: { orders.paid.count: { gte: 1 } }
        do: [ { task: { for: guide, title: 老客 } } ]
  - task: { for: guide, title: 所有人 }`
    t = await openSopScene({ sop: sop(steps) })
    const id = await t.scan({ state: 'store-code' })
    expect(await t.outcomes(id)).toEqual(['没有一个分支成立（已付款订单数 0）', '给导购待办「所有人」'])
  })
})
