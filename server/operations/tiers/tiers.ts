import type { Tx } from '../../core/db/tx.ts'
import type { StoredEvent } from '../../engine/inbox/event-kind.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import type { Job } from '../../engine/jobs/job.ts'
import {
  CustomerAdded,
  CustomerHandedOver,
  CustomerLost,
  CustomerUnlinked,
} from '../../records/customers/customer-events.ts'
import { GroupJoined, GroupLeft } from '../../records/groups/group-events.ts'
import { OrderClosed, OrderPaid, OrderRefunded, OrderReleased } from '../../records/orders/order-events.ts'
import { StaffLeft } from '../../records/staff/staff-events.ts'
import { TaskAnswered } from '../tasks/task-events.ts'
import { type CarryOutDeps, createCarryOut } from './carry-out.ts'
import { createEndings, type EndingsDeps } from './endings.ts'
import { createEvaluate, type EvaluateDeps } from './evaluate.ts'
import { createGuidePlaces, type GuidePlacesDeps } from './guide-places.ts'
import type { Occasion } from './hold-tiers.ts'
import { levelOf } from './judge.ts'
import { createMoves, type MovesDeps } from './moves.ts'
import { createNightly, type NightlyDeps } from './nightly.ts'
import { proposalQueries, standing } from './proposal-store.ts'
import { createProposals, type ProposalsDeps } from './proposals.ts'
import { createPutBack } from './put-back.ts'
import { createSetTier, type SetTierDeps } from './set-tier.ts'
import { createTidyTags, type TidyTagsDeps } from './tidy-tags.ts'
import { createTierJobs } from './tier-jobs.ts'
import { tierQueries } from './tier-queries.ts'
import type { CustomerTier } from './tier-store.ts'

type Inner = 'moves' | 'evaluate' | 'proposals' | 'guidePlaces' | 'endings'
export type TiersDeps = Omit<MovesDeps, Inner | 'customers'> &
  Omit<EvaluateDeps, Inner | 'customers'> &
  Omit<NightlyDeps, Inner | 'tidyTags'> &
  TidyTagsDeps &
  Omit<SetTierDeps, Inner | 'customers'> &
  Omit<ProposalsDeps, 'customers'> &
  Omit<EndingsDeps, 'customers'> &
  Omit<GuidePlacesDeps, Inner | 'customers'> &
  Omit<CarryOutDeps, Inner | 'customers'> & { customers: MovesDeps['customers'] & EvaluateDeps['customers'] }

/** Where each customer stands on the ladders of `config/tiers/`: moved by rule at what happens and once a night, on
 *  somebody's yes, or told by a journey; and who of a level's guides looks after whom. */
export function createTiers(deps: TiersDeps) {
  const { rules } = deps
  const proposals = createProposals(deps)
  const guidePlaces = createGuidePlaces({ ...deps, proposals })
  const endings = createEndings(deps)
  const moves = createMoves({ ...deps, guidePlaces })
  const evaluate = createEvaluate({ ...deps, moves, proposals, guidePlaces, endings })
  const putBack = createPutBack({ clock: deps.clock, rules, moves })
  const set = createSetTier({ ...deps, moves, evaluate, proposals })
  const carryOut = createCarryOut({ ...deps, moves, evaluate, proposals, guidePlaces })

  const lookAfter =
    (text: string, more: Pick<Occasion, 'takesBack'> = {}) =>
    async (tx: Tx, event: StoredEvent<{ externalUserId: string }>): Promise<void> => {
      await evaluate.one(tx, event.payload.externalUserId, { text, eventId: event.id, ...more })
    }

  /** The guide whom the customer has added speaks for us now, and shall see the tag. */
  async function tagAgain(
    tx: Tx,
    event: StoredEvent<{ externalUserId: string }>,
    tiers: readonly CustomerTier[],
  ): Promise<void> {
    const { externalUserId } = event.payload
    for (const tier of tiers) {
      const ladder = rules.current().ladders.get(tier.ladder)
      const level = ladder === undefined ? undefined : levelOf(ladder, tier.level)
      if (ladder === undefined || level?.value.tag === undefined) continue
      const key = `tier:added:${event.id}:${ladder.name}`
      await moves.tagAgain(tx, ladder, { externalUserId, level, key, reason: tier.reason })
    }
  }

  /** Who joins the group of a level that is proposed has said yes. */
  async function acceptByJoining(tx: Tx, externalUserId: string, pool: string | null): Promise<void> {
    for (const ladder of rules.current().ladders.values()) {
      const proposal = await standing(tx, 'move', ladder.name, externalUserId)
      const to = proposal === undefined ? undefined : levelOf(ladder, proposal.to)
      if (proposal !== undefined && pool !== null && to?.value.invite === pool) await carryOut.now(tx, proposal)
    }
  }

  const subscriptions: Subscription[] = [
    subscribe(
      'tiers.added',
      CustomerAdded,
      async (tx, event) => {
        const { externalUserId } = event.payload
        const { tiers, isNew } = await evaluate.one(tx, externalUserId, { text: '新添加，', eventId: event.id })
        // Somebody new may also stand on a ladder that the rules have no more, of which there is nothing to do.
        const standing = tiers ?? (await tierQueries.ofCustomer(tx, externalUserId))
        await tagAgain(tx, event, standing)
        await guidePlaces.review(tx, externalUserId, { tiers: standing, isNew })
      },
      { sideBySide: true },
    ),
    subscribe('tiers.lost', CustomerLost, (tx, { payload }) => guidePlaces.review(tx, payload.externalUserId)),
    subscribe('tiers.hand-over', CustomerHandedOver, (tx, { payload }) =>
      guidePlaces.review(tx, payload.externalUserId),
    ),
    subscribe('tiers.paid', OrderPaid, lookAfter('订单付款后，')),
    subscribe('tiers.refunded', OrderRefunded, lookAfter('订单退款后，', { takesBack: true })),
    subscribe('tiers.closed', OrderClosed, lookAfter('订单关闭后，', { takesBack: true })),
    subscribe('tiers.released', OrderReleased, lookAfter('一笔订单不再算这位客户的以后，', { takesBack: true })),
    subscribe('tiers.unlinked', CustomerUnlinked, async (tx, event) => {
      const { externalUserId, sinceMs } = event.payload
      const text = '人工合并撤销以后，'
      await putBack(tx, externalUserId, { sinceMs, occasion: { text, eventId: event.id } })
      await lookAfter(text, { takesBack: true })(tx, event)
    }),
    subscribe('tiers.joined', GroupJoined, async (tx, event) => {
      await acceptByJoining(tx, event.payload.externalUserId, event.payload.pool)
      await lookAfter('入群后，')(tx, event)
    }),
    subscribe('tiers.left', GroupLeft, lookAfter('退群后，')),
    subscribe('tiers.answered', TaskAnswered, async (tx, { payload }) => {
      const proposal = await proposalQueries.byTaskKey(tx, payload.key)
      if (proposal === undefined) return
      if (payload.outcome === 'done') await carryOut.now(tx, proposal)
      else await carryOut.decline(tx, proposal)
    }),
    subscribe('tiers.guide-left', StaffLeft, (tx, { payload }) => guidePlaces.guideLeft(tx, payload.userId)),
  ]
  const jobs: Job[] = [
    createNightly({ ...deps, evaluate, tidyTags: createTidyTags(deps) }),
    ...createTierJobs({ ...deps, guidePlaces, carryOut }),
  ]

  return {
    queries: { ...tierQueries, proposals: proposalQueries },
    guideRenamed: guidePlaces.guideRenamed,
    /** Puts a customer onto a level because a journey or a person says so, whatever the conditions and the cool-off; with
     *  all that belongs to reaching it (tag, invitation, guides, `tier.changed`). It stands for the ladder's `coolDownDays`,
     *  also when the customer is there already; after that the nightly look may move it. Safe to repeat: `again`. */
    set,
    /** Looks at one customer on every ladder now. Safe to repeat. */
    look: evaluate.one,
    /** Yes to a proposal, carried out at once; false when it waits for none. */
    confirm: carryOut.now,
    /** No to a proposal; false when it waits for none. */
    decline: carryOut.decline,
    /** Gives places at a level's guides to those who wait, never over the cap, also side by side; how many got one. */
    assign: guidePlaces.assign,
    subscriptions,
    jobs,
  }
}
export type Tiers = ReturnType<typeof createTiers>
