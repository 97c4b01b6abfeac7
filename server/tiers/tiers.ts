import { CustomerAdded } from '../customers/customer-events.ts'
import type { Tx } from '../db/tx.ts'
import { GroupJoined, GroupLeft } from '../groups/group-events.ts'
import type { StoredEvent } from '../inbox/event-kind.ts'
import { type Subscription, subscribe } from '../inbox/subscription.ts'
import type { Job } from '../jobs/job.ts'
import { OrderClosed, OrderPaid, OrderRefunded } from '../orders/order-events.ts'
import { createEvaluate, type EvaluateDeps } from './evaluate.ts'
import { levelOf } from './judge.ts'
import { createMoves, type MovesDeps } from './moves.ts'
import { createNightly, type NightlyDeps } from './nightly.ts'
import { createSetTier, type SetTierDeps } from './set-tier.ts'
import { tierQueries } from './tier-queries.ts'
import { tiersFact } from './tiers-fact.ts'

export type TiersDeps = MovesDeps &
  Omit<EvaluateDeps, 'moves'> &
  Omit<NightlyDeps, 'evaluate'> &
  Omit<SetTierDeps, 'moves' | 'evaluate'> & { customers: MovesDeps['customers'] & EvaluateDeps['customers'] }

/** Where each customer stands on the ladders of `config/tiers/`: moved by rule at what happens and once a night, or told. */
export function createTiers(deps: TiersDeps) {
  const { rules } = deps
  const moves = createMoves(deps)
  const evaluate = createEvaluate({ ...deps, moves })
  const set = createSetTier({ ...deps, moves, evaluate })

  const lookAfter =
    (text: string) =>
    (tx: Tx, event: StoredEvent<{ externalUserId: string }>): Promise<void> =>
      evaluate.one(tx, event.payload.externalUserId, { text, eventId: event.id })

  /** The guide whom the customer has added speaks for us now, and shall see the tag. */
  async function tagAgain(tx: Tx, event: StoredEvent<{ externalUserId: string }>): Promise<void> {
    const { externalUserId } = event.payload
    for (const tier of await tierQueries.ofCustomer(tx, externalUserId)) {
      const ladder = rules.current().ladders.get(tier.ladder)
      const level = ladder === undefined ? undefined : levelOf(ladder, tier.level)
      if (ladder === undefined || level?.value.tag === undefined) continue
      const key = `tier:added:${event.id}:${ladder.name}`
      await moves.tagAgain(tx, ladder, { externalUserId, level, key, reason: tier.reason })
    }
  }

  const subscriptions: Subscription[] = [
    subscribe('tiers.added', CustomerAdded, async (tx, event) => {
      await evaluate.one(tx, event.payload.externalUserId, { text: '新添加，', eventId: event.id })
      await tagAgain(tx, event)
    }),
    subscribe('tiers.paid', OrderPaid, lookAfter('订单付款后，')),
    subscribe('tiers.refunded', OrderRefunded, lookAfter('订单退款后，')),
    subscribe('tiers.closed', OrderClosed, lookAfter('订单关闭后，')),
    subscribe('tiers.joined', GroupJoined, lookAfter('入群后，')),
    subscribe('tiers.left', GroupLeft, lookAfter('退群后，')),
  ]
  const jobs: Job[] = [createNightly({ ...deps, evaluate })]

  return {
    queries: tierQueries,
    facts: [tiersFact],
    /** Puts a customer onto a level because a journey or a person says so, whatever the conditions and the cool-off; with
     *  all that belongs to reaching it (tag, invitation, guides, `tier.changed`). It stands for the ladder's `coolDownDays`,
     *  also when the customer is there already; after that the nightly look may move it. Safe to repeat: `again`. */
    set,
    subscriptions,
    jobs,
  }
}
export type Tiers = ReturnType<typeof createTiers>
