import type { Tx } from '../../core/db/tx.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { GiveAtShop } from './give-at-shop.ts'
import type { Grant } from './grant-store.ts'

/** Has a grant be given in the transaction's wake, or from an instant on (UTC milliseconds); once for each of its looks. */
export const askShop = (outbox: Pick<Outbox, 'enqueue'>, tx: Tx, grant: Grant, dueAtMs?: number): Promise<void> =>
  outbox.enqueue(tx, GiveAtShop, {
    key: `grant:${grant.id}:${grant.looks}`,
    payload: { grantId: grant.id, look: grant.looks },
    reason: grant.reason,
    externalUserId: grant.externalUserId,
    expiresAtMs: grant.lapsesAtMs,
    ...(dueAtMs === undefined ? {} : { dueAtMs }),
  })
