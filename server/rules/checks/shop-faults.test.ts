import { expect, it } from 'vitest'
import { faultsOf } from '../testing/rule-folder-on-disk.ts'

const good = 'shop: 牧野微信小店\nid: muye\nplatform: wechat-shop\naccount: wxTEST0000000000a1\n'
const crmeb = 'shop: 牧野商城\nid: mall\nplatform: crmeb\naccount: huoshui01\naddress: https://shop.example.com\n'

it('shops of two platforms are right', async () => {
  expect(await faultsOf({ 'shops/a.yaml': good, 'shops/b.yaml': crmeb })).toEqual([])
})

it.each([
  [
    'one id for two shops',
    `${good}---\n${good.replace('微信小店', '二店')}`,
    '7:5 编号「muye」已经是「牧野微信小店」的。每家店一个编号',
  ],
  ['a CRMEB without an address', crmeb.replace(/address.*\n/, ''), '3:11 crmeb 的店要写 address。加一行 address: …'],
  ['a kdt_id where there is none', `${good}kdtId: "100001"\n`, '5:8 kdtId 只有 youzan 的店才有。删掉这一行'],
  [
    'an address with a path',
    crmeb.replace('.com', '.com/admin'),
    '5:10 这不是一个网址的开头。写成 https://shop.example.com，后面不带路径',
  ],
])('%s is told at its place', async (_what, text, fault) => {
  expect(await faultsOf({ 'shops/a.yaml': text })).toEqual([`shops/a.yaml:${fault}`])
})
