import { expect } from 'vitest'
import { set, sql } from '../../../core/db/sql.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { INBOUND_EVENT } from '../../../engine/inbox/event-tables.ts'
import { buildTestApp } from '../../../testing/build-test-app.ts'

const config = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\nattachments:\n  - groupQr: 科普群\n',
  'groups/g.yaml': `
pool: 科普群
role: education
groups: { namePrefix: 牧野·科普 }
capacity: 200
entry: { orders.paid.count: 0 }
inviteOn: [customer.added]
inviteBy: welcome
lapseDays: 3
---
pool: 付费群
role: paid
groups: { namePrefix: 牧野·付费 }
capacity: 3
entry: { orders.paid.count: { gte: 1 } }
inviteOn: [order.paid]
inviteBy: task
---
pool: VIP群
role: vip
groups: { namePrefix: 牧野·VIP }
capacity: 200
entry: { orders.paid.sum: { gte: 2000元 } }
inviteOn: [order.paid]
inviteBy: task
`,
}

export type RoutingScene = Awaited<ReturnType<typeof openRoutingScene>>

/** Three pools with a group of lisi's each: 科普群, into which the welcome invites who has not paid, 付费群 with room for three, and
 *  VIP群 from 2,000 yuan. */
export async function openRoutingScene() {
  const t = await buildTestApp({ config })
  for (const name of ['牧野·科普1', '牧野·付费1', '牧野·VIP1'])
    await t.sandbox.createGroup({ name, ownerUserId: 'lisi' })
  await t.settle()
  const stateOf = async (pool: string): Promise<string> =>
    (await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, pool)))?.state ?? ''

  return {
    ...t,
    invitations: () =>
      t.rawRows<{ pool: string; state: string; invited_by: string }>(
        'SELECT pool, state, invited_by FROM invitation ORDER BY id',
      ),
    asked: async () => (await t.openTasks()).map(({ kind, title, userid }) => ({ kind, title, userid })),
    /** A new customer of zhangsan's, a minute later than whatever was before. */
    customer: async (): Promise<string> => {
      await t.advance(MINUTE_MS)
      const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
      await t.settle()
      return externalUserId
    },
    join: async (externalUserId: string, pool: string): Promise<{ chatId: string }> => {
      await t.advance(MINUTE_MS)
      const joined = await t.sandbox.joinGroup({ externalUserId, state: await stateOf(pool) })
      await t.settle()
      return joined
    },
    pay: async (externalUserId: string, orderId: string, totalFen: number, paidAt = t.clock.now()): Promise<void> => {
      const order = { externalUserId, orderId, totalFen, status: 'paid', paidAt } as const
      expect(await t.sandbox.order(order)).toMatchObject({ status: 200 })
      await t.settle()
    },
    refund: async (orderId: string): Promise<void> => {
      await t.sandbox.order({ orderId, status: 'refunded' })
      await t.settle()
    },
    /** Everything WeCom and we ever said, once more. */
    again: async (): Promise<void> => {
      await t.db.tx((tx) =>
        tx.run(sql`UPDATE ${INBOUND_EVENT} SET ${set(INBOUND_EVENT, { state: 'new', done_subscriptions: null })}`),
      )
      t.sandbox.redeliver()
      await t.settle()
    },
  }
}
