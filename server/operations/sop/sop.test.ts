import { afterEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { FIRST_ORDER, openSopScene, type SopScene } from './testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

describe('新客首单', () => {
  it('welcomes, tags, invites the unpaid after ten minutes, and asks the guide the next morning at ten', async () => {
    t = await openSopScene()
    const id = await t.scan({ state: 'parcel-card' })
    expect(t.texts(id)).toEqual(['谢谢您买我们的牛排。'])
    expect(t.sandbox.calls('externalcontact/mark_tag')).toHaveLength(1)
    expect(await t.journey(id)).toMatchObject({
      state: 'active',
      now: '等待 10 分钟',
      next: '看已付款订单数再定',
      nextAtMs: t.clock.now() + 10 * MINUTE_MS,
    })

    await t.advance(9 * MINUTE_MS)
    expect(await t.tasksAbout(id)).toEqual([])
    await t.advance(MINUTE_MS)
    expect(await t.tasksAbout(id)).toMatchObject([{ title: '邀请进「科普群」', state: 'open', userid: 'zhangsan' }])

    await t.until('2026-11-23T09:59:58')
    expect(await t.tasksAbout(id)).toHaveLength(1)
    await t.until('2026-11-23T10:00:00')
    expect((await t.tasksAbout(id)).map((task) => task.title)).toEqual([
      '邀请进「科普群」',
      '用话术「首单破冰」联系客户',
    ])
    const task = (await t.tasksAbout(id)).find(({ kind }) => kind === 'sop')
    expect(task?.script_id).toBe('first-order')
    expect((task?.due_at ?? 0) - Date.parse('2026-11-24T10:00:00+08:00')).toBeLessThanOrEqual(2 * SECOND_MS)

    await t.advance(3 * DAY_MS)
    expect(await t.journey(id)).toMatchObject({ state: 'finished', endReason: '走完全部步骤', now: undefined })
    expect(await t.timeline(id)).toEqual([
      '进入 SOP「新客首单」（添加好友）',
      'SOP「新客首单」走「其他」分支（已付款订单数 0）',
      '完成 SOP「新客首单」：走完全部步骤',
    ])
  })

  it('does nothing twice when everything comes twice', async () => {
    t = await openSopScene()
    t.sandbox.setDelivery({ copies: 3, shuffle: true })
    const id = await t.scan({ state: 'parcel-card' })
    await t.again()
    await t.advance(10 * MINUTE_MS)
    await t.again()
    expect(await t.journeys(id)).toHaveLength(1)
    expect(t.texts(id)).toHaveLength(1)
    expect(await t.tasksAbout(id)).toHaveLength(1)
    expect(t.sandbox.calls('externalcontact/mark_tag')).toHaveLength(1)
    expect(await t.timeline(id)).toEqual([
      '进入 SOP「新客首单」（添加好友）',
      'SOP「新客首单」走「其他」分支（已付款订单数 0）',
    ])
  })

  it('does not touch customers of other channels: they get the channel’s welcome', async () => {
    t = await openSopScene()
    const id = await t.scan({ state: 'store-code' })
    expect(await t.journeys(id)).toEqual([])
    expect(t.texts(id)).toEqual(['您好。'])
  })

  it('reaches its goal by an order paid in between, and takes back what it asked of the guide', async () => {
    t = await openSopScene()
    const id = await t.scan({ state: 'parcel-card' })
    await t.advance(10 * MINUTE_MS)
    await t.until('2026-11-23T10:00:00')
    await t.pay(id)
    expect(await t.journey(id)).toMatchObject({ state: 'goal', endReason: '付款' })
    expect((await t.tasksAbout(id)).find((task) => task.title.includes('首单破冰'))?.state).toBe('dropped')
    await t.advance(4 * DAY_MS)
    await t.again()
    expect((await t.timeline(id)).at(-1)).toBe('达成 SOP「新客首单」：付款')
    expect(await t.journeys(id)).toHaveLength(1)
  })

  it('explains the branch by rule, version and the facts it saw', async () => {
    t = await openSopScene({ sop: FIRST_ORDER.replace('goal: order.paid\n', '') })
    const id = await t.scan({ state: 'parcel-card' })
    await t.pay(id)
    await t.advance(10 * MINUTE_MS)
    expect((await t.tasksAbout(id)).map((task) => task.title)).toEqual(['邀请进「付费群」'])
    const { version, steps } = await t.journey(id)
    expect(steps.find((step) => step.kind === 'choose')).toMatchObject({
      outcome: '走「已付款订单数至少 1」分支（已付款订单数 1）',
      reason: {
        text: 'SOP「新客首单」第 4 步：走「已付款订单数至少 1」分支',
        rule: { kind: 'sop', name: 'new-customer-first-order', version },
        facts: { 'orders.paid.count': 1 },
      },
    })
  })

  it('is left when the customer deletes the guide; a re-add is no second first time', async () => {
    t = await openSopScene()
    const id = await t.scan({ state: 'parcel-card' })
    await t.advance(MINUTE_MS)
    await t.sandbox.deleteGuide({ externalUserId: id, userId: 'zhangsan' })
    await t.settle()
    expect(await t.journey(id)).toMatchObject({ state: 'left', endReason: '好友流失' })
    await t.advance(HOUR_MS)
    expect(await t.tasksAbout(id)).toEqual([])
    await t.scan({ state: 'parcel-card', externalUserId: id })
    expect(await t.journeys(id)).toHaveLength(1)
    expect(t.texts(id)).toEqual(['谢谢您买我们的牛排。', '您好，这是渠道的。'])
  })

  it('is not left when another guide is deleted', async () => {
    t = await openSopScene()
    const id = await t.scan({ state: 'parcel-card' })
    await t.scan({ externalUserId: id, userId: 'lisi' })
    await t.advance(MINUTE_MS)
    await t.sandbox.deleteGuide({ externalUserId: id, userId: 'lisi' })
    await t.settle()
    expect(await t.journey(id)).toMatchObject({ state: 'active' })
  })
})

describe('a new version of the rule', () => {
  it('is for those who come after; those half-way finish the one they began', async () => {
    t = await openSopScene()
    const early = await t.scan({ state: 'parcel-card' })
    const { version } = await t.journey(early)
    t.writeConfig({
      'sop/first.yaml': FIRST_ORDER.replace('wait: 10m', 'wait: 1h').replace(
        'invite: 科普群',
        'task: { for: guide, title: 打个招呼 }',
      ),
    })
    await t.huoshui.rules.check()
    await t.advance(MINUTE_MS)
    const late = await t.scan({ state: 'parcel-card' })
    expect((await t.journey(late)).version).not.toBe(version)
    expect((await t.journey(early)).version).toBe(version)
    await t.advance(9 * MINUTE_MS)
    expect((await t.tasksAbout(early)).map((task) => task.title)).toEqual(['邀请进「科普群」'])
    expect(await t.tasksAbout(late)).toEqual([])
    await t.advance(51 * MINUTE_MS)
    expect((await t.tasksAbout(late)).map((task) => task.title)).toEqual(['打个招呼'])
  })

  it('that takes the SOP away lets nobody in and leaves those inside to go on', async () => {
    t = await openSopScene()
    const early = await t.scan({ state: 'parcel-card' })
    t.writeConfig({ 'sop/first.yaml': `${FIRST_ORDER}enabled: false\n` })
    await t.huoshui.rules.check()
    const late = await t.scan({ state: 'parcel-card' })
    await t.advance(10 * MINUTE_MS)
    expect(await t.journeys(late)).toEqual([])
    expect(t.texts(late)).toEqual(['您好，这是渠道的。'])
    expect(await t.tasksAbout(early)).toHaveLength(1)
  })
})
