import { expect, it } from 'vitest'
import { faultsOf } from '../testing/rule-folder-on-disk.ts'

const good = 'shop: 牧野微信小店\nid: muye\nplatform: wechat-shop\naccount: wxTEST0000000000a1\n'
const crmeb = 'shop: 牧野商城\nid: mall\nplatform: crmeb\naccount: huoshui01\naddress: https://shop.example.com\n'

const files = 'shop: 牧野老店\nid: old\nplatform: files\nfolder: /data/orders\n'

it('shops of three kinds are right', async () => {
  expect(await faultsOf({ 'shops/a.yaml': good, 'shops/b.yaml': crmeb, 'shops/c.yaml': files })).toEqual([])
  expect(await faultsOf({ 'shops/c.yaml': `${files}columns:\n  订单号: 单号\n` })).toEqual([])
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
    'a shop without an account',
    good.replace(/account.*\n/, ''),
    '3:11 wechat-shop 的店要写 account。加一行 account: …',
  ],
  ['files without a folder', files.replace(/folder.*\n/, ''), '3:11 files 的店要写 folder。加一行 folder: …'],
  ['a folder where there is none', `${good}folder: /data\n`, '5:9 folder 只有 files 的店才有。删掉这一行'],
  ['an account of files', `${files}account: wx1\n`, '5:10 读文件的店没有 account。删掉这一行'],
  ['how often files are asked for', `${files}pollMinutes: 3\n`, '5:14 读文件的店没有 pollMinutes。删掉这一行'],
  [
    'columns of a shop that is asked',
    `${good}columns:\n  订单号: 单号\n`,
    '6:3 columns 只有读文件的店才有。删掉这几行',
  ],
  [
    'an address with a path',
    crmeb.replace('.com', '.com/admin'),
    '5:10 这不是一个网址的开头。写成 https://shop.example.com，后面不带路径',
  ],
])('%s is told at its place', async (_what, text, fault) => {
  expect(await faultsOf({ 'shops/a.yaml': text })).toEqual([`shops/a.yaml:${fault}`])
})
