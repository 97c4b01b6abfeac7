import type { Tx } from '../../core/db/tx.ts'
import { assertNever } from '../../core/kernel/assert-never.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { StoredEvent } from '../../engine/inbox/event-kind.ts'
import type { Note } from '../timeline/timeline.ts'
import type { EventSource, LostBy, SourcedLoss } from './event-source.ts'
import type { Beginning } from './follow-store.ts'
import type { AddDecision } from './friendship.ts'
import type { Relation } from './relation.ts'

const reasonOf = ({ text, eventId }: EventSource): Reason => ({ text, ...(eventId === undefined ? {} : { eventId }) })

type NameOf = (tx: Tx, userId: string) => Promise<string | undefined>

const guide = async (tx: Tx, nameOf: NameOf, userId: string): Promise<string> =>
  `导购${(await nameOf(tx, userId)) ?? userId}`

export async function noteOfAdd(
  tx: Tx,
  { add, decision, told, nameOf }: { add: Beginning; decision: AddDecision; told: EventSource; nameOf: NameOf },
): Promise<Note> {
  const who = await guide(tx, nameOf, add.userId)
  const way = add.channel === null ? '' : `通过渠道「${add.channel}」`
  const text = (): string => {
    switch (decision.kind) {
      case 'begins':
        return `${way}${decision.again ? '重新' : ''}添加了${who}${add.half ? '，等待导购通过' : ''}`
      case 'goes-on':
        return decision.accepted ? `${who}通过了客户的好友申请` : `收到一条较早的添加记录：${way}添加${who}`
      case 'past':
        return `曾${way}添加过${who}（迟到的记录，之后关系已解除）`
      default:
        return assertNever(decision)
    }
  }
  return {
    key: `add:${told.key}`,
    externalUserId: add.externalUserId,
    userId: add.userId,
    atMs: add.atMs,
    kind: decision.kind === 'begins' ? 'customer.added' : 'customer.add-note',
    text: text(),
    reason:
      add.state !== null && add.channel === null
        ? { ...reasonOf(told), text: '添加时带的渠道参数不属于任何渠道', facts: { state: add.state } }
        : reasonOf(told),
  }
}

export async function noteOfLoss(
  tx: Tx,
  { externalUserId, userId, by, atMs, told, nameOf }: SourcedLoss & { nameOf: NameOf },
): Promise<Note> {
  const who = await guide(tx, nameOf, userId)
  const texts: Record<LostBy, string> = {
    customer: `客户删除了${who}`,
    guide: `${who}删除了客户`,
    transfer: `客户已转给其他导购，与${who}的关系解除`,
    unknown: `与${who}的关系已解除`,
  }
  return {
    key: `lost:${told.key}`,
    externalUserId,
    userId,
    atMs,
    kind: 'customer.lost',
    text: texts[by],
    reason: reasonOf(told),
  }
}

const FAIL_REASONS: Record<string, string> = {
  customer_refused: '客户拒绝了',
  customer_limit_exceed: '接手导购的客户数已达上限',
}

export async function noteOfTransferFail(
  tx: Tx,
  {
    event,
    nameOf,
  }: {
    event: StoredEvent<{ UserID: string; ExternalUserID: string; FailReason?: string }>
    nameOf: NameOf
  },
): Promise<Note> {
  const { UserID: userId, ExternalUserID: externalUserId, FailReason } = event.payload
  const why = FAIL_REASONS[FailReason ?? ''] ?? '原因不明'
  return {
    key: `transfer-fail:${event.dedupeKey}`,
    externalUserId,
    userId,
    atMs: event.eventAtMs,
    kind: 'customer.transfer-fail',
    text: `转给${await guide(tx, nameOf, userId)}没有成功：${why}`,
  }
}

/** For what a reading of WeCom found without an event. */
export function noteOfFound(relation: Relation, channel: string | undefined, guideName: string | undefined): Note {
  const way = channel === undefined ? '' : `，来自渠道「${channel}」`
  const since = relation.createdAtMs === undefined ? '' : `${shanghaiText(relation.createdAtMs)} 起`
  return {
    // The guide first: what is read together then stands together in the index.
    key: `found:${relation.userId}:${relation.externalUserId}:${relation.createdAtMs ?? 0}`,
    externalUserId: relation.externalUserId,
    userId: relation.userId,
    kind: 'customer.found',
    text: `同步得知：${since}是导购${guideName ?? relation.userId}的客户${way}`,
  }
}
