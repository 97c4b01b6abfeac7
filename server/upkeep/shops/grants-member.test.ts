import { afterEach, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { CUSTOMER_LINK } from '../../records/customers/customer-tables.ts'
import { type GrantScene, openGrantScene } from './testing/grant-scene.ts'

/* Whose account at the shop a gift goes to. */

let scene: GrantScene
afterEach(() => scene.close())
const coupons = (unionId = scene.unionId): string[] => scene.shops.wechat.coupons.heldBy(unionId)
const AT_TEN = '{ daily: "10:00" }\nwhen: { follow.active: true }'

it('who has bought before buyers’ numbers were kept is found by reading their last order once more', async () => {
  scene = await openGrantScene({ trigger: AT_TEN })
  const id = await scene.scan()
  const bound = await scene.scan('oUNION000000000000000000002')
  await scene.pays()
  await scene.pays('oSTRANGER0000000000000000001')
  // Polls ask a bit further back than the last time.
  await scene.seconds(2, HOUR_MS / 4)
  await scene.seconds(3)
  const { rawRows } = scene.app()
  await rawRows("UPDATE shop_order SET external_userid = ?, matched_by = 'hand' WHERE external_userid IS NULL", [bound])
  await rawRows('UPDATE shop_order SET shop_user_id = NULL')
  await scene.seconds(1, HOUR_MS / 2)
  await scene.seconds(5)
  await scene.seconds(3, MINUTE_MS)
  expect([coupons(), await scene.told(id)]).toEqual([['19126'], ['已发券「满 200 减 20」（牧野微信小店）']])
  // Somebody's number, passed on to a guide: its buyer is not asked for.
  expect(coupons('oSTRANGER0000000000000000001')).toEqual([])
  expect(await rawRows('SELECT 1 FROM shop_order WHERE shop_user_id IS NULL')).toHaveLength(1)
})

it('of two accounts that are linked with a customer neither is taken', async () => {
  scene = await openGrantScene({ trigger: AT_TEN, grant: '{ shop: mall, points: 50, name: 积分 }' })
  const [twice, once] = [await scene.scan(), await scene.scan('oUNION000000000000000000002')]
  const link = { linked_at: 1, by_whom: 'x', why: 'x', source: '牧野商城' }
  const links = [
    { external_userid: twice, shop_user_id: '77' },
    { external_userid: twice, shop_user_id: '78' },
    { external_userid: once, shop_user_id: '79' },
    { external_userid: once, shop_user_id: '79' },
    { external_userid: once, shop_user_id: '80', source: '别的商城' },
    { external_userid: once, shop_user_id: '81', ended_at: 2 },
  ]
  await scene.app().db.tx((tx) =>
    tx.insertIgnore(
      CUSTOMER_LINK,
      links.map((one) => ({ ...link, ...one })),
    ),
  )
  for (const uid of [77, 78, 79]) scene.shops.crmeb.bindPhone(uid, `138001380${uid}`)
  await scene.seconds(2, HOUR_MS)
  await scene.seconds(2, MINUTE_MS)
  expect([77, 78, 79].map((uid) => scene.shops.crmeb.pointsOf(uid))).toEqual([0, 0, 50])
  expect((await scene.grants()).map(({ state }) => state).sort()).toEqual(['given', 'nobody'])
})
