import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { openRoutingScene, type RoutingScene } from './testing/routing-scene.ts'

let t: RoutingScene
beforeEach(async () => {
  t = await openRoutingScene()
})
afterEach(() => t.close())

const standing = async (): Promise<string[]> =>
  (await t.invitations()).filter(({ pool }) => pool !== '科普群').map(({ pool, state }) => `${pool} ${state}`)
const groupOf = (name: string): string =>
  [...t.sandbox.world.groups.values()].find((group) => group.name === name)?.chatId ?? ''
const joinByHand = async (externalUserId: string, name: string): Promise<void> => {
  await t.sandbox.joinGroup({ externalUserId, chatId: groupOf(name) })
  await t.settle()
}

it('who does not come into the VIP group is asked into the lesser one after all, once', async () => {
  const [withdrawn, never, small] = [await t.customer(), await t.customer(), await t.customer()]
  await t.pay(withdrawn, 'o1', 9_900)
  await t.pay(withdrawn, 'o2', 238_800)
  await t.pay(never, 'o3', 238_800)
  expect(await standing()).toEqual(['付费群 withdrawn', 'VIP群 open', 'VIP群 open'])
  await t.advance(3 * DAY_MS)
  await t.pay(small, 'o4', 9_900)
  await t.advance(4 * DAY_MS - MINUTE_MS)
  await t.advance(2 * MINUTE_MS)
  await t.advance(MINUTE_MS)
  expect(await standing()).toEqual([
    ...['付费群 withdrawn', 'VIP群 lapsed', 'VIP群 lapsed'],
    ...['付费群 open', '付费群 open', '付费群 open'],
  ])
  // The paid one is the least of them: nobody is asked anything when it lapses.
  await t.advance(7 * DAY_MS)
  expect(await standing()).toEqual([
    ...['付费群 withdrawn', 'VIP群 lapsed', 'VIP群 lapsed'],
    ...['付费群 lapsed', '付费群 lapsed', '付费群 lapsed'],
  ])
})

it('who comes into the VIP group by hand is asked into no lesser one any more; who does not belong there still is', async () => {
  await t.sandbox.renameGroup({ chatId: groupOf('牧野·VIP1'), name: '别的群' })
  await t.settle()
  const [id, other] = [await t.customer(), await t.customer()]
  await t.pay(id, 'o1', 238_800)
  await t.pay(other, 'o2', 9_900)
  expect(await standing()).toEqual(['VIP群 waiting', '付费群 open', '付费群 open'])
  await t.sandbox.renameGroup({ chatId: groupOf('别的群'), name: '牧野·VIP1' })
  await t.settle()
  await joinByHand(id, '牧野·VIP1')
  await joinByHand(other, '牧野·VIP1')
  await t.again()
  expect(await standing()).toEqual(['VIP群 joined', '付费群 withdrawn', '付费群 open'])
  const why = await t.rawRows("SELECT close_note FROM invitation WHERE state = 'withdrawn' AND pool = '付费群'")
  expect(why).toEqual([{ close_note: '已在「VIP群」里' }])
})

it('who has come to belong in the VIP group while they waited is not asked into the lesser one', async () => {
  for (const order of ['o1', 'o2']) {
    const full = await t.customer()
    await t.pay(full, order, 9_900)
    await t.join(full, '付费群')
  }
  const [further, late] = [await t.customer(), await t.customer()]
  for (const [id, order] of [
    [further, 'o3'],
    [late, 'o4'],
  ] as const)
    await t.pay(id, order, 9_900)
  await joinByHand(further, '牧野·VIP1')
  await t.pay(further, 'o5', 300_000)
  expect((await standing()).slice(2)).toEqual(['付费群 waiting', '付费群 waiting'])
  await t.sandbox.createGroup({ name: '牧野·付费2', ownerUserId: 'lisi' })
  await t.settle()
  await t.advance(MINUTE_MS)
  expect((await standing()).slice(2)).toEqual(['付费群 withdrawn', '付费群 open'])
})
