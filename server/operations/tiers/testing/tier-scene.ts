import { set, sql } from '../../../core/db/sql.ts'
import { DAY_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { INBOUND_EVENT } from '../../../engine/inbox/event-tables.ts'
import { buildTestApp, type TestAppOptions } from '../../../testing/build-test-app.ts'
import { TIER_TAGS } from './steak-ladder.ts'

/** A shop with ladders, and what its tests do and ask over and over. */
export async function openTierScene(config: TestAppOptions['config']) {
  const t = await buildTestApp({ config: typeof config === 'string' ? config : { 'tags.yaml': TIER_TAGS, ...config } })
  await t.advance(MINUTE_MS)
  const { queries } = t.huoshui.tiers
  return {
    ...t,
    /** A new customer of zhangsan's, a minute later than whatever was before. */
    customer: async (): Promise<string> => {
      await t.advance(MINUTE_MS)
      const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
      await t.settle()
      return externalUserId
    },
    order: async (externalUserId: string, orderId: string, yuan: number, status: 'paid' | 'refunded' = 'paid') => {
      const answer = await t.sandbox.order({ externalUserId, orderId, totalFen: yuan * 100, status })
      if (answer.status !== 200) throw new Error(`the order was answered ${answer.status}`)
      await t.settle()
    },
    levels: async (id: string): Promise<string[]> =>
      (await t.db.tx((tx) => queries.ofCustomer(tx, id))).map((tier) => `${tier.ladder}/${tier.level}`),
    tagsOf: async (id: string): Promise<unknown> =>
      (await t.db.tx((tx) => t.huoshui.facts.of(tx, [id], t.clock.now(), ['tags']))).get(id)?.get('tags'),
    /** What was told to other parts of the program. */
    changes: () => t.eventsOf('tier.changed'),
    pending: async (): Promise<string[]> =>
      (await t.db.tx((tx) => queries.proposals.pending(tx))).map(
        ({ kind, from, to, state, toUserId }) => `${kind} ${from}→${to} ${state}${toUserId ? ` ${toUserId}` : ''}`,
      ),
    openTasks: async (): Promise<string[]> => (await t.openTasks()).map(({ title, userid }) => `${userid} ${title}`),
    /** Everything that was ever told, once more. */
    again: async (): Promise<void> => {
      await t.db.tx((tx) =>
        tx.run(sql`UPDATE ${INBOUND_EVENT} SET ${set(INBOUND_EVENT, { state: 'new', done_subscriptions: null })}`),
      )
      await t.settle()
    },
    /** So many days later, after the nightly look. */
    nights: async (count: number): Promise<void> => {
      await t.advance(count * DAY_MS)
      await t.advance(MINUTE_MS)
    },
  }
}
export type TierScene = Awaited<ReturnType<typeof openTierScene>>
