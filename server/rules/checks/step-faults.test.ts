import { expect, it } from 'vitest'
import { faultsOf } from '../testing/rule-folder-on-disk.ts'

const journey = (name: string, steps: string): Record<string, string> => ({
  [`sop/${name}.yaml`]: `sop: ${name}\nname: ${name}\ntrigger: order.paid\nsteps:\n${steps}\n`,
})
const others = {
  'webhooks/crm.yaml': "webhook: crm\nurl: https://crm.example.com/x\nevents: ['sop.webhook']\n",
  'tiers/vip.yaml':
    'ladder: 会员\nmoves: auto\nlevels:\n  - { level: 金卡, when: { orders.paid.count: { gte: 3 } } }\n  - { level: 普通 }\n',
}

it('journeys may lead to others, to a system and to a level that exist', async () => {
  const good = {
    ...others,
    ...journey('first', '  - webhook: crm\n  - tier: { ladder: 会员, to: 金卡 }\n  - start: second'),
    ...journey('second', '  - wait: 1d\n  - leave: third'),
    ...journey(
      'third',
      '  - message: { text: "我是{导购名}", within: 2d }\n  - appMessage: { to: guide, text: 有人付款了 }',
    ),
  }
  expect(await faultsOf(good)).toEqual([])
})

it.each([
  ['  - webhook: cmr', '5:14 没有叫「cmr」的事件转发。是不是想写 crm'],
  ['  - start: secnd', '5:12 没有叫「secnd」的SOP。是不是想写 second'],
  ['  - leave: first', '5:12 SOP 不能在步骤里退出它自己。后面没有步骤就自然结束'],
  ['  - tier: { ladder: 会元, to: 金卡 }', '5:21 没有叫「会元」的分层。是不是想写 会员'],
  ['  - tier: { ladder: 会员, to: 铂金 }', '5:29 分层「会员」里没有「铂金」这一级。可以写 金卡、普通'],
  ['  - message: { text: "{客户昵称}好" }', '5:22 这里不能用 {客户昵称}。这里不会替换成真的名字，请改成对谁都合适的话'],
])('%s is told at its place', async (steps, fault) => {
  const files = { ...others, ...journey('first', steps), ...journey('second', '  - wait: 1d') }
  expect(await faultsOf(files)).toEqual([`sop/first.yaml:${fault}`])
})

it('journeys that start each other in a circle are told, where the circle closes', async () => {
  const branch = '  - choose:\n      - otherwise: [ { start: first } ]'
  const circle = {
    ...journey('first', '  - start: second'),
    ...journey('second', '  - start: third'),
    ...journey('third', branch),
  }
  expect(await faultsOf(circle)).toEqual([
    'sop/third.yaml:6:31 这几个 SOP 会互相开始，转不出来：first → second → third → first。去掉其中一个 start',
  ])
})

it('the policy is one file, and its quiet hours have a length', async () => {
  expect(await faultsOf({ 'policy.yaml': 'quiet: "09:00-09:00"\n' })).toEqual([
    'policy.yaml:1:8 免打扰时段「09:00-09:00」开始和结束一样。写成 "21:30-09:00" 这样，过了半夜也可以',
  ])
  expect(await faultsOf({ 'policy.yaml': 'tasksPerGuidePerDay: 30\n---\ntasksPerGuidePerDay: 20\n' })).toEqual([
    'policy.yaml:3:1 通用规矩只能写在一个文件的一段里。合并成一段',
  ])
})
