import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { Staff } from '../staff/staff.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { RefreshCustomer } from './customer-actions.ts'
import { CustomerHandedOver } from './customer-events.ts'
import type { SourcedLoss } from './event-source.ts'
import { beginFriendship, endFriendship, holdPair, inheritFollow, keepCustomer, rememberLoss } from './follow-store.ts'
import { decideAdd, decideLoss } from './friendship.ts'
import type { Relation } from './relation.ts'

/** One customer's way from one guide to another, as whoever asked WeCom for it remembers it. */
export interface Takeover {
  /** The same for the same handover; at most 60 characters. */
  key: string
  externalUserId: string
  fromUserId: string
  toUserId: string
  /** Asked for by us; else by an administrator in WeCom's console. */
  isOurs: boolean
}

/** Who asked WeCom to hand a customer over tells here what events about the pair mean. */
export interface Takeovers {
  /** The handover that an event at `atMs` about this customer and the old guide, or the new one, belongs to. */
  expected(
    tx: Tx,
    about: { externalUserId: string; fromUserId?: string; toUserId?: string; atMs: number },
  ): Promise<Takeover | undefined>
  /** Members who left, at whom the customer waited for a new guide when WeCom was last asked. */
  waiting(tx: Tx, externalUserId: string): Promise<string[]>
  /** The customer has moved. Safe to repeat. */
  completed(tx: Tx, takeover: Takeover, atMs: number): Promise<void>
  /** WeCom says it came to nothing; false when nobody here asked for it. Safe to repeat. */
  failed(
    tx: Tx,
    about: { externalUserId: string; toUserId: string; failReason: string | undefined; atMs: number },
  ): Promise<boolean>
}

/** The handover of ours by which this friendship ended. Where no event has told of the end, WeCom must list the new guide. */
export async function endedBy(
  tx: Tx,
  takeovers: Pick<Takeovers, 'expected'>,
  { externalUserId, userId: fromUserId, atMs, by }: SourcedLoss,
  relations: readonly Relation[],
): Promise<Takeover | undefined> {
  const isUntold = by === 'unknown' && relations.length > 0
  if (by !== 'transfer' && !isUntold) return undefined
  const takeover = await takeovers.expected(tx, { externalUserId, fromUserId, atMs })
  const isListed = relations.some(({ userId }) => userId === takeover?.toUserId)
  return by === 'transfer' || isListed ? takeover : undefined
}

export interface TakeOverDeps {
  clock: Clock
  outbox: Outbox
  emit: Emit
  timeline: Pick<Timeline, 'note'>
  staff: Pick<Staff, 'ensureKnown' | 'queries'>
  takeovers: Takeovers
}

/** Moves a follow to the new guide, whichever of WeCom's signs came first: the old guide's loss, the new guide's add, or the
 *  result that we asked for. Source, remark and tags stay; nobody is greeted as new. Safe to repeat. */
export function createTakeOver({ clock, outbox, emit, timeline, staff, takeovers }: TakeOverDeps) {
  const who = async (tx: Tx, userId: string): Promise<string> => (await staff.queries.nameOf(tx, userId)) ?? userId

  return async (tx: Tx, takeover: Takeover, atMs: number): Promise<void> => {
    const { key, externalUserId, fromUserId, toUserId } = takeover
    await keepCustomer(tx, externalUserId, clock.now())
    const former = await holdPair(tx, { externalUserId, userId: fromUserId }, clock.now())
    const next = await holdPair(tx, { externalUserId, userId: toUserId }, clock.now())
    if (former !== undefined && decideLoss(former, atMs) === 'ends') {
      await endFriendship(tx, { externalUserId, userId: fromUserId, atMs, by: 'transfer' })
    }
    await rememberLoss(tx, { externalUserId, userId: fromUserId, atMs })
    const isNew = next?.active !== true && decideAdd(next, { atMs, half: false }).kind === 'begins'
    if (isNew) {
      await beginFriendship(tx, { externalUserId, userId: toUserId, atMs, half: false, state: null, channel: null })
    }
    await inheritFollow(tx, takeover, atMs)
    if (takeover.isOurs) await takeovers.completed(tx, takeover, atMs)
    await emit(tx, CustomerHandedOver, {
      key: `handed-over:${key}`,
      atMs,
      payload: { externalUserId, fromUserId, toUserId, handedOverAtMs: atMs },
    })
    const [from, to] = [await who(tx, fromUserId), await who(tx, toUserId)]
    const note = {
      externalUserId,
      atMs,
      kind: 'customer.handed-over',
      ...(takeover.isOurs ? {} : { reason: { text: '在企业微信后台发起的转接' } }),
    } as const
    await timeline.note(tx, {
      ...note,
      key: `handed-over:${key}:from`,
      userId: fromUserId,
      text: `${from}把客户转给了${to}`,
    })
    const taken = `${to}从${from}接手，来源、备注、标签和待办一并转来`
    await timeline.note(tx, { ...note, key: `handed-over:${key}:to`, userId: toUserId, text: taken })
    await staff.ensureKnown(tx, toUserId)
    await outbox.enqueue(tx, RefreshCustomer, {
      key: `customer.refresh:handed-over:${key}`,
      externalUserId,
      payload: { externalUserId },
      reason: { text: '客户换了导购，读取最新资料' },
    })
  }
}
export type TakeOver = ReturnType<typeof createTakeOver>
