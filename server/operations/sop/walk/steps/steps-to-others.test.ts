import { afterEach, expect, it } from 'vitest'
import { raw } from '../../../../core/db/sql.ts'
import { DAY_MS, SECOND_MS } from '../../../../core/kernel/shanghai.ts'
import { openReceiver } from '../../../events-out/testing/receiver.ts'
import { config, openSopScene, type SopScene } from '../../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

/** What this member got from our app, oldest first. */
const messages = (userId: string): string[] =>
  (t.sandbox.world.appMessages.get(userId) ?? [])
    .filter((message) => message.msgtype === 'text')
    .map((message) => String(message.body.content))

it('members of staff get an app message, once each, with names', async () => {
  t = await openSopScene({
    sop: `
sop: alarm
name: 通知店长
trigger: order.paid
steps:
  - appMessage: { to: [lisi], text: "{客户昵称}付款了，{导购名}请跟进" }
  - appMessage: { to: guide, text: "{客户昵称}付款了" }
`,
  })
  const id = await t.scan({ state: 'store-code', name: '小满' })
  await t.pay(id)
  await t.advance(10 * SECOND_MS)
  await t.again()
  expect(messages('lisi')).toEqual(['小满付款了，张三请跟进（11-22 09:00）'])
  expect(messages('zhangsan')).toEqual(['小满付款了（11-22 09:00）'])
  expect(await t.outcomes(id)).toEqual(['应用消息通知 李四', '应用消息通知 张三'])
})

it('another system is told by its name, once, with what the journey looked at', async () => {
  const receiver = await openReceiver()
  t = await openSopScene({
    config: {
      ...config,
      'webhooks/crm.yaml': `webhook: crm\nurl: ${receiver.url}\nevents: ['sop.webhook']\nfields: [userId, sop, facts]\n---\nwebhook: off\nurl: ${receiver.url}\nevents: ['*']\nenabled: false\n`,
      'sop/first.yaml': `
sop: tell-crm
name: 告诉CRM
trigger: order.paid
when: { orders.paid.count: { gte: 1 } }
steps:
  - webhook: crm
  - webhook: "off"
  - choose: [ { when: { channel: 门店物料 }, do: [ { tag: { add: [生命周期/老客] } } ] } ]
`,
    },
    env: { WEBHOOK_SECRETS: 'crm=a-key-that-the-crm-knows', WEBHOOK_PRIVATE: 'yes' },
  })
  const id = await t.scan({ state: 'store-code' })
  await t.pay(id)
  await t.again()
  const { version } = await t.journey(id)
  expect(receiver.events()).toEqual([
    expect.objectContaining({
      event: 'sop.webhook',
      data: {
        externalUserId: id,
        userId: 'zhangsan',
        sop: { name: 'tell-crm', title: '告诉CRM', version, entryId: 1, step: '0' },
        facts: { 'orders.paid.count': 1, channel: '门店物料' },
      },
    }),
  ])
  expect((await t.outcomes(id)).slice(0, 2)).toEqual(['通知外部系统「crm」', '没有通知「off」：规则里没有启用它'])
  await receiver.close()
})

it('a journey starts another by the other’s own rules, ends one, and moves a level', async () => {
  t = await openSopScene({
    config: {
      ...config,
      'tiers/member.yaml': `
ladder: 会员
moves: auto
levels:
  - { level: 金卡, when: { orders.paid.count: { gte: 3 } } }
  - { level: 普通 }
`,
      'sop/first.yaml': `
sop: newcomer
name: 新人
trigger: customer.added
steps: [ { wait: 30d } ]
---
sop: paid
name: 付款
trigger: order.paid
exclusive: 主线
priority: 40
steps:
  - leave: newcomer
  - leave: only-rich
  - tier: { ladder: 会员, to: 金卡 }
  - start: only-rich
  - start: care
  - start: take-over
  - tag: { add: [生命周期/沉睡] }
---
sop: only-rich
name: 大客
trigger: tag.added
when: { orders.paid.sum: { gte: 500元 } }
steps: [ { wait: 1d } ]
---
sop: care
name: 关怀
trigger: tag.added
steps:
  - task: { for: guide, title: 关怀一下 }
  - wait: 10d
---
sop: take-over
name: 接手
trigger: tag.added
exclusive: 主线
priority: 60
steps: [ { wait: 1d } ]
`,
    },
  })
  const id = await t.scan({ state: 'store-code' })
  await t.pay(id)
  await t.advance(SECOND_MS)
  await t.again()
  await t.advance(SECOND_MS)
  const journeys = new Map((await t.journeys(id)).map((journey) => [journey.title, journey]))
  expect(journeys.get('新人')).toMatchObject({ state: 'left', endReason: 'SOP「付款」的步骤让客户退出' })
  expect(journeys.get('付款')).toMatchObject({ state: 'left', endReason: '让位给优先级更高的 SOP「接手」' })
  expect(journeys.get('付款')?.steps.map((step) => step.outcome)).toEqual([
    '退出 SOP「新人」',
    '没有退出 SOP「大客」：不在里面',
    '会员调到 金卡',
    '没有开始 SOP「大客」：不符合条件：累计付款金额至少 500 元（现在 199 元）',
    '开始 SOP「关怀」',
    '开始 SOP「接手」',
  ])
  expect(journeys.get('关怀')).toMatchObject({ state: 'active', now: '等待 10 天' })
  expect((await t.tasksAbout(id)).map((task) => task.title)).toEqual(['关怀一下'])
  expect((await t.timeline(id)).filter((line) => line.includes('关怀'))).toEqual([
    '进入 SOP「关怀」（SOP「付款」的步骤）',
    'SOP「付款」开始 SOP「关怀」',
  ])
  const tiers = await t.db.tx((tx) => t.huoshui.tiers.queries.ofCustomer(tx, id))
  expect(tiers.map((tier) => tier.level)).toEqual(['金卡'])
})

it('journeys that changed into a circle stop after a few starts', async () => {
  const link = (name: string, to: string, again: string) =>
    `sop: ${name}\nname: ${name}\ntrigger: ${again}\nreenterAfterDays: 0\nsteps: [ { wait: 1d }, ${to} ]\n`
  const steps = (to: string) => `{ start: ${to} }`
  t = await openSopScene({
    sop: `${link('one', steps('two'), 'customer.added')}---\n${link('two', '{ wait: 1m }', 'tag.added')}`,
  })
  const id = await t.scan({ state: 'store-code' })
  // The version that has the start is gone from the files, but the customer is still in it.
  t.writeConfig({
    'sop/first.yaml': `${link('one', '{ wait: 1m }', 'customer.added')}---\n${link('two', steps('one'), 'tag.added')}`,
  })
  await t.huoshui.rules.check()
  await t.db.tx((tx) => tx.run(raw('UPDATE sop_entry SET start_chain = 8')))
  await t.advance(DAY_MS)
  await t.advance(SECOND_MS)
  expect((await t.outcomes(id)).at(-1)).toBe('没有开始 SOP「two」：已经一个接一个开始了 8 个 SOP')
})
