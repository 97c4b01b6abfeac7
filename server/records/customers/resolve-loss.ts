import type { Static } from 'typebox'
import type { Tx } from '../../core/db/tx.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Staff } from '../staff/staff.ts'
import { ResolveLoss } from './customer-actions.ts'
import { customerQueries } from './customer-queries.ts'
import type { PairChanges } from './pair-changes.ts'
import { LEFT_TO_EVENTS_MS } from './reconcile-pairs.ts'
import type { Reading } from './refresh-customer.ts'

/** A pair of whom something other than an event says that they may be friends no more. */
export type LossHint = Static<typeof ResolveLoss.schema>

export interface ResolveLossDeps {
  outbox: Outbox
  staff: { queries: Pick<Staff['queries'], 'currentIdOf'> }
  pairs: Pick<PairChanges, 'ended'>
  read(externalUserId: string): Promise<Reading>
}

/** Whom WeCom has called no friends is looked at before anybody is told: whom the guide deleted, or who was handed over, the
 *  customer's detail lists no more; whom the customer deleted it lists for ever, and of those WeCom's word alone tells. */
export function createResolveLoss({ outbox, staff, pairs, read }: ResolveLossDeps) {
  async function tell(tx: Tx, hint: LossHint, { relations, isComplete, readAtMs }: Reading): Promise<void> {
    const { externalUserId, noFriendsAtMs, told } = hint
    const userId = await staff.queries.currentIdOf(tx, hint.userId)
    const follow = await customerQueries.follow(tx, userId, externalUserId)
    // Erased since, or ended by an event; and who waits for the guide's yes has not been a friend yet.
    if (follow === undefined || !follow.active || follow.half) return
    const listed = relations.find((one) => one.userId === userId || one.userId === hint.userId)
    if (listed !== undefined) {
      if (noFriendsAtMs === undefined || (listed.createdAtMs ?? 0) > noFriendsAtMs) return
      await pairs.ended(tx, { externalUserId, userId, atMs: noFriendsAtMs, by: 'customer', told })
      return
    }
    if (!isComplete) return
    // Whoever was added a moment ago may not be in WeCom's answers yet.
    const lastAddMs = await customerQueries.lastAddOf(tx, { userId, externalUserId })
    if (lastAddMs > readAtMs - LEFT_TO_EVENTS_MS) return
    await pairs.ended(tx, { externalUserId, userId, atMs: readAtMs, by: 'unknown', told }, relations)
  }

  return {
    executor: execute(ResolveLoss, {
      perform: ({ payload }) => read(payload.externalUserId),
      record: (tx, { payload }, reading) => tell(tx, payload, reading),
    }) as Executor,
    /** Has each of these looked at; what comes of it is told as any other loss or handover. Once for each key. */
    ask: async (tx: Tx, hints: readonly LossHint[]): Promise<void> => {
      await outbox.enqueueAll(
        tx,
        ResolveLoss,
        hints.map((hint) => ({
          key: `customer.resolve-loss:${hint.told.key}`,
          externalUserId: hint.externalUserId,
          userId: hint.userId,
          payload: hint,
          reason: { text: hint.told.text },
        })),
      )
    },
  }
}
