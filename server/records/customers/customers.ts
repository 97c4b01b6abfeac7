import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Alerts } from '../alerts/alerts.ts'
import { createConsoleMoves } from './console-moves.ts'
import { RefreshCustomer } from './customer-actions.ts'
import { customerQueries } from './customer-queries.ts'
import { createFirstAdd } from './first-add.ts'
import { type ContactEventDeps, onContactEvents } from './on-contact-events.ts'
import { ownFriends } from './own-friends.ts'
import { createPairChanges } from './pair-changes.ts'
import { createReconcilePairs } from './reconcile-pairs.ts'
import { createRefreshCustomer, type RefreshDeps } from './refresh-customer.ts'
import { createResolveLoss } from './resolve-loss.ts'
import { createResolveMove } from './resolve-move.ts'
import { createSetRemark } from './set-remark.ts'
import { createTakeOver } from './take-over.ts'

export type CustomersDeps = ContactEventDeps & RefreshDeps & { db: Pick<Db, 'tx'>; outbox: Outbox; alerts: Alerts }

/** Customers and follows: who is whose friend since when, through which channel, and what WeCom knows about them. */
export function createCustomers(deps: CustomersDeps) {
  const refresh = createRefreshCustomer(deps)
  const remark = createSetRemark(deps)
  const pairs = createPairChanges(deps)
  const takeOver = createTakeOver(deps)
  const resolveMove = createResolveMove({
    clock: deps.clock,
    moves: createConsoleMoves(deps),
    pairs,
    takeOver,
    read: refresh.read,
  })
  const resolveLoss = createResolveLoss({ outbox: deps.outbox, staff: deps.staff, pairs, read: refresh.read })
  return {
    queries: customerQueries,
    /** Only ever those of one guide. */
    own: ownFriends,
    subscriptions: onContactEvents(deps),
    executors: [refresh.executor, remark.executor, resolveMove, resolveLoss.executor],
    setRemark: remark.setRemark,
    /** For a welcome that waits for nothing else. */
    firstAdd: createFirstAdd(deps),
    /** A handover that WeCom says is done: moves the follow. Safe to repeat. */
    takeOver,
    /** Asks for the customer's details to be read again. */
    refresh: (tx: Tx, { externalUserId, key, text }: { externalUserId: string; key: string; text: string }) =>
      deps.outbox.enqueue(tx, RefreshCustomer, {
        key: `customer.refresh:${key}`,
        externalUserId,
        payload: { externalUserId },
        reason: { text },
      }),
    /** For the sync: relations as batch/get_by_user tells them. */
    recordReading: refresh.recordReading,
    /** For the reconciliation: the same, and what is news is told to the rules. */
    reconcile: createReconcilePairs({ clock: deps.clock, pairs, recordReading: refresh.recordReading }),
    /** For who hears by the way that these may be friends no more: each is read, and what has become of them is told. Once for
     *  each key. */
    mayBeLost: resolveLoss.ask,
    /** For the reconciliation: who is no longer WeCom's friend is no longer ours. True when it ends by this. */
    ended: pairs.ended,
    /** For the reconciliation: one customer as WeCom tells them now; no relations when nobody has them. */
    read: refresh.read,
  }
}
export type Customers = ReturnType<typeof createCustomers>
