import { expect, it } from 'vitest'
import { changed, faultsOf, GOOD_RULES } from '../testing/rule-folder-on-disk.ts'

const HEAD = 'sop: care\nname: 关怀\ngoal: order.paid\ntrigger: customer.added\n'
const when = (condition: string): string => `${HEAD}when: ${condition}\nsteps: [ { wait: 1d } ]\n`
const steps = (text: string): string => `${HEAD}steps:\n${text}\n`

/** What people write in a hurry, and the one message that says what to write instead. */
it.each<[text: string, fault: string]>([
  [when('{ or: [ { follow.active: true } ] }'), '5:9 没有「or」这个事实。是不是想写 any'],
  [when('{ orders.paid.count: { get: 1 } }'), '5:30 没有「get」这种比法。是不是想写 gte'],
  [when('{ orders.paid.count: { 至少: 1 } }'), '5:30 没有「至少」这种比法。是不是想写 gte'],
  [when('{ orders.paid.count: ">=1" }'), '5:28 「已付款订单数」是数字，不能和「>=1」比较。写成 { gte: 1 }'],
  [when('{ orders.paid.count: "3" }'), '5:28 「已付款订单数」是数字，不能和「3」比较。去掉引号：3'],
  [when('{ orders.paid.sum: { gte: 1万元 } }'), '5:33 「累计付款金额」是金额，看不懂「1万元」。写成 10000元'],
  [when('{ orders.paid.sum: { gte: 2千元 } }'), '5:33 「累计付款金额」是金额，看不懂「2千元」。写成 2000元'],
  [when('{ orders.paid.sum: ">=500元" }'), '5:26 「累计付款金额」是金额，看不懂「>=500元」。写成 { gte: 500元 }'],
  [
    `${HEAD.replace('order.paid', '付款')}steps: [ { wait: 1d } ]\n`,
    '3:7 「goal」不能是「付款」。是不是想写 order.paid',
  ],
  [
    `${HEAD}enabled: 是\nsteps: [ { wait: 1d } ]\n`,
    '5:10 「enabled」要写 true 或 false，不能是「是」。写 false 表示先不启用',
  ],
  [
    steps('  - wait: { event: order.paid, atMost: 24h }'),
    '6:20 order.paid 会让旅程结束，等不到。写成 wait: 24h：发生了旅程就结束，没发生再往下走',
  ],
  [steps('  wait: 1d'), '6:3 「steps」要写一个列表，不能是 { wait }。每一项前面加短横和空格：- wait: …'],
  [
    steps('  - wait: 1d\n    tag: { add: [生命周期/新客] }'),
    '6:5 「wait」不能和「tag」写在同一项里。另起一行，单独写成一项：- wait: …',
  ],
  [steps('  - wait: １０m'), '6:11 第 11 个字：数字是全角的。换成 0–9'],
  [
    HEAD.replace('sop: care', 'sop: Care').concat('steps: [ { wait: 1d } ]\n'),
    '1:6 「sop」不能写成「Care」。写成 care',
  ],
])('%j', async (text, fault) => {
  expect(await faultsOf({ 'sop/错.yaml': text })).toEqual([`sop/错.yaml:${fault}`])
})

it('who refers to an id in capitals by the right one is right', async () => {
  expect(await faultsOf(changed('scripts/入群.yaml', 'id: join-paid', 'id: Join-Paid'))).toEqual([
    'scripts/入群.yaml:5:13 「id」不能写成「Join-Paid」。写成 join-paid',
  ])
})

it('a rule of another kind is one fault, also where its key is one of this kind', async () => {
  expect(
    await faultsOf({ 'welcomes/渠道.yaml': 'channel: 甲\nguides: [a]\nwelcome: 欢迎\ntags: [来源/包裹卡]\n' }),
  ).toEqual(['welcomes/渠道.yaml:1:1 这是渠道，放在这里不会起作用。放到 channels/'])
})

it('what many rules miss is one fault, at the first of them', async () => {
  const sop = (n: number): string =>
    `sop: s${n}\nname: 甲${n}\ngoal: order.paid\ntrigger: customer.added\nsteps:\n  - invite: 付费群\n  - tag: { add: [生命周期/新客] }\n`
  const sops = { 'sop/1.yaml': sop(1), 'sop/2.yaml': sop(2) }
  expect(await faultsOf({ ...sops, 'groups/付费群.yaml': undefined })).toEqual([
    'sop/1.yaml:6:13 没有叫「付费群」的群池，3 处用到它（还有 sop/2.yaml:6、sop/首单.yaml:11）。先在 groups/ 里加上',
  ])
  const tags = { 'tags.yaml': (GOOD_RULES['tags.yaml'] ?? '').replace('生命周期', '阶段') }
  expect(await faultsOf({ ...sops, ...tags })).toEqual([
    'sends/福利.yaml:3:27 没有叫「生命周期」的标签组，4 处用到它（还有 sop/1.yaml:7、sop/2.yaml:7、sop/首单.yaml:7）。是不是想写 阶段',
  ])
})
