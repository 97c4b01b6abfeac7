import { afterEach, expect, it } from 'vitest'
import { type BrandScene, openBrandScene } from '../testing/brand-scene.ts'

let t: BrandScene
afterEach(() => t.close())

it('新客首单: three gentle words in five days, each opener by its channel, over with the first order', async () => {
  t = await openBrandScene('2026-11-22T15:00:00')
  await t.meet('parcel')
  await t.meet('store', { state: 'store-poster' })
  await t.meet('live', { userId: 'wangzixuan', state: 'live-room' })
  await t.meet('nowhere', {})
  await t.join('store', '科普群')
  await t.twice()
  await t.goTo('2026-11-22T15:11')
  expect(await t.asked('parcel')).toEqual(['11-22 15:11 用话术「包裹卡来的，先问收货」联系客户'])
  expect(await t.asked('store')).toEqual(['11-22 15:11 用话术「门店来的，接着店里的话聊」联系客户'])
  expect(await t.asked('live')).toEqual(['11-22 15:11 用话术「直播来的，补上没看清的」联系客户'])
  expect(await t.asked('nowhere')).toEqual(['11-22 15:11 用话术「不知道从哪来的，先认识」联系客户'])
  expect(await t.tagsOf('parcel')).toEqual(['来源/包裹卡', '生命周期/新客'])

  // Who comes at night is asked for in the morning.
  await t.goTo('2026-11-22T23:30')
  await t.meet('late')
  await t.goTo('2026-11-22T23:45')
  expect(await t.asked('late')).toEqual([])
  await t.lose('nowhere')
  await t.goTo('2026-11-23T09:00', '2026-11-23T10:00')
  expect(await t.asked('late')).toEqual(['11-23 09:00 用话术「包裹卡来的，先问收货」联系客户'])
  expect((await t.asked('parcel'))[1]).toBe('11-23 10:00 请他进科普群')
  expect((await t.asked('store'))[1]).toBe('11-23 10:00 问问他平时怎么做饭')
  expect(await t.path('nowhere')).toEqual(['新客首单 left：好友流失'])

  await t.buy('live')
  expect(await t.path('live')).toEqual(['新客首单 goal：付款', '付费群关怀 active'])
  await t.twice()
  // Who has bought is no new customer when they come back.
  await t.sandbox.deleteGuide({ externalUserId: 'live', userId: 'wangzixuan' })
  await t.goTo('2026-11-24T11:00')
  await t.meet('live', { userId: 'wangzixuan', state: 'live-room' })
  await t.goTo('2026-11-25T19:00')
  expect((await t.asked('parcel'))[2]).toBe('11-25 19:00 首单券快到期了')
  await t.goTo('2026-11-27T19:00')
  expect(await t.path('parcel')).toEqual(['新客首单 finished：走完全部步骤'])
  expect(await t.path('live')).toEqual(['新客首单 goal：付款', '付费群关怀 left：好友流失'])

  expect(await t.inTwoAtOnce()).toEqual([])
})

it('未下单转科普: who knows what they want gets a small offer, the others are taught, in the group or alone', async () => {
  t = await openBrandScene('2026-11-22T15:00:00')
  for (const id of ['knows', 'in-group', 'joins', 'alone', 'bought', 'leave-me']) await t.meet(id)
  await t.join('in-group', '科普群')
  await t.twice()
  await t.tag('knows', '意向/问过价格')
  await t.tag('leave-me', '意向/暂不打扰')
  await t.goTo('2026-11-22T15:11', '2026-11-23T10:00', '2026-11-25T19:00', '2026-11-27T19:00')
  await t.buy('bought')
  await t.goTo('2026-11-30T09:59')
  expect(await t.path('alone')).toEqual(['新客首单 finished：走完全部步骤'])

  await t.goTo('2026-11-30T10:00')
  expect((await t.asked('knows')).at(-1)).toBe('11-30 10:00 他懂行，请他先试小份')
  expect((await t.asked('in-group')).at(-1)).toBe('11-30 10:00 他在科普群了，带他认认路')
  expect(await t.invitedTo('joins')).toEqual(['科普群 lapsed', '科普群 open'])
  for (const id of ['bought', 'leave-me']) expect(await t.path(id)).not.toContain('未下单转科普 active')

  await t.goTo('2026-12-01T20:00')
  await t.join('joins', '科普群')
  await t.twice()
  expect((await t.asked('joins')).at(-1)).toBe('12-01 20:00 他在科普群了，带他认认路')
  // On Wednesday both in the group get one message, which their guide confirms.
  await t.goTo('2026-12-02T18:00', '2026-12-02T18:03')
  const pending = t.sandbox.pendingMassSends('linxiaoyu')
  const evening = t.sandbox.calls('externalcontact/add_msg_template').at(-1)?.body as {
    external_userid: string[]
    text: { content: string }
  }
  expect(evening.external_userid.sort()).toEqual(['in-group', 'joins'])
  expect(evening.text.content).toMatch(/今晚八点.*——林小雨$/s)
  for (const { msgid } of pending) await t.sandbox.confirmMassSend({ msgid, userId: 'linxiaoyu' })
  await t.goTo('2026-12-02T18:10', '2026-12-02T19:00')
  expect(await t.timelineOf('joins', 'mass-send.sent')).toEqual([
    '群发「未下单转科普 第 1 步第 2 支的第 2 小步第 1 支的第 3 小步」已送达（导购林小雨确认）',
  ])

  await t.goTo('2026-12-03T10:01', '2026-12-06T10:01')
  expect((await t.asked('alone')).slice(-2)).toEqual([
    '12-03 10:01 他不爱进群，单独教他解冻',
    '12-06 10:01 再教他一次煎法',
  ])
  await t.goTo('2026-12-07T10:01')
  expect((await t.asked('in-group')).at(-1)).toBe('12-07 10:01 问他要不要先试小份')

  // The first payment moves out of it and into the paid group's care.
  await t.buy('alone')
  expect((await t.path('alone')).slice(1)).toEqual(['未下单转科普 goal：付款', '付费群关怀 active'])
  await t.twice()
  expect(await t.invitedTo('alone')).toEqual(['科普群 lapsed', '科普群 lapsed', '付费群 open'])
  await t.goTo('2026-12-14T10:01')
  expect((await t.path('knows')).at(-1)).toBe('未下单转科普 finished：走完全部步骤')

  expect(await t.inTwoAtOnce()).toEqual([])
})

it('付费群关怀: invited to the paid group at once, then two weeks of company; each order begins it anew', async () => {
  t = await openBrandScene(
    '2026-11-22T10:00:00',
    ['joins', 'stays-out', 'again', 'refunds', 'late', 'looker'].map((id) => ({ id })),
  )
  await t.buy('joins')
  await t.buy('stays-out')
  await t.buy('again')
  const order = await t.buy('refunds')
  // First order at ten, invitation the same minute, and one only.
  expect(await t.invitedTo('joins')).toEqual(['付费群 open'])
  expect(await t.tagsOf('joins')).toEqual(['生命周期/首单'])
  await t.twice()
  await t.goTo('2026-11-22T12:00')
  await t.join('joins', '付费群')
  await t.join('again', '付费群')
  await t.refund('refunds', order)
  await t.twice()
  expect(await t.path('refunds')).toEqual(['付费群关怀 left：退款'])
  expect(await t.invitedTo('refunds')).toEqual(['付费群 withdrawn'])

  await t.goTo('2026-11-22T23:30')
  await t.buy('late')
  await t.goTo('2026-11-25T10:30')
  expect(await t.asked('joins')).toEqual(['11-25 10:30 带他认认付费群，问问收货'])
  expect(await t.asked('stays-out')).toEqual(['11-25 10:30 收货了吗，教他解冻'])
  expect(await t.asked('refunds')).toEqual([])

  // The second order is the goal and the next beginning; who has cooked once is not taught again.
  await t.buy('again')
  expect(await t.path('again')).toEqual(['付费群关怀 goal：付款', '付费群关怀 active'])
  expect(await t.tagsOf('again')).toEqual(['生命周期/复购'])
  expect(await t.invitedTo('again')).toEqual(['付费群 joined'])
  await t.twice()
  await t.goTo('2026-11-28T10:30')
  expect(await t.asked('late')).toEqual(['11-25 10:30 收货了吗，教他解冻'])
  expect(await t.asked('again')).toEqual(['11-25 10:30 带他认认付费群，问问收货'])
  await t.goTo('2026-12-02T19:00')
  expect((await t.asked('joins'))[1]).toBe('12-02 19:00 吃得怎么样')
  await t.goTo('2026-12-05T19:00', '2026-12-06T19:00')
  expect((await t.asked('again'))[1]).toBe('12-05 19:00 吃得怎么样')
  expect(await t.path('joins')).toEqual(['付费群关怀 finished：走完全部步骤'])
  expect(await t.path('looker')).toEqual([])

  expect(await t.inTwoAtOnce()).toEqual([])
})
