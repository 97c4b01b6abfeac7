import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { PayloadOf, StoredEvent } from '../../engine/inbox/event-kind.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import {
  CustomerAdded,
  CustomerHandedOver,
  CustomerLost,
  isOldNews,
  TagAdded,
} from '../../records/customers/customer-events.ts'
import type { Customers } from '../../records/customers/customers.ts'
import { GroupJoined, GroupLeft } from '../../records/groups/group-events.ts'
import type { Groups } from '../../records/groups/groups.ts'
import { isTooOldToAsk } from '../../records/old-news.ts'
import { OrderClosed, OrderPaid, OrderRefunded, OrderReleased } from '../../records/orders/order-events.ts'
import { StaffLeft } from '../../records/staff/staff-events.ts'
import type { Pool, RuleBookHolder } from '../../rules/book/rule-book.ts'
import { changeUnderWay } from './change-invitation.ts'
import { furthestFirst } from './further-pools.ts'
import { invitationQueries } from './invitation-queries.ts'
import type { InvitedBy } from './invitation-states.ts'
import type { Invitations } from './invitations.ts'
import type { Cause, MembershipReview } from './membership-review.ts'
import { INVITATION } from './routing-tables.ts'

export interface OnCustomerEventsDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  customers: { queries: Pick<Customers['queries'], 'ownerOf'> }
  groups: { queries: Pick<Groups['queries'], 'poolByState' | 'isInPool'> }
  invitations: Pick<Invitations, 'invite' | 'isEligible' | 'close' | 'guideLost' | 'withdrawLesser'>
  membershipReview: Pick<MembershipReview, 'review' | 'left'>
}

/** What happens to a customer's invitations and memberships when something happens to the customer. */
export function onCustomerEvents(deps: OnCustomerEventsDeps): Subscription[] {
  const { clock, rules, customers, groups, invitations, membershipReview } = deps

  const inviteAt = async (
    tx: Tx,
    event: StoredEvent,
    to: { trigger: 'customer.added' | 'order.paid'; externalUserId: string; userId: string; text: string },
    by: (pool: Pool) => InvitedBy,
  ): Promise<void> => {
    for (const pool of furthestFirst(rules.current().pools)) {
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

  const causeOf = (event: StoredEvent, text: string): Cause => ({
    key: `event:${event.id}`,
    text,
    eventId: event.id,
    isOrder: false,
  })

  const afterOrder = (tx: Tx, event: StoredEvent<PayloadOf<typeof OrderPaid>>, text: string): Promise<void> =>
    membershipReview.review(tx, event.payload.externalUserId, {
      ...causeOf(event, text),
      isOrder: true,
      isPast: isTooOldToAsk(event.payload, clock.now()),
    })

  /** A guide lost the customer: somebody else's to-do now, or nobody's. */
  async function afterLoss(tx: Tx, externalUserId: string, lostUserId: string): Promise<void> {
    const owner = await customers.queries.ownerOf(tx, externalUserId)
    if (owner === lostUserId) return
    for (const invitation of await invitationQueries.openOf(tx, externalUserId)) {
      if (owner === undefined) await invitations.close(tx, invitation, { state: 'withdrawn', note: '客户已流失' })
      else await invitations.guideLost(tx, invitation, lostUserId, owner)
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
      if (await invitations.isEligible(tx, externalUserId, joined))
        await invitations.withdrawLesser(tx, externalUserId, joined, `已在「${joined}」里`)
    }
    await membershipReview.review(tx, externalUserId, causeOf(event, '加入别的群后'))
  }

  return [
    subscribe(
      'routing.invite-added',
      CustomerAdded,
      async (tx, event) => {
        const { externalUserId, userId } = event.payload
        if (isOldNews(event.payload, clock.now())) return
        const to = { trigger: 'customer.added', externalUserId, userId, text: '新添加' } as const
        await inviteAt(tx, event, to, (pool) => pool.value.inviteBy)
      },
      { sideBySide: true },
    ),
    subscribe('routing.paid', OrderPaid, async (tx, event) => {
      const { externalUserId } = event.payload
      const userId = await customers.queries.ownerOf(tx, externalUserId)
      const to = { trigger: 'order.paid', externalUserId, text: '订单已付款' } as const
      const isNews = !isTooOldToAsk(event.payload, clock.now())
      if (userId !== undefined && isNews) await inviteAt(tx, event, { ...to, userId }, () => 'task')
      await afterOrder(tx, event, '付款后')
    }),
    subscribe('routing.refunded', OrderRefunded, (tx, event) => afterOrder(tx, event, '订单退款后')),
    subscribe('routing.closed', OrderClosed, (tx, event) => afterOrder(tx, event, '订单关闭后')),
    subscribe('routing.released', OrderReleased, (tx, event) =>
      membershipReview.review(tx, event.payload.externalUserId, {
        ...causeOf(event, '一笔订单不再算这位客户的以后'),
        isOrder: true,
      }),
    ),
    subscribe(
      'routing.tagged',
      TagAdded,
      (tx, event) => membershipReview.review(tx, event.payload.externalUserId, causeOf(event, '标签变化后')),
      { sideBySide: true },
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
        if (owner !== undefined) await changeUnderWay(tx, invitation.id, { userid: owner })
      }
    }),
  ]
}
