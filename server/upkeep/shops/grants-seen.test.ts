import { afterEach, expect, it } from 'vitest'
import { shopsProgram } from '../../cli/shops.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { SHOP_GRANT } from '../../operations/grants/grant-tables.ts'
import { runCommand } from '../../testing/run-command.ts'
import { type GrantScene, type GrantSceneOptions, openGrantScene } from './testing/grant-scene.ts'

/* What rules, operators and guides see of gifts that did not simply go out. */

let scene: GrantScene
afterEach(() => scene.close())
const open = async (options: GrantSceneOptions = {}): Promise<void> => {
  scene = await openGrantScene(options)
}
const coupons = (): string[] => scene.shops.wechat.coupons.heldBy(scene.unionId)
const shops = (...words: string[]) => runCommand(shopsProgram, words, scene.app())
const alerts = async () => {
  const open = await scene.app().db.tx((tx) => scene.app().huoshui.alerts.queries.open(tx))
  return open.filter(({ key }) => key.startsWith('grants.'))
}

it('a rule that gives whoever has none gives no second one while the first waits', async () => {
  await open({
    trigger: '{ daily: "10:00" }\nreenterAfterDays: 1\nwhen: { grants.names: { none: [满 200 减 20] } }',
    more: {
      'tags.yaml': 'tags:\n  - group: 客户\n    names: [发过券, 券在路上, 有券]\n',
      'sop/on-its-way.yaml':
        'sop: way\nname: way\ntrigger: { daily: "12:00" }\nwhen: { grants.pending: { any: [满 200 减 20] }, grants.count: { lte: 0 } }\nsteps:\n  - tag: { add: [客户/券在路上] }\n',
      'sop/has.yaml':
        'sop: has\nname: has\ntrigger: { daily: "13:00" }\nwhen: { grants.names: { any: [满 200 减 20], days: 3 }, grants.pending: { none: [满 200 减 20] } }\nsteps:\n  - tag: { add: [客户/有券] }\n',
    },
  })
  const id = await scene.scan()
  await scene.scan('oUNION000000000000000000002')
  await scene.seconds(4, DAY_MS)
  expect((await scene.grants()).map(({ state }) => state)).toEqual(['nobody', 'nobody'])
  const tagsOf = async () => (await scene.app().timelineOf(id, 'tag.%')).join()
  expect(await tagsOf()).toContain('券在路上')
  expect(await tagsOf()).not.toContain('有券')
  await scene.pays()
  expect(coupons()).toEqual(['19126'])
  await scene.seconds(3, DAY_MS)
  expect([coupons(), (await scene.grants()).length]).toEqual([['19126'], 2])
  expect(await tagsOf()).toContain('有券')
})

const SECOND = 'oUNION000000000000000000002'

it('what is sold out is told to whoever can add to it, and given to those who were refused once somebody has', async () => {
  await open({ more: { 'sop/points.yaml': YOUZAN_POINTS } })
  const ids = [await scene.scan(), await scene.scan(SECOND)]
  scene.shops.wechat.coupons.make('19126', { stock: 0 })
  await scene.pays()
  await scene.seconds(1, DAY_MS)
  await scene.pays(SECOND)
  await scene.seconds(3, HOUR_MS)
  expect(await alerts()).toMatchObject([
    {
      key: 'grants.refused:muye:19126',
      text: '「牧野微信小店」不让发券「满 200 减 20」：券发完了：到小店后台加库存',
      todo: '到店铺后台改好，再运行 npm run -s shops -- again muye，没发成的会再发一次',
    },
  ])
  scene.shops.wechat.coupons.make('19126', { stock: 100 })
  // Of another shop, of another name, of a day before.
  expect((await shops('again', 'yz')).code).toBe(1)
  expect((await shops('again', 'muye', '--name', '别的')).code).toBe(1)
  expect((await shops('again', 'muye', '--days', '1')).out).toContain('有 1 份会再发一次')
  await scene.seconds(3, MINUTE_MS)
  expect([coupons(), scene.shops.wechat.coupons.heldBy(SECOND)]).toEqual([[], ['19126']])
  expect(await alerts()).toEqual([])
  expect((await shops('again', 'muye')).out).toContain('有 1 份会再发一次')
  await scene.seconds(3, MINUTE_MS)
  expect([coupons(), scene.shops.wechat.coupons.heldBy(SECOND)]).toEqual([['19126'], ['19126']])
  for (const id of ids) expect(await scene.told(id)).toContain('已发券「满 200 减 20」（牧野微信小店）')
  expect((await shops('again', 'muye')).code).toBe(1)
})

const YOUZAN_POINTS =
  'sop: points\nname: points\ntrigger: order.paid\nsteps:\n  - grant: { shop: yz, points: 50, name: 积分 }\n'

it('a no to one customer is no alert', async () => {
  await open()
  await scene.scan()
  scene.shops.wechat.coupons.make('19126', { stock: 100, perPerson: 0 })
  await scene.pays()
  expect([await scene.grants(), await alerts()]).toMatchObject([[{ state: 'refused' }], []])
})

it('what waits for a person stands first, however much came after it; nobody gives it by «again» once it is settled', async () => {
  await open({ trigger: 'customer.added' })
  const id = await scene.scan()
  await scene.app().rawRows("UPDATE shop_grant SET state = 'unsure', tried_at = 1, member = 'm', ended_at = 1")
  const gift = { external_userid: id, userid: 'zhangsan', shop: 'muye', coupon: '1', name: 'x', reason: '{}' }
  const counts = { asked_at: 1, lapses_at: 1, looks: 0, asks_guide: 0 } as const
  const later = Array.from({ length: 205 }, (_, at) => ({ grant_key: `more${at}`, ...gift, ...counts }))
  await scene.app().db.tx((tx) =>
    tx.insertIgnore(
      SHOP_GRANT,
      later.map((one) => ({ ...one, state: 'lapsed' as const })),
    ),
  )
  const { out, code } = await shops('grants')
  expect([code, out.split('\n')[0]]).toEqual([1, expect.stringContaining('不知道发出去没有')])
  expect((await shops('grants', '--state', 'unsure')).out.split('\n').length).toBe(1)
  expect((await shops('grants', '--state', 'refused')).out).toContain('没有要看的')
  const number = out.split('  ')[0] ?? ''
  expect((await shops('settle', number, 'none')).out).toContain('到店铺后台查过，没有发出去')
  expect((await shops('again', 'muye')).code).toBe(1)
})
