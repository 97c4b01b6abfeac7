import { expect, it } from 'vitest'
import { createCrmeb } from '../../platform/shops/crmeb/crmeb.ts'
import type { ShopAccess, ShopConnection } from '../../platform/shops/shop-connection.ts'
import { createWechatShop } from '../../platform/shops/wechat-shop/wechat-shop.ts'
import { createYouzan } from '../../platform/shops/youzan/youzan.ts'
import { faultsOf } from '../testing/rule-folder-on-disk.ts'
import { GIFTS } from './grants.ts'

const shops = {
  'shops/a.yaml': 'shop: 牧野微信小店\nid: muye\nplatform: wechat-shop\naccount: wx1\n',
  'shops/b.yaml': 'shop: 牧野商城\nid: mall\nplatform: crmeb\naccount: huoshui01\naddress: https://mall.example.com\n',
  'shops/c.yaml': 'shop: 牧野有赞店\nid: yz\nplatform: youzan\naccount: c1\nkdtId: "100001"\n',
  'shops/d.yaml': 'shop: 淘宝店\nid: taobao\nplatform: files\nfolder: /data\n',
}
const journey = (grant: string): Record<string, string> => ({
  ...shops,
  'sop/g.yaml': `sop: gg\nname: g\ntrigger: order.paid\nsteps:\n  - wait: 1d\n  - choose:\n      - otherwise:\n          - grant: ${grant}\n`,
})

it.each([
  ['{ shop: muye, coupon: "19126", name: 券 }'],
  ['{ shop: yz, coupon: "700001", name: 券, within: 3d }'],
  ['{ shop: yz, coupon: "9007199254740991", name: 券 }'],
  ['{ shop: muye, coupon: "12345678901234567890", name: 券 }'],
  ['{ shop: yz, points: 50, name: 积分, askGuide: true }'],
  ['{ shop: mall, points: 50, name: 积分 }'],
])('%s is right', async (grant) => {
  expect(await faultsOf(journey(grant))).toEqual([])
})

it.each([
  ['{ shop: muy, coupon: "1", name: 券 }', '没有编号是「muy」的店。是不是想写 muye（shops/ 里的 id）'],
  ['{ shop: 牧野商城, points: 5, name: 积分 }', '没有编号是「牧野商城」的店。是不是想写 mall（shops/ 里的 id）'],
  ['{ shop: muye, points: 5, name: 积分 }', '「牧野微信小店」发不了积分。微信小店只能发券，写 coupon'],
  ['{ shop: mall, coupon: "1", name: 券 }', '「牧野商城」发不了券。CRMEB 的对外接口只能发积分'],
  ['{ shop: taobao, points: 5, name: 积分 }', '「淘宝店」发不了积分。读文件的店没有接口'],
  ['{ shop: muye, name: 券 }', '没有写发什么。写 coupon（券编号）或 points（多少积分）'],
  ['{ shop: yz, coupon: "1", points: 5, name: 券 }', '一步只发一样。另一样写成下一步 grant'],
  ['{ shop: yz, coupon: "9007199254740993", name: 券 }', '有赞没有「9007199254740993」这么大的活动编号'],
  ['{ shop: yz, points: 5, name: 券, within: 400d }', '「400d」超过一年'],
])('%s is told at its place', async (grant, fault) => {
  const [found, ...more] = await faultsOf(journey(grant))
  expect(more).toEqual([])
  expect(found).toMatch(/^sop\/g\.yaml:8:/)
  expect(found).toContain(fault)
})

it('says of each platform what its connection gives', () => {
  const access = {
    ...{ account: 'a', kdtId: '1', api: 'https://shop.example.com', clock: { now: () => 0 }, shared: undefined },
    ...{ memory: { get: async () => new Map(), put: async () => undefined }, onCall: () => undefined },
    secrets: { secret: 's', token: 't', aes_key: 'a'.repeat(43) },
  } as unknown as ShopAccess
  const open: Record<string, (access: ShopAccess) => ShopConnection> = {
    'wechat-shop': createWechatShop,
    youzan: createYouzan,
    crmeb: createCrmeb,
  }
  const gifts = Object.entries(open).map(([platform, create]) => [platform, create(access).abilities.gifts])
  expect({ ...Object.fromEntries(gifts), files: [] }).toEqual(GIFTS)
})
