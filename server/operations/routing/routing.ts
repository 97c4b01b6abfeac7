import type { Db } from '../../core/db/db.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { PayloadOf, StoredEvent } from '../../engine/inbox/event-kind.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import type { Job } from '../../engine/jobs/job.ts'
import {
  CustomerAdded,
  CustomerHandedOver,
  CustomerLost,
  isOldNews,
  TagAdded,
} from '../../records/customers/customer-events.ts'
import type { RenamedStaff } from '../../records/define-capability.ts'
import { GroupJoined, GroupLeft } from '../../records/groups/group-events.ts'
import type { Groups } from '../../records/groups/groups.ts'
import { OrderClosed, OrderPaid, OrderRefunded } from '../../records/orders/order-events.ts'
import { StaffLeft } from '../../records/staff/staff-events.ts'
import type { Pool } from '../../rules/book/rule-book.ts'
import type { Welcome } from '../welcome/welcome.ts'
import { carriedByWelcome } from './carried-by-welcome.ts'
import { changeInvitation, invitationQueries, UNDER_WAY } from './invitation-queries.ts'
import type { InvitedBy } from './invitation-states.ts'
import { createInvitations, type InvitationsDeps } from './invitations.ts'
import { type Cause, createMembershipReview, type MembershipReviewDeps } from './membership-review.ts'
import { misplacedMembers } from './misplaced.ts'
import { INVITATION } from './routing-tables.ts'

export type RoutingDeps = InvitationsDeps &
  Omit<MembershipReviewDeps, 'invitations'> & {
    db: Db
    groups: Pick<Groups, 'queries'>
    welcome: { queries: Pick<Welcome['queries'], 'ofCustomer'> }
  }

const BATCH = 100
const CHECK_WELCOME_MS = 5 * SECOND_MS

/** Brings each customer into the group pool where they belong, and notices when they no longer do. */
export function createRouting(deps: RoutingDeps) {
  const { db, clock, rules, groups, customers, welcome } = deps
  const invitations = createInvitations(deps)
  const membershipReview = createMembershipReview({ ...deps, invitations })

  const inviteAt = async (
    tx: Tx,
    event: StoredEvent,
    to: { trigger: 'customer.added' | 'order.paid'; externalUserId: string; userId: string; text: string },
    by: (pool: Pool) => InvitedBy,
  ): Promise<void> => {
    for (const pool of rules.current().pools.values()) {
      if (pool.value.inviteOn?.includes(to.trigger) !== true) continue
      await invitations.invite(tx, {
        externalUserId: to.externalUserId,
        userId: to.userId,
        pool: pool.name,
        key: `${to.trigger}:${event.id}:${pool.name}`,
        reason: {
          text: `${to.text}，符合群池「${pool.name}」的入群条件`,
          rule: { kind: 'pool', name: pool.name, version: pool.version },
          eventId: event.id,
        },
        by: by(pool),
      })
    }
  }

  const causeOf = (event: StoredEvent, text: string, isOrder: boolean): Cause => ({
    key: `event:${event.id}`,
    text,
    eventId: event.id,
    isOrder,
  })

  /** A guide lost the customer: somebody else's to-do now, or nobody's. */
  async function afterLoss(tx: Tx, externalUserId: string, lostUserId: string): Promise<void> {
    const owner = await customers.queries.ownerOf(tx, externalUserId)
    if (owner === lostUserId) return
    for (const invitation of await invitationQueries.openOf(tx, externalUserId)) {
      if (owner === undefined) await invitations.close(tx, invitation, { state: 'withdrawn', note: '客户已流失' })
      else if (invitation.userId === lostUserId) await invitations.handTo(tx, invitation, owner)
    }
  }

  async function afterJoining(tx: Tx, event: StoredEvent<PayloadOf<typeof GroupJoined>>): Promise<void> {
    const { externalUserId, pool, state, chatId } = event.payload
    const poolOfCode = state === null ? undefined : await groups.queries.poolByState(tx, state)
    for (const joined of new Set([pool, poolOfCode])) {
      if (joined === null || joined === undefined) continue
      const invitation = await invitationQueries.openFor(tx, joined, externalUserId)
      const note = poolOfCode === joined ? '已扫码入群' : '已入群'
      if (invitation !== undefined) await invitations.close(tx, invitation, { state: 'joined', note, chatId })
    }
    await membershipReview.review(tx, externalUserId, causeOf(event, '加入别的群后', false))
  }

  const subscriptions: Subscription[] = [
    subscribe('routing.invite-added', CustomerAdded, async (tx, event) => {
      const { externalUserId, userId } = event.payload
      if (isOldNews(event.payload, clock.now())) return
      const to = { trigger: 'customer.added', externalUserId, userId, text: '新添加' } as const
      await inviteAt(tx, event, to, (pool) => pool.value.inviteBy)
    }),
    subscribe('routing.paid', OrderPaid, async (tx, event) => {
      const { externalUserId } = event.payload
      const userId = await customers.queries.ownerOf(tx, externalUserId)
      const to = { trigger: 'order.paid', externalUserId, text: '订单已付款' } as const
      if (userId !== undefined) await inviteAt(tx, event, { ...to, userId }, () => 'task')
      await membershipReview.review(tx, externalUserId, causeOf(event, '付款后', true))
    }),
    subscribe('routing.refunded', OrderRefunded, (tx, event) =>
      membershipReview.review(tx, event.payload.externalUserId, causeOf(event, '订单退款后', true)),
    ),
    subscribe('routing.closed', OrderClosed, (tx, event) =>
      membershipReview.review(tx, event.payload.externalUserId, causeOf(event, '订单关闭后', true)),
    ),
    subscribe('routing.tagged', TagAdded, (tx, event) =>
      membershipReview.review(tx, event.payload.externalUserId, causeOf(event, '标签变化后', false)),
    ),
    subscribe('routing.joined', GroupJoined, afterJoining),
    subscribe('routing.left', GroupLeft, async (tx, { payload }) => {
      // Another group of the same pool, or the same one again, keeps the customer in the pool.
      if (payload.pool === null || (await groups.queries.isInPool(tx, payload.externalUserId, payload.pool))) return
      await membershipReview.left(tx, payload.externalUserId, payload.pool)
    }),
    subscribe('routing.lost', CustomerLost, (tx, { payload }) => afterLoss(tx, payload.externalUserId, payload.userId)),
    subscribe('routing.hand-over', CustomerHandedOver, async (tx, { payload }) => {
      await tx.run(
        sql`UPDATE ${INVITATION} SET ${set(INVITATION, { userid: payload.toUserId })}
            WHERE ${INVITATION.external_userid} = ${payload.externalUserId}
              AND ${INVITATION.userid} = ${payload.fromUserId} AND ${INVITATION.open_slot} IS NOT NULL`,
      )
    }),
    subscribe('routing.guide-left', StaffLeft, async (tx, { payload }) => {
      // The to-do of an invitation moves by itself.
      for (const invitation of await invitationQueries.openOfGuide(tx, payload.userId)) {
        const owner = await customers.queries.ownerOf(tx, invitation.externalUserId)
        if (owner !== undefined) await changeInvitation(tx, invitation.id, { userid: owner })
      }
    }),
  ]

  /** One batch; true when there may be more. */
  const lapse = (tx: Tx): Promise<boolean> =>
    invitationQueries.lapsing(tx, clock.now(), BATCH).then(async (due) => {
      for (const invitation of due) {
        await invitations.close(tx, invitation, { state: 'lapsed', note: '邀请已过期' })
        const cause = { key: `lapse:${invitation.id}`, text: '邀请过期后', isOrder: false }
        await membershipReview.review(tx, invitation.externalUserId, cause)
      }
      return due.length === BATCH
    })

  /** When somebody who waits for room could come in: long ago, or not before something else changes. */
  async function firstThatFits(tx: Tx): Promise<number | undefined> {
    for (const pool of rules.current().pools.keys()) {
      const [first] = await invitationQueries.waitingFor(tx, pool, 1)
      if (first === undefined) continue
      const fullness = await groups.queries.fullness(tx, pool)
      if (fullness !== undefined && (fullness.room > 0 || fullness.opensItself)) return first.openedAtMs
    }
    return undefined
  }

  async function openWaiting(tx: Tx, pool: string): Promise<void> {
    const fullness = await groups.queries.fullness(tx, pool)
    if (fullness === undefined || (fullness.room <= 0 && !fullness.opensItself)) return
    const places = fullness.opensItself ? BATCH : Math.min(BATCH, fullness.room)
    for (const invitation of await invitationQueries.waitingFor(tx, pool, places)) {
      const { externalUserId } = invitation
      if (await invitations.isEligible(tx, externalUserId, pool)) await invitations.openWaiting(tx, invitation)
      else await invitations.close(tx, invitation, { state: 'withdrawn', note: '等待期间不再符合入群条件' })
    }
  }

  /** An invitation that the welcome did not take along is put into the guide's hands. */
  async function checkWelcomes(tx: Tx): Promise<boolean> {
    const now = clock.now()
    const unchecked = await invitationQueries.unchecked(tx, now, BATCH)
    for (const invitation of unchecked) {
      const outcomes = await welcome.queries.ofCustomer(tx, invitation.externalUserId)
      const carried = carriedByWelcome(rules.current(), invitation, outcomes, now)
      if (carried === 'yes') await invitations.wentWithWelcome(tx, invitation)
      else if (carried === 'no') await invitations.handTo(tx, invitation, invitation.userId)
      else await invitations.checkLater(tx, invitation, now + CHECK_WELCOME_MS)
    }
    return unchecked.length === BATCH
  }

  const jobs: Job[] = [
    {
      name: 'routing.check-welcomes',
      everyMs: CHECK_WELCOME_MS,
      dueAt: (tx) => firstDue(tx, INVITATION.check_at),
      run: async () => {
        while (await db.tx(checkWelcomes));
      },
    },
    {
      name: 'routing.lapse',
      everyMs: MINUTE_MS,
      dueAt: (tx) => firstDue(tx, INVITATION.lapse_at, UNDER_WAY),
      run: async () => {
        while (await db.tx(lapse));
      },
    },
    {
      name: 'routing.open-waiting',
      everyMs: MINUTE_MS,
      dueAt: firstThatFits,
      run: async () => {
        for (const pool of rules.current().pools.keys()) await db.tx((tx) => openWaiting(tx, pool))
      },
    },
  ]

  return {
    invite: invitations.invite,
    guideRenamed: (tx: Tx, { oldUserId, newUserId }: RenamedStaff): Promise<number> =>
      tx.run(
        sql`UPDATE ${INVITATION} SET ${set(INVITATION, { userid: newUserId })}
            WHERE ${INVITATION.userid} = ${oldUserId} AND ${INVITATION.open_slot} IS NOT NULL`,
      ),
    queries: {
      ...invitationQueries,
      fullness: groups.queries.fullness,
      misplaced: (pool: string) => misplacedMembers(deps, pool, clock.now()),
    },
    subscriptions,
    jobs,
  }
}
export type Routing = ReturnType<typeof createRouting>
