import { expect } from 'vitest'
import { raw } from '../../../core/db/sql.ts'
import { SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp, type TestAppOptions } from '../../../testing/build-test-app.ts'

/** The journey of the design page, a little longer. */
export const FIRST_ORDER = `
sop: new-customer-first-order
name: 新客首单
trigger: customer.added
when: { channel: { in: [包裹卡] } }
steps:
  - welcome: 包裹卡欢迎语
  - tag: { add: [来源/包裹卡, 生命周期/新客] }
  - wait: 10m
  - choose:
      - when: { orders.paid.count: { gte: 1 } }
        do: [ { invite: 付费群 } ]
      - otherwise: [ { invite: 科普群 } ]
  - wait: { until: "10:00", days: 1 }
  - task: { for: guide, script: first-order, due: 24h }
  - wait: 3d
goal: order.paid
leave: [ customer.lost ]
`
export const config = {
  'channels/c.yaml': `
channel: 包裹卡
state: parcel-card
guides: [zhangsan]
welcome: 渠道欢迎语
---
channel: 门店物料
state: store-code
guides: [zhangsan]
`,
  'welcomes/w.yaml': `
welcome: 包裹卡欢迎语
text: 谢谢您买我们的牛排。
---
welcome: 渠道欢迎语
text: 您好，这是渠道的。
---
welcome: 默认欢迎语
default: true
text: 您好。
`,
  'tags.yaml': `
tags:
  - group: 来源
    names: [包裹卡]
  - group: 生命周期
    names: [新客, 老客, 沉睡]
`,
  'groups/g.yaml': `
pool: 科普群
role: education
groups: { namePrefix: 牧野·科普 }
capacity: 200
entry: { orders.paid.count: 0 }
inviteBy: task
---
pool: 付费群
role: paid
groups: { namePrefix: 牧野·付费 }
capacity: 200
entry: { orders.paid.count: { gte: 1 } }
inviteBy: task
`,
  'scripts/s.yaml': `
domain: 售前
situations:
  - situation: 破冰
    scripts:
      - { id: first-order, title: 首单破冰, aim: 让他下第一单, expect: 有什么推荐的, text: 第一次买可以先试试这款。 }
`,
  'sop/first.yaml': FIRST_ORDER,
}

export type SopScene = Awaited<ReturnType<typeof openSopScene>>

/** The whole app with a small brand: two channels, two pools and one SOP, the one given or 新客首单. `files`: more rules. */
export async function openSopScene({
  sop = FIRST_ORDER,
  files = {},
  ...options
}: TestAppOptions & { sop?: string; files?: Record<string, string> } = {}) {
  const t = await buildTestApp({ config: { ...config, 'sop/first.yaml': sop, ...files }, ...options })
  if (options.platform === undefined) {
    for (const name of ['牧野·科普1', '牧野·付费1']) await t.sandbox.createGroup({ name, ownerUserId: 'lisi' })
  }
  for (let round = 0; round < 3; round++) await t.advance(10 * SECOND_MS)

  const journeys = (id: string) => t.db.tx((tx) => t.huoshui.sop.queries.ofCustomer(tx, id))
  const journey = async (id: string) => {
    const [first] = await journeys(id)
    if (first === undefined) throw new Error('no journey')
    return first
  }
  return {
    ...t,
    journeys,
    journey,
    scan: async (input: Parameters<TestApp['sandbox']['scan']>[0]): Promise<string> => {
      const { externalUserId } = await t.sandbox.scan(input)
      await t.settle()
      return externalUserId
    },
    pay: async (externalUserId: string, orderId = 'o1', paidAt = t.clock.now()): Promise<void> => {
      const answer = await t.sandbox.order({ orderId, status: 'paid', externalUserId, totalFen: 19_900, paidAt })
      expect(answer.status).toBeLessThan(300)
      await t.settle()
    },
    /** `2026-11-22T09:00:00` in Shanghai, and a second more for what is due then. */
    until: async (clockTime: string): Promise<void> => {
      await t.advance(Date.parse(`${clockTime}+08:00`) - t.clock.now())
      await t.advance(SECOND_MS)
    },
    /** Everything that ever came in, handled once more from the beginning. */
    again: async (): Promise<void> => {
      t.sandbox.redeliver()
      await t.sandbox.settle()
      await t.db.tx((tx) => tx.run(raw(`UPDATE inbound_event SET state = 'new', done_subscriptions = NULL`)))
      await t.settle()
    },
    outcomes: async (id: string): Promise<string[]> => (await journey(id)).steps.map((step) => step.outcome),
    timeline: (id: string) => t.timelineOf(id, 'sop.%'),
    /** What the welcomes said. */
    texts: (id: string): (string | undefined)[] =>
      t.sandbox.messagesOf(id).flatMap((message) => (message.via === 'welcome' ? [message.text] : [])),
  }
}
