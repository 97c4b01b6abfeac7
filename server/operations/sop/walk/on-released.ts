import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Outbox } from '../../../engine/actions/outbox.ts'
import { type Subscription, subscribe } from '../../../engine/inbox/subscription.ts'
import { OrderReleased } from '../../../records/orders/order-events.ts'
import type { OrderStep } from '../../../records/orders/order-status.ts'
import { ownSteps } from '../../../records/orders/own-steps.ts'
import { undoTagChanges } from '../../../records/tags/undo-changes.ts'
import type { TriggerEvent } from '../../../rules/schema/sop-event.ts'
import type { Grants } from '../../grants/grants.ts'
import { type Entry, type EntryEvent, entryStore } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { stepLog } from '../model/step-log.ts'
import { keyOf } from './step-result.ts'
import type { Walk } from './walk.ts'

const WHY = '开头的那笔订单不是这位客户的'

const STEP: { readonly [Kind in TriggerEvent]?: OrderStep } = {
  'order.created': 'created',
  'order.paid': 'paid',
  'order.refunded': 'refunded',
  'order.shipped': 'shipped',
  'order.signed': 'signed',
}

/** An order let them in that is not theirs, and none of their own would have since. */
async function beganWrongly(tx: Tx, externalUserId: string, { kind, atMs, payload }: EntryEvent): Promise<boolean> {
  const { orderId, source } = payload
  if (typeof orderId !== 'string' || typeof source !== 'string') return false
  if (await ownSteps.isTheirs(tx, externalUserId, { orderId, source })) return false
  const step = STEP[kind]
  return step === undefined || !(await ownSteps.hasCome(tx, externalUserId, step, atMs))
}

export interface OnReleasedDeps {
  clock: Clock
  versions: SopVersions
  walk: Pick<Walk, 'end'>
  outbox: Outbox
  grants: Pick<Grants, 'withdraw'>
}

/** A journey that began with an order which turns out not to be the customer's ends, and the tags that it put on and took off are
 *  put back. What was written, sent or given stays so. Safe to repeat. */
export const onReleased = ({ clock, versions, walk, outbox, grants }: OnReleasedDeps): Subscription => {
  async function undo(tx: Tx, entry: Entry): Promise<void> {
    if (entry.state === 'active') {
      const gone = { name: entry.sop, version: entry.version, title: entry.sop }
      const sop = (await versions(tx, entry.sop, entry.version)) ?? gone
      await entryStore.take(tx, entry, clock.now())
      await walk.end(tx, sop, entry, { state: 'left', why: WHY })
    }
    const steps = await stepLog.ofEntries(tx, [entry.id])
    for (const { kind, position } of steps) {
      if (kind === 'grant') await grants.withdraw(tx, keyOf({ id: entry.id, position }), WHY)
    }
    const tagged = steps.filter(({ kind }) => kind === 'tag')
    await undoTagChanges(tx, outbox, {
      externalUserId: entry.externalUserId,
      keys: tagged.map(({ position }) => keyOf({ id: entry.id, position })),
      text: `撤回 SOP「${entry.sop}」打的标签：${WHY}`,
      // No journey is to begin by this.
      via: [entry.sop, 'undo'],
    })
  }

  return subscribe('sop.released', OrderReleased, async (tx, { payload: { externalUserId } }) => {
    for (const entry of await entryStore.ofCustomer(tx, externalUserId)) {
      if (entry.event !== undefined && (await beganWrongly(tx, externalUserId, entry.event))) await undo(tx, entry)
    }
  })
}
