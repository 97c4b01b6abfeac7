import { afterEach, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type GrantScene, type GrantSceneOptions, openGrantScene } from './testing/grant-scene.ts'
import { WECHAT_SHOP } from './testing/shop-env.ts'

/* What a person has to change first ends no gift: all of that shop wait, those of others do not. */

let scene: GrantScene
afterEach(() => scene.close())
const open = async (options: GrantSceneOptions = {}): Promise<void> => {
  scene = await openGrantScene(options)
}
const PEOPLE = ['oUNION000000000000000000001', 'oUNION000000000000000000002', 'oUNION000000000000000000003']
const has = (): number[] => PEOPLE.map((unionId) => scene.shops.wechat.coupons.heldBy(unionId).length)
const halted = async () => {
  const found = await scene.app().db.tx((tx) => scene.app().huoshui.alerts.queries.open(tx))
  return found.filter(({ key }) => key === 'grants.halted:muye').map(({ text }) => text)
}
const states = async (): Promise<string[]> => (await scene.grants()).map(({ state }) => state)

it('a right that is missing for a day: one alert says what to do, another shop gives, and all is given once it is there', async () => {
  await open({
    more: {
      'sop/yz.yaml':
        'sop: yz\nname: yz\ntrigger: customer.added\nsteps:\n  - grant: { shop: yz, points: 50, name: 欢迎积分 }\n',
    },
  })
  const ids: string[] = []
  for (const unionId of PEOPLE) ids.push(await scene.scan(unionId))
  await scene.seconds(2)
  scene.shops.wechat.coupons.refuse(48001)
  for (const unionId of PEOPLE) await scene.pays(unionId)
  await scene.seconds(7, 2 * HOUR_MS)
  expect([has(), (await states()).filter((one) => one === 'asked').length]).toEqual([[0, 0, 0], 3])
  expect(await halted()).toEqual([
    '「牧野微信小店」的券和积分发不出去，都在等：这个小店没有优惠券接口的权限：到小店后台「接口权限」打开',
  ])
  for (const id of ids) expect((await scene.told(id)).filter((line) => line.includes('券「'))).toEqual([])
  const union = 'oUNION000000000000000000009'
  scene.shops.youzan.knowUnionIds('yz9', [union])
  await scene.scan(union)
  // WeCom may tell the union id a moment later.
  await scene.seconds(3, MINUTE_MS)
  expect(scene.shops.youzan.pointsOf('yz9')).toBe(50)
  scene.shops.wechat.coupons.refuse(undefined)
  await scene.seconds(4, 5 * MINUTE_MS)
  expect([has(), await halted(), scene.shops.wechat.coupons.asked()]).toEqual([[1, 1, 1], [], 3])
})

it('a shop that is not connected any more: its gifts wait, and are given when it is', async () => {
  await open({ trigger: 'customer.added' })
  await scene.pays()
  const before = WECHAT_SHOP['shops/muye.yaml']
  scene.app().writeConfig({ 'shops/muye.yaml': `${before}enabled: false\n` })
  await scene.app().huoshui.rules.check()
  await scene.scan()
  await scene.seconds(8, 2 * HOUR_MS)
  expect([has()[0], await states(), await halted()]).toEqual([0, ['asked'], [expect.stringContaining('启用没有')]])
  scene.app().writeConfig({ 'shops/muye.yaml': before })
  await scene.app().huoshui.rules.check()
  await scene.seconds(4, 5 * MINUTE_MS)
  expect([has()[0], await states(), await halted()]).toEqual([1, ['given'], []])
})

it('what still waits when its time is over lapses', async () => {
  await open({ grant: '{ shop: muye, coupon: "19126", name: 券, within: 2h }' })
  const id = await scene.scan()
  scene.shops.wechat.coupons.refuse(40164)
  await scene.pays()
  await scene.seconds(3, HOUR_MS)
  expect([has()[0], await states()]).toEqual([0, ['lapsed']])
  expect(await scene.told(id)).toEqual([expect.stringContaining('没发券「券」（牧野微信小店）：本机的出口 IP')])
})
