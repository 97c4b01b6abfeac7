import { afterEach, describe, expect, it } from 'vitest'
import { actionsProgram } from '../../cli/actions.ts'
import { shopsProgram } from '../../cli/shops.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { runCommand } from '../../testing/run-command.ts'
import { type GrantScene, type GrantSceneOptions, openGrantScene } from './testing/grant-scene.ts'

let scene: GrantScene
afterEach(() => scene.close())
const open = async (options: GrantSceneOptions = {}): Promise<void> => {
  scene = await openGrantScene(options)
}
const coupons = (): string[] => scene.shops.wechat.coupons.heldBy(scene.unionId)
const alerts = async () =>
  (await scene.app().db.tx((tx) => scene.app().huoshui.alerts.queries.open(tx))).map(({ key }) => key)

it('who pays gets the coupon of the shop where they bought: once, told to the guide, asked for by rules', async () => {
  await open({
    manners: { doubled: 1 },
    more: {
      'tags.yaml': 'tags:\n  - group: 客户\n    names: [发过券, 有券]\n',
      'sop/after.yaml':
        'sop: after\nname: after\ntrigger: { daily: "08:00" }\nwhen: { grants.count: { days: 7, gte: 1 }, grants.names: { any: [满 200 减 20] }, grants.daysSince: { lte: 1 } }\nsteps:\n  - tag: { add: [客户/有券] }\n',
    },
  })
  const id = await scene.scan()
  const other = await scene.scan('oUNION000000000000000000002')
  await scene.pays()
  expect(coupons()).toEqual(['19126'])
  expect(await scene.told(id)).toEqual(['已发券「满 200 减 20」（牧野微信小店）'])
  expect(await scene.outcomes()).toEqual(['已发券「满 200 减 20」（牧野微信小店）'])
  await scene.seconds(3, MINUTE_MS)
  expect([coupons(), scene.shops.wechat.coupons.asked()]).toEqual([['19126'], 1])
  await scene.app().advance(DAY_MS)
  const marked = await scene
    .app()
    .rawRows<{ external_userid: string }>("SELECT DISTINCT external_userid FROM timeline WHERE body LIKE '%客户/有券%'")
  expect(marked).toEqual([{ external_userid: id }])
  expect(await scene.told(other)).toEqual([])
})

it('an answer that is lost is looked for, and nothing is given twice', async () => {
  await open()
  await scene.scan()
  scene.shops.wechat.setManners({ lostAnswers: 1 })
  await scene.pays()
  expect(coupons()).toEqual(['19126'])
  scene.shops.wechat.setManners({ lostAnswers: 0 })
  await scene.seconds(4, MINUTE_MS)
  expect([coupons(), await scene.grants()]).toMatchObject([['19126'], [{ state: 'given' }]])
})

it('while the list lags behind it waits before it looks', async () => {
  await open()
  await scene.scan()
  const orderId = scene.shops.wechat.buy({ unionId: scene.unionId, lines: scene.lines })
  await scene.seconds(2, MINUTE_MS)
  scene.shops.wechat.setManners({ lostAnswers: 1, readLagMs: 40_000 })
  scene.shops.wechat.pay(orderId)
  await scene.seconds(20)
  expect(coupons()).toEqual(['19126'])
  scene.shops.wechat.setManners({ lostAnswers: 0 })
  await scene.seconds(8, 20_000)
  expect([coupons(), await scene.grants()]).toMatchObject([['19126'], [{ state: 'given' }]])
  expect(scene.shops.wechat.coupons.asked()).toBe(1)
})

it('a coupon of one a person that the list does not show yet: the limit at the second try says that it was given', async () => {
  await open()
  const { wechat } = scene.shops
  const id = await scene.scan()
  wechat.coupons.make('19126', { perPerson: 1 })
  const orderId = wechat.buy({ unionId: scene.unionId, lines: scene.lines })
  await scene.seconds(6, MINUTE_MS)
  wechat.setManners({ lostAnswers: 1, readLagMs: 5 * MINUTE_MS })
  wechat.pay(orderId)
  await scene.seconds(4)
  wechat.setManners({ lostAnswers: 0 })
  await scene.seconds(3, MINUTE_MS)
  expect([coupons(), wechat.coupons.asked()]).toEqual([['19126'], 2])
  expect([await scene.grants(), await scene.told(id)]).toMatchObject([
    [{ state: 'given' }],
    ['已发券「满 200 减 20」（牧野微信小店）'],
  ])
})

it('a token that ends, a shop that is away for an hour: it is given when it is back', async () => {
  await open()
  const second = 'oUNION000000000000000000002'
  const ids = [await scene.scan(), await scene.scan(second)]
  scene.shops.wechat.setManners({ expiredTokens: 0.5 })
  await scene.pays()
  await scene.seconds(10, MINUTE_MS)
  scene.shops.wechat.setManners({ expiredTokens: 0 })
  await scene.seconds(10, MINUTE_MS)
  expect(coupons()).toEqual(['19126'])
  scene.shops.wechat.coupons.away(true)
  await scene.pays(second)
  await scene.seconds(12, 5 * MINUTE_MS)
  expect(await scene.grants()).toMatchObject([{ state: 'given' }, { state: 'asked' }])
  scene.shops.wechat.coupons.away(false)
  await scene.seconds(14, 10 * MINUTE_MS)
  expect(scene.shops.wechat.coupons.heldBy(second)).toEqual(['19126'])
  for (const id of ids) expect(await scene.told(id)).toEqual(['已发券「满 200 减 20」（牧野微信小店）'])
})

it('a shop that is away for days leaves a dead letter, and who retries it has it given', async () => {
  await open()
  const id = await scene.scan()
  scene.shops.wechat.coupons.away(true)
  await scene.pays()
  await scene.seconds(30, HOUR_MS)
  expect([await scene.grants(), await scene.told(id)]).toMatchObject([[{ state: 'stuck' }], []])
  const { out } = await runCommand(shopsProgram, ['grants'], scene.app())
  expect(out).toContain('一直没发成，等人重试')
  expect((await runCommand(actionsProgram, ['dead'], scene.app())).out).toContain('grant.give')
  scene.shops.wechat.coupons.away(false)
  await scene.seconds(2, HOUR_MS)
  expect([coupons(), scene.shops.wechat.coupons.asked()]).toEqual([[], 0])
  await runCommand(actionsProgram, ['retry', 'grant.give'], scene.app())
  await scene.seconds(4, MINUTE_MS)
  expect([coupons(), await scene.grants()]).toMatchObject([['19126'], [{ state: 'given' }]])
  expect(await scene.told(id)).toEqual(['已发券「满 200 减 20」（牧野微信小店）'])
  expect(scene.shops.wechat.coupons.asked()).toBe(1)
})

it('sold out is told, with what to do, and not tried again', async () => {
  await open()
  const id = await scene.scan()
  scene.shops.wechat.coupons.make('19126', { stock: 0 })
  await scene.pays()
  await scene.seconds(3, HOUR_MS)
  const text = '没发券「满 200 减 20」（牧野微信小店）：券发完了：到小店后台加库存'
  expect([await scene.told(id), await scene.outcomes(), coupons()]).toEqual([[text], [text], []])
  expect(scene.shops.wechat.coupons.asked()).toBe(1)
  const { out, code } = await runCommand(shopsProgram, ['grants'], scene.app())
  expect([code, out]).toEqual([0, expect.stringContaining('没发成')])
})

describe('somebody whom the shop does not know', () => {
  it('waits, told once, with a to-do where the rule says so, and gets it with their first order', async () => {
    await open({
      trigger: 'customer.added',
      grant: '{ shop: muye, coupon: "19126", name: 满 200 减 20, askGuide: true }',
    })
    const id = await scene.scan()
    await scene.seconds(4, HOUR_MS)
    const [line] = await scene.told(id)
    expect(line).toContain('还没发券「满 200 减 20」：「牧野微信小店」认不出这位客户，认出来就发，最晚等到')
    expect((await scene.told(id)).length).toBe(1)
    expect((await scene.app().openTasks()).map(({ title }) => title)).toEqual([
      '请客户到「牧野微信小店」下一单，好把券「满 200 减 20」发给 TA',
    ])
    await scene.pays('oUNION000000000000000000002')
    expect(await scene.grants()).toMatchObject([{ state: 'nobody' }])
    await scene.pays()
    expect([coupons(), await scene.grants()]).toMatchObject([['19126'], [{ state: 'given' }]])
    expect(await scene.app().openTasks()).toEqual([])
    await scene.seconds(30, DAY_MS)
    expect([coupons(), scene.shops.wechat.coupons.asked()]).toEqual([['19126'], 1])
  })

  it('and never orders: it lapses, and the guide reads so', async () => {
    await open({
      trigger: 'customer.added',
      grant: '{ shop: muye, coupon: "19126", name: 满 200 减 20, within: 3d }',
    })
    const id = await scene.scan()
    await scene.seconds(71, HOUR_MS)
    expect([await scene.grants(), (await scene.told(id)).length]).toMatchObject([[{ state: 'nobody' }], 1])
    await scene.seconds(2, HOUR_MS)
    expect(await scene.grants()).toMatchObject([{ state: 'lapsed' }])
    const told = await scene.told(id)
    expect(told.length).toBe(2)
    expect(told).toContain('没发券「满 200 减 20」（牧野微信小店）：认不出这位客户在店里是谁')
    await scene.pays()
    expect([coupons(), await scene.grants()]).toMatchObject([[], [{ state: 'lapsed' }]])
  })

  it('and orders an hour before its time is over: it is given', async () => {
    await open({
      trigger: 'customer.added',
      grant: '{ shop: muye, coupon: "19126", name: 满 200 减 20, within: 1d }',
    })
    await scene.scan()
    await scene.seconds(23, HOUR_MS)
    await scene.pays()
    expect([coupons(), await scene.grants()]).toMatchObject([['19126'], [{ state: 'given' }]])
  })

  it('an order that a guide bound by its number names nobody', async () => {
    await open({ trigger: 'customer.added' })
    const id = await scene.scan()
    await scene.pays('oSTRANGER0000000000000000001')
    await scene.app().rawRows("UPDATE shop_order SET external_userid = ?, matched_by = 'hand'", [id])
    await scene.seconds(3, HOUR_MS)
    expect(await scene.grants()).toMatchObject([{ state: 'nobody' }])
    expect(scene.shops.wechat.coupons.asked()).toBe(0)
  })
})

describe('有赞', () => {
  it.each([
    ['a coupon', '{ shop: yz, coupon: "700001", name: 满 200 减 20 }', '已发券「满 200 减 20」（牧野有赞店）'],
    ['points', '{ shop: yz, points: 50, name: 欢迎积分 }', '已发50 积分（牧野有赞店）'],
  ])('%s goes to whoever has the union id, without any order', async (_what, grant, line) => {
    await open({ trigger: 'customer.added', grant })
    scene.shops.youzan.knowUnionIds('yz1', [scene.unionId])
    scene.shops.youzan.setManners({ lostAnswers: 1 })
    const id = await scene.scan()
    await scene.seconds(2)
    scene.shops.youzan.setManners({ lostAnswers: 0 })
    await scene.seconds(4, MINUTE_MS)
    expect(await scene.told(id)).toEqual([line])
    expect(scene.shops.youzan.coupons.heldBy('yz1').length + scene.shops.youzan.pointsOf('yz1') / 50).toBe(1)
  })
})

describe('CRMEB', () => {
  const grant = '{ shop: mall, points: 50, name: 欢迎积分 }'
  it('points go to the account of their orders; after a lost answer the balance says it', async () => {
    await open({ grant })
    const id = await scene.scan()
    const { crmeb } = scene.shops
    await bindPhone(id)
    crmeb.setManners({ lostAnswers: 1 })
    crmeb.pay(crmeb.buy({ uid: 77, lines: scene.lines }))
    await scene.seconds(3)
    crmeb.setManners({ lostAnswers: 0 })
    await scene.seconds(4, MINUTE_MS)
    expect([crmeb.pointsOf(77), await scene.told(id)]).toEqual([50, ['已发50 积分（牧野商城）']])
  })

  it('what cannot be told is left to a person, who says so once', async () => {
    await open({ grant })
    const id = await scene.scan()
    const { crmeb } = scene.shops
    await bindPhone(id)
    crmeb.setManners({ lostAnswers: 1 })
    crmeb.pay(crmeb.buy({ uid: 77, lines: scene.lines }))
    await scene.seconds(3)
    crmeb.givePoints(77, 8)
    crmeb.setManners({ lostAnswers: 0 })
    await scene.seconds(4, MINUTE_MS)
    expect([crmeb.pointsOf(77), await scene.grants()]).toMatchObject([58, [{ state: 'unsure' }]])
    expect(await scene.told(id)).toEqual([expect.stringContaining('不知道50 积分发出去没有，没有再发（牧野商城）')])
    expect(await alerts()).toContain('grants.unsure:mall')
    const listed = await runCommand(shopsProgram, ['grants'], scene.app())
    expect([listed.code, listed.out]).toEqual([1, expect.stringContaining('不知道发出去没有')])
    const number = listed.out.split('  ')[0] ?? ''
    expect((await runCommand(shopsProgram, ['settle', number, 'given'], scene.app())).code).toBe(0)
    expect((await runCommand(shopsProgram, ['settle', number, 'given'], scene.app())).code).toBe(1)
    expect(await alerts()).not.toContain('grants.unsure:mall')
    expect(await scene.told(id)).toContain('已发50 积分（牧野商城）')
    expect(await scene.outcomes()).toEqual(['已发50 积分（牧野商城）'])
  })
})

/** The guide notes the phone that CRMEB knows of account 77. */
async function bindPhone(externalUserId: string): Promise<void> {
  scene.shops.crmeb.bindPhone(77, '13800138000')
  await scene.app().sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: ['13800138000'] })
  await scene.seconds(2)
}
