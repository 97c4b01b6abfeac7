import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { customerLinks } from '../customers/customer-links.ts'
import { type KnownNames, matchGiven } from '../customers/given-customer.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { orderKeyOf } from './order-note.ts'
import { changeOrder, orderById, type StoredOrder } from './order-store.ts'
import { releaseOrder } from './release-order.ts'

const SHOPS_WORD = '一笔人工归给这位客户的订单不再算：店铺说它是另一位客户的'

export interface SettleOrderDeps {
  clock: Clock
  emit: Emit
  timeline: Pick<Timeline, 'note'>
  customers: KnownNames
  /** Tells what is new about an order that has its customer. */
  announce(tx: Tx, row: StoredOrder, externalUserId: string): Promise<void>
}

export function createSettleOrder(deps: SettleOrderDeps) {
  const { clock, timeline, customers, announce } = deps

  async function give(
    tx: Tx,
    row: StoredOrder,
    externalUserId: string,
    by: NonNullable<StoredOrder['matched_by']>,
  ): Promise<true> {
    const owned = { external_userid: externalUserId, matched_by: by }
    await changeOrder(tx, row.id, owned)
    await announce(tx, { ...row, ...owned }, externalUserId)
    return true
  }

  /** The shop has the last word of whose an order is, and what was lent goes back. */
  async function takeFrom(tx: Tx, row: StoredOrder, owner: string, text: string): Promise<StoredOrder> {
    const key = await orderKeyOf(tx, row)
    await timeline.note(tx, {
      key: `order.unbound:${row.matched_by === 'hand' ? `${row.id}:${owner}` : `${key}:${clock.now()}`}`,
      externalUserId: owner,
      kind: 'order.unbound',
      text,
      reason: { text: '店铺订单', facts: { orderId: row.order_id, source: row.source } },
    })
    return releaseOrder(tx, row, deps)
  }

  /** Gives an order to its customer, if they are known, and tells what is new about it. An order that was
   *  lent to somebody by an operator's word goes to whoever the shop means, and back when that word is taken back. Safe to repeat. */
  return async function settle(tx: Tx, id: number): Promise<boolean> {
    const row = await orderById(tx, id)
    if (row === undefined) return false
    const { external_userid: owner, matched_by: by } = row
    const isLent = by === 'link'
    if (owner !== null && by !== 'hand' && !isLent) {
      await announce(tx, row, owner)
      return true
    }
    const match = await matchGiven(tx, customers, row)
    if (match !== undefined && match.externalUserId !== owner) {
      const free = owner === null ? row : await takeFrom(tx, row, owner, SHOPS_WORD)
      return give(tx, free, match.externalUserId, match.by)
    }
    if (match !== undefined && isLent) return give(tx, row, match.externalUserId, match.by)
    // What a guide bound stays, until the shop names somebody else.
    const lender = by === 'hand' ? undefined : await customerLinks.ofRow(tx, row)
    if (owner === null) return lender === undefined ? false : give(tx, row, lender.externalUserId, 'link')
    if (isLent && match === undefined && lender?.externalUserId !== owner) {
      await takeFrom(tx, row, owner, '一笔订单不再算这位客户的：人工合并已经撤销')
      return false
    }
    await announce(tx, row, owner)
    return true
  }
}
