import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { faultsOf, ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const HEAD = 'sop: care\nname: 关怀\ngoal: order.paid\n'

/** Rule files as operators write them in a hurry; each yields exactly one message, at the line where the mistake is. */
const WRONG: [what: string, text: string, fault: string][] = [
  [
    'an amount without its unit',
    `${HEAD}trigger: order.paid\nwhen:\n  orders.paid.sum: { gte: 500 }\nsteps:\n  - wait: 1d\n`,
    'sop/错.yaml:6:27 「累计付款金额」是金额，要带单位。写成 500元',
  ],
  [
    'a tag without its group',
    `${HEAD}trigger: order.paid\nsteps:\n  - tag: { add: [新客] }\n`,
    'sop/错.yaml:6:18 标签「新客」要连组名一起写。写成 生命周期/新客',
  ],
  [
    'a wait with Chinese units',
    `${HEAD}trigger: order.paid\nsteps:\n  - wait: 3天\n`,
    'sop/错.yaml:6:11 「wait」不能写成「3天」。时长，如 30s（秒）、10m（分钟）、24h（小时）、3d（天）',
  ],
  [
    'an event that does not exist',
    `${HEAD}trigger: order.payed\nsteps:\n  - wait: 1d\n`,
    'sop/错.yaml:4:10 「trigger」不能是「order.payed」。是不是想写 order.paid',
  ],
  [
    'a welcome after a wait',
    `${HEAD}trigger: customer.added\nsteps:\n  - wait: 10m\n  - welcome: 欢迎\n`,
    'sop/错.yaml:7:14 这里不能再发欢迎语。加好友后 20 秒内只能发一次：放在所有等待之前，一条路上只写一次',
  ],
  [
    'a condition that nobody meets',
    `${HEAD}trigger: order.paid\nwhen:\n  orders.paid.count: { gte: 10, lt: 3 }\nsteps:\n  - wait: 1d\n`,
    'sop/错.yaml:6:22 没有人能符合：对「已付款订单数」的要求互相矛盾。改成能同时成立的',
  ],
  [
    'branches in the wrong order',
    `${HEAD}trigger: order.paid\nsteps:\n  - choose:\n      - when: { orders.paid.count: { gte: 1 } }\n        do: [{ wait: 1d }]\n      - when: { orders.paid.count: { gte: 3 } }\n        do: [{ wait: 2d }]\n`,
    'sop/错.yaml:9:15 走不到这里：符合的人已经被第 1 个分支接住。把要求更高的分支写在前面',
  ],
  [
    'a group pool that was renamed',
    `${HEAD}trigger: order.paid\nsteps:\n  - invite: 付款群\n`,
    'sop/错.yaml:6:13 没有叫「付款群」的群池。是不是想写 付费群',
  ],
  [
    'waiting for what ends the journey',
    `${HEAD}trigger: customer.added\nsteps:\n  - wait: { event: order.paid, atMost: 3d }\n`,
    'sop/错.yaml:6:20 order.paid 会让旅程结束，等不到。写成 wait: 3d：发生了旅程就结束，没发生再往下走',
  ],
  [
    'more messages than a customer may get',
    `${HEAD}trigger: order.paid\nsteps:\n${'  - message: { text: 今天有活动 }\n'.repeat(29)}`,
    'sop/错.yaml:34:14 这条群发发不出去：企业微信每月最多 28 条，前面已经排满。删掉几条，或者把等待拉长',
  ],
  [
    'a filter that the event does not carry',
    `${HEAD}trigger: { event: order.paid, tag: 生命周期/新客 }\nsteps:\n  - wait: 1d\n`,
    'sop/错.yaml:4:31 order.paid 不带「tag」。去掉它',
  ],
  [
    'two arms of one name',
    `${HEAD}trigger: order.paid\nsteps:\n  - split:\n      experiment: 券\n      arms:\n        - { arm: A, weight: 50, do: [] }\n        - { arm: A, weight: 50, do: [{ wait: 1d }] }\n`,
    'sop/错.yaml:10:18 分组「A」写了两次。每组一个名字',
  ],
]

it.each(WRONG)('%s', async (_what, text, fault) => {
  expect(await faultsOf({ 'sop/错.yaml': text })).toEqual([fault])
})

it('advises where journeys get into each other’s way, and lets them pass', async () => {
  const made = ruleFolderOnDisk({
    'sop/甲.yaml': 'sop: one\nname: 甲\ntrigger: order.paid\nsteps:\n  - tag: { add: [生命周期/新客] }\n',
    'sop/乙.yaml':
      'sop: two\nname: 乙\ngoal: order.paid\ntrigger: order.paid\nwhen: { orders.paid.count: { gte: 2 } }\nsteps:\n  - tag: { remove: [生命周期/新客] }\n',
    'sop/丙.yaml':
      'sop: three\nname: 丙\ngoal: order.paid\nexclusive: 关怀\ntrigger: { event: tag.added, tag: 生命周期/老客 }\nreenterAfterDays: 0\nsteps:\n  - tag: { add: [生命周期/新客] }\n',
    'sop/丁.yaml':
      'sop: four\nname: 丁\ngoal: order.paid\ntrigger: { event: tag.added, tag: 生命周期/新客 }\nreenterAfterDays: 0\nsteps:\n  - tag: { add: [生命周期/老客], remove: [生命周期/新客] }\n',
  })
  try {
    const { book, advice } = await loadRules(made.folder, VOCABULARY)
    expect(book?.sops.size).toBe(5)
    expect(advice.map((one) => formatFault(one))).toEqual([
      'sop/丁.yaml:7:18 「生命周期/老客」会触发「丙」，绕一圈又回到这里，没有尽头。把 reenterAfterDays 写成 1 以上，或者触发里写 by: hand',
      'sop/丙.yaml:8:18 「生命周期/新客」会触发「丁」，绕一圈又回到这里，没有尽头。把 reenterAfterDays 写成 1 以上，或者触发里写 by: hand',
      'sop/甲.yaml:1:1 SOP「甲」没有写 goal，看不出它有没有用。写一个目标，如 goal: order.paid',
      'sop/甲.yaml:5:18 sop/乙.yaml 的「乙」在同一时刻触发，会去掉「生命周期/新客」，同一个客户会被两边来回改。给两条写同一个 exclusive，或者用 when 把人分开',
    ])
  } finally {
    made.remove()
  }
})
