import { afterEach, expect, it } from 'vitest'
import { type BrandScene, openBrandScene } from '../testing/brand-scene.ts'

/** Their ids draw: the first five the next product, the others the new recipe. */
const NEXT = ['b', 'c', 'd', 'e', 'f']
const RECIPE = ['a', 'h']

/** Its id draws the hold-out of one in ten. */
const HELD_OUT = 'wmheld0'

let t: BrandScene
afterEach(() => t.close())

it('首单未复购: thirty days after an only order, one of two reasons to come back, and one honest question', async () => {
  t = await openBrandScene(
    '2026-11-22T10:00:00',
    [...NEXT, ...RECIPE, 'twice', 'leave-me', 'gone'].map((id) => ({ id })),
  )
  const tastes = ['西冷', '菲力', '儿童牛排', '礼盒', '西冷', '眼肉', '西冷']
  for (const [nth, id] of [...NEXT, ...RECIPE].entries()) await t.boughtBefore(id, 1, 29, tastes[nth])
  await t.boughtBefore('twice', 2, 29)
  await t.boughtBefore('leave-me', 1, 29)
  await t.boughtBefore('gone', 1, 29)
  await t.settle()
  await t.twice()
  await t.tag('leave-me', '意向/暂不打扰')
  await t.lose('gone')
  await t.goTo('2026-11-23T10:29')
  expect((await Promise.all(NEXT.map((id) => t.path(id)))).flat()).toEqual([])

  await t.goTo('2026-11-23T10:30')
  const hooks = await Promise.all([...NEXT, ...RECIPE].map(async (id) => [id, ...(await t.asked(id))]))
  expect(hooks).toEqual([
    ['b', '11-23 10:30 吃过西冷，请他试试眼肉'],
    ['c', '11-23 10:30 吃过菲力，给孩子配一份'],
    ['d', '11-23 10:30 儿童牛排该补货了'],
    ['e', '11-23 10:30 提醒他该补货了'],
    ['f', '11-23 10:30 吃过西冷，请他试试眼肉'],
    ['a', '11-23 10:30 教他一道新做法，不提买'],
    ['h', '11-23 10:30 教他一道新做法，不提买'],
  ])
  for (const id of ['twice', 'leave-me', 'gone']) expect(await t.path(id)).toEqual([])
  const arms = await t.rawRows<{ arm: string; n: number }>(
    `SELECT arm, COUNT(*) AS n FROM sop_split WHERE experiment = '首单未复购的由头' GROUP BY arm ORDER BY arm DESC`,
  )
  expect(arms.map(({ arm, n }) => `${arm} ${n}`)).toEqual(['教新做法 2', '推荐下一款 5'])

  const second = await t.buy('b')
  expect(await t.path('b')).toEqual(['首单未复购 goal：付款', '付费群关怀 active'])
  await t.twice()
  await t.refund('b', second)
  await t.twice()
  await t.goTo('2026-12-03T10:30')
  expect((await t.asked('c')).slice(1)).toEqual(['12-03 10:30 问一句为什么没再买'])
  expect(await t.asked('b')).toHaveLength(1)
  await t.goTo('2026-12-13T10:30')
  expect(await t.path('c')).toEqual(['首单未复购 finished：走完全部步骤'])

  expect(await t.inTwoAtOnce()).toEqual([])
})

it('流失老客: ten orders and half a year away; asked, asked why, invited back, then left in peace; a tenth is only watched', async () => {
  const ids = ['loyal', 'returns', HELD_OUT, 'nine', 'recent', 'leave-me']
  t = await openBrandScene(
    '2026-11-22T10:00:00',
    ids.map((id) => ({ id })),
  )
  for (const id of ['loyal', 'returns', HELD_OUT, 'leave-me']) await t.boughtBefore(id, 10, 179)
  await t.boughtBefore('nine', 9, 200)
  await t.boughtBefore('recent', 10, 178)
  await t.settle()
  await t.twice()
  await t.tag('leave-me', '意向/暂不打扰')
  await t.goTo('2026-11-23T09:30')
  expect(await t.path('loyal')).toEqual(['流失老客 active'])
  expect(await t.asked('loyal')).toEqual(['11-23 09:30 十单以上的老顾客半年没来，问声好'])
  expect(await t.tagsOf('loyal')).toEqual(['分层/B', '生命周期/沉睡'])
  // Who is only watched hears nothing; others wait for their day, or have a journey of their own.
  expect(await t.path(HELD_OUT)).toEqual(['流失老客 active'])
  expect(await t.tagsOf(HELD_OUT)).toEqual(['分层/B'])
  expect(await t.path('nine')).toEqual(['沉睡唤醒 active'])
  expect(await t.asked('nine')).toEqual(['11-23 09:30 好久没来了，问问近况'])
  for (const id of ['recent', 'leave-me']) expect(await t.path(id)).toEqual([])

  // Nobody has spoken to the first two for three days: the manager of the shop is told.
  const toManager = (): string[] =>
    (t.sandbox.world.appMessages.get('chenhao') ?? []).map((message) => String(message.body.content)).sort()
  await t.goTo('2026-11-24T09:30')
  expect(toManager()).toEqual([])
  await t.goTo('2026-11-26T09:31', '2026-11-26T09:32')
  const late = (id: string) =>
    expect.stringContaining(`导购林小雨的待办超时未做：${id}，十单以上的老顾客半年没来，问声好`)
  expect(toManager()).toEqual([late('loyal'), late('returns')])
  await t.goTo('2026-11-30T10:00')
  expect(await t.path('recent')).toEqual(['流失老客 active'])
  expect((await t.asked('loyal'))[1]).toBe('11-30 10:00 请教他：我们哪里没做好')
  await t.buy('returns')
  expect(await t.path('returns')).toEqual(['流失老客 goal：付款', '付费群关怀 active'])
  expect(await t.tagsOf('returns')).toEqual(['分层/B', '生命周期/复购'])
  await t.twice()
  await t.goTo('2026-12-07T10:00')
  expect((await t.asked('loyal'))[2]).toBe('12-07 10:00 送他一张回归券')
  expect(await t.asked('returns')).toHaveLength(2)
  await t.goTo('2026-12-21T10:00')
  expect(await t.path('loyal')).toEqual(['流失老客 finished：走完全部步骤'])
  expect(await t.tagsOf('loyal')).toEqual(['分层/B', '意向/暂不打扰', '生命周期/沉睡'])

  await t.goTo('2027-01-22T09:31')
  expect(await t.path(HELD_OUT)).toEqual(['流失老客 finished：对照组观察期满'])
  expect(await t.asked(HELD_OUT)).toEqual([])
  await t.goTo('2027-01-23T09:30')
  expect(await t.path(HELD_OUT)).toHaveLength(1)
  expect(await t.inTwoAtOnce()).toEqual([])
})
