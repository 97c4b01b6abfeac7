import type { Tx } from '../../core/db/tx.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { orderKeyOf } from './order-note.ts'
import { announceOnce, hasOtherPaid, itemsOf, type StoredOrder, statusesOf } from './order-store.ts'
import { refundsOf, takeUntoldRefunds } from './refund-store.ts'
import { againBy, createTellOrder, isOfPart } from './tell-order.ts'
import { parcelsOf } from './whole-store.ts'

/** Tells what is new about an order whose customer is known: a note for each step, an event for where it stands now. Safe to
 *  repeat. */
export function createAnnounceOrder(deps: { emit: Emit; timeline: Timeline }) {
  const tell = createTellOrder(deps)

  return async function announce(tx: Tx, row: StoredOrder, externalUserId: string): Promise<void> {
    const statuses = await statusesOf(tx, row.id)
    const items = await itemsOf(tx, row.id)
    const order = { row, externalUserId, key: await orderKeyOf(tx, row) }
    for (const { status, at } of statuses) {
      if (isOfPart(status, row)) continue
      if (!(await announceOnce(tx, row.id, status))) continue
      const again = status === 'refunded' ? againBy((await refundsOf(tx, row.id)).at(-1)) : ''
      const parcels = status === 'shipped' ? await parcelsOf(tx, row.id) : []
      const isFirst = async (): Promise<boolean> => !(await hasOtherPaid(tx, externalUserId, row.id))
      await tell.step(tx, order, { status, at, items, parcels, again, isFirst })
    }
    const last = (await takeUntoldRefunds(tx, row.id)).at(-1)
    // All of it is told by the order's standing.
    if (last !== undefined && row.status === 'paid') await tell.partRefund(tx, order, last)
  }
}
