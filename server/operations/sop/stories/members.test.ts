import { afterEach, expect, it } from 'vitest'
import { type BrandScene, openBrandScene } from '../testing/brand-scene.ts'

let t: BrandScene
afterEach(() => t.close())

it('VIP升级: thanked the same day, asked into the VIP group, before any other care; not who falls', async () => {
  t = await openBrandScene('2026-11-22T10:00:00', [
    ...['joins', 'stays-out', 'was-sent', 'top', 'regular', 'night'].map((id) => ({ id })),
    { id: 'inside', in: 'VIP群' },
  ])
  await t.buy('joins', 200_000)
  await t.buy('stays-out', 210_000)
  await t.buy('was-sent', 210_000)
  await t.finish('was-sent', '邀请进「VIP群」')
  const big = await t.buy('top', 1_000_000)
  await t.buy('regular', 60_000)
  await t.buy('inside', 200_000)
  expect(await t.path('joins')).toEqual(['付费群关怀 left：让位给优先级更高的 SOP「VIP升级」', 'VIP升级 active'])
  expect(await t.invitedTo('joins')).toEqual(expect.arrayContaining(['VIP群 open']))
  expect(await t.path('regular')).toEqual(['付费群关怀 active'])
  await t.twice()
  await t.goTo('2026-11-22T10:31')
  expect(await t.asked('joins')).toEqual(['11-22 10:31 亲自谢谢这位老顾客'])
  expect((await t.asked('inside'))[1]).toBe('11-22 10:31 讲讲 VIP 有什么不一样')
  expect(await t.asked('top')).toEqual(['11-22 10:31 升到 S 了，亲自谢谢他'])
  const toManager = (t.sandbox.world.appMessages.get('chenhao') ?? []).map((message) => String(message.body.content))
  expect(toManager).toEqual([expect.stringMatching(/^top升到 S 层了，请和林小雨商量怎么一起道谢/)])

  await t.goTo('2026-11-22T23:00')
  await t.buy('night', 200_000)
  await t.join('joins', 'VIP群')
  await t.twice()
  await t.goTo('2026-11-22T23:31')
  expect(await t.asked('night')).toEqual([])
  await t.goTo('2026-11-23T09:00')
  expect(await t.asked('night')).toEqual(['11-23 09:00 亲自谢谢这位老顾客'])
  expect((await t.asked('joins'))[1]).toBe('11-23 09:00 讲讲 VIP 有什么不一样')
  // Falling from S to A is no promotion, though the last payment is of yesterday.
  await t.buy('top', 200_000)
  expect((await t.path('top')).slice(-2)).toEqual(['VIP升级 goal：付款', '付费群关怀 active'])
  await t.twice()
  await t.refund('top', big)
  await t.twice()
  await t.goTo('2026-11-24T03:31')
  expect((await t.path('top')).filter((line) => line.startsWith('VIP升级'))).toEqual(['VIP升级 goal：付款'])

  await t.goTo('2026-11-25T10:32', '2026-11-29T19:00')
  // One to-do about one group: who has the first one before them is not asked again, who sent it is, code and all.
  const aboutVip = async (id: string): Promise<[string, string | null][]> =>
    (
      await t.rawRows<{ title: string; detail: string | null }>(
        "SELECT title, detail FROM guide_task WHERE external_userid = ? AND state = 'open' AND script_id = 'join-vip'",
        [id],
      )
    ).map(({ title, detail }) => [title, (JSON.parse(detail ?? '{}') as { pool?: string }).pool ?? null])
  expect(await aboutVip('stays-out')).toEqual([['邀请进「VIP群」', 'VIP群']])
  expect((await t.asked('stays-out')).slice(1)).not.toContainEqual(expect.stringContaining('再请一次'))
  expect(await aboutVip('was-sent')).toEqual([['再请一次进 VIP 群', 'VIP群']])
  expect((await t.asked('was-sent'))[1]).toBe('11-25 10:32 再请一次进 VIP 群')
  await t.join('was-sent', 'VIP群')
  expect(await aboutVip('was-sent')).toEqual([])
  expect((await t.asked('joins'))[2]).toBe('11-29 19:00 吃得怎么样')
  await t.goTo('2026-12-13T19:00')
  expect((await t.path('joins'))[1]).toBe('VIP升级 finished：走完全部步骤')

  expect(await t.inTwoAtOnce()).toEqual([])
})

it('沉默群友: sixty days without a sign of life; asked whether to stay, then to leave; never who has stirred', async () => {
  t = await openBrandScene('2026-11-22T08:00:00', [
    ...['silent', 'keeps', 'buys', 'stirs', 'active', 'leave-me', 'gone'].map((id) => ({ id, in: '科普群' }) as const),
    { id: 'paid', in: '付费群' },
    { id: 'vip', in: 'VIP群' },
    { id: 'outside' },
  ])
  await t.boughtBefore('paid', 1, 61)
  await t.boughtBefore('active', 1, 50)
  await t.settle()
  await t.twice()
  await t.tag('leave-me', '意向/暂不打扰')
  await t.lose('gone')
  expect(await t.path('silent')).toEqual([])
  await t.goTo('2026-11-22T10:00')
  const question = '11-22 10:00 问他还想不想留在群里，想留就打标签'
  for (const id of ['silent', 'keeps', 'buys', 'stirs', 'paid'])
    expect([id, ...(await t.asked(id))]).toEqual([id, question])
  for (const id of ['active', 'leave-me', 'gone', 'vip', 'outside']) expect([id, ...(await t.path(id))]).toEqual([id])

  await t.goTo('2026-11-25T10:00')
  await t.tag('keeps', '意向/想留群里')
  expect(await t.path('keeps')).toEqual(['沉默群友 left：打上标签'])
  await t.buy('buys')
  expect(await t.path('buys')).toEqual(['沉默群友 goal：付款', '付费群关怀 active'])
  await t.join('stirs', '付费群')
  await t.lose('paid')
  expect(await t.path('paid')).toEqual(['沉默群友 left：好友流失'])
  await t.twice()
  await t.goTo('2026-12-06T10:00')
  expect((await t.asked('silent'))[1]).toBe('12-06 10:00 请他安静退群，以后单独联系')
  expect(await t.tagsOf('silent')).toEqual(['意向/暂不打扰'])
  // Who has joined another group since is not asked to leave.
  expect(await t.path('stirs')).toEqual(['沉默群友 finished：走完全部步骤'])
  for (const id of ['stirs', 'keeps']) expect(await t.asked(id)).toHaveLength(1)

  await t.goTo('2026-12-07T10:00')
  expect(await t.path('silent')).toHaveLength(1)
  expect(await t.inTwoAtOnce()).toEqual([])
})

it('生日: a word by hand on the morning, with the gift for A and S; every year, and beside any other care', async () => {
  t = await openBrandScene(
    '2026-11-22T10:00:00',
    ['friend', 'vip', 'buys', 'tomorrow', 'unknown', 'leave-me', 'gone'].map((id) => ({ id })),
  )
  for (const id of ['friend', 'vip', 'leave-me', 'gone']) await t.bornOn(id, '1990-11-23')
  await t.bornOn('buys', '11-23')
  await t.bornOn('tomorrow', '11-24')
  await t.buy('vip', 200_000)
  await t.tag('leave-me', '意向/暂不打扰')
  await t.lose('gone')
  await t.goTo('2026-11-23T09:29')
  expect(await t.path('friend')).toEqual([])

  await t.goTo('2026-11-23T09:30')
  expect(await t.asked('friend')).toEqual(['11-23 09:30 今天生日：送句祝福'])
  expect((await t.asked('vip')).at(-1)).toBe('11-23 09:30 今天生日：送祝福，备小礼')
  expect((await t.path('vip')).slice(1)).toEqual(['VIP升级 active', '生日 active'])
  for (const id of ['tomorrow', 'unknown', 'leave-me', 'gone']) expect([id, ...(await t.path(id))]).toEqual([id])
  await t.buy('buys')
  expect(await t.path('buys')).toEqual(['生日 goal：付款', '付费群关怀 active'])

  await t.twice()
  await t.goTo('2026-12-07T09:30')
  expect(await t.path('friend')).toEqual(['生日 finished：走完全部步骤'])
  await t.goTo('2027-11-23T09:29', '2027-11-23T09:30')
  expect(await t.path('friend')).toEqual(['生日 finished：走完全部步骤', '生日 active'])
  expect(await t.inTwoAtOnce()).toEqual([])
})
