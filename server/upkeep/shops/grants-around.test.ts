import { afterEach, expect, it } from 'vitest'
import { customersProgram } from '../../cli/customers.ts'
import { sopProgram } from '../../cli/sop.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { createTimeline } from '../../records/timeline/timeline.ts'
import { runCommand } from '../../testing/run-command.ts'
import { holdBack } from '../backup/hold-back.ts'
import { type GrantScene, type GrantSceneOptions, openGrantScene } from './testing/grant-scene.ts'

let scene: GrantScene
afterEach(() => scene.close())
const open = async (options: GrantSceneOptions = {}): Promise<void> => {
  scene = await openGrantScene(options)
}
const coupons = (): string[] => scene.shops.wechat.coupons.heldBy(scene.unionId)

it('a plan says what would be given, and gives nothing', async () => {
  await open({ trigger: '{ daily: "10:00" }\nwhen: { follow.active: true }' })
  const id = await scene.scan()
  const { code, out, err } = await runCommand(sopProgram, ['plan', scene.app().configDir, '--days', '1'], scene.app())
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/1\. 在店铺「muye」发券「满 200 减 20」 +1/)
  expect([scene.shops.wechat.coupons.asked(), await scene.told(id), await scene.grants()]).toEqual([0, [], []])
})

it('after a backup was put back nothing is given that may have been given since: a person looks', async () => {
  await open({
    trigger: 'customer.added',
    grant: '{ shop: muye, coupon: "19126", name: 满 200 减 20, askGuide: true }',
  })
  const id = await scene.scan()
  // Looked for again only in hours: none of its actions is due when the copy is put back.
  await scene.seconds(3, HOUR_MS)
  expect([await scene.grants(), (await scene.app().openTasks()).length]).toMatchObject([[{ state: 'nobody' }], 1])
  const { db, huoshui, clock } = scene.app()
  const put = { book: huoshui.rules.current(), clock, timeline: createTimeline({ clock }), alerts: huoshui.alerts }
  const held = await db.tx((tx) => holdBack(tx, put, clock.now()))
  expect(held.grants).toBe(1)
  const line = '不知道券「满 200 减 20」发出去没有，没有再发（牧野微信小店）：恢复备份：可能已经做过，没有再做'
  expect([await scene.told(id), await scene.outcomes()]).toEqual([expect.arrayContaining([line]), [line]])
  expect(await scene.app().openTasks()).toEqual([])
  const alerts = await db.tx((tx) => huoshui.alerts.queries.open(tx))
  expect(alerts.map(({ key }) => key)).toContain('grants.unsure:muye')
  expect((await db.tx((tx) => holdBack(tx, put, clock.now()))).grants).toBe(0)
  await scene.pays()
  await scene.seconds(4, HOUR_MS)
  expect([coupons(), await scene.grants()]).toMatchObject([[], [{ state: 'unsure' }]])
})

it('what a journey would give goes with it where the order that began it was another’s', async () => {
  await open({ trigger: 'order.created', grant: '{ shop: yz, points: 50, name: 积分, askGuide: true }' })
  const t = scene.app()
  const { externalUserId: id } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  const orderId = scene.shops.wechat.buy({ unionId: 'oSTRANGER0000000000000000001', lines: scene.lines })
  await scene.seconds(3)
  const customers = (...words: string[]) => runCommand(customersProgram, words, t)
  const merged = await customers('merge', id, '--order', orderId, '--why', '客户说是他买的')
  expect(merged.out).toMatch(/^已合并/)
  await scene.seconds(3, MINUTE_MS)
  expect([await scene.grants(), (await t.openTasks()).length]).toMatchObject([[{ state: 'nobody' }], 1])
  expect((await customers('unmerge', '1')).code).toBe(0)
  await scene.seconds(3)
  expect([await scene.grants(), await t.openTasks()]).toMatchObject([[{ state: 'lapsed' }], []])
  expect(await scene.told(id)).toContain('没发50 积分（牧野有赞店）：开头的那笔订单不是这位客户的')
  scene.shops.youzan.knowUnionIds('yz1', [scene.unionId])
  await scene.seconds(3, HOUR_MS)
  expect(scene.shops.youzan.pointsOf('yz1')).toBe(0)
})
