import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type GroupDetail, textsAfter } from './group-detail.ts'
import { CHAT_GROUP } from './group-tables.ts'
import { intoPool } from './into-pool.ts'
import type { Membership } from './membership.ts'
import { poolOf } from './pool-of.ts'
import { keepGroup, type StoredGroup, storedGroup, updateGroup } from './stored-group.ts'

export interface TakeDetailDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  membership: Membership
  /** A pool's groups or the room in them changed. */
  poolChanged(tx: Tx, pool: string): Promise<void>
}

/** Members who came shortly before we first heard of the group are news, too. */
const NEWS_BEFORE_KNOWN_MS = 10 * MINUTE_MS

const newsBegin = (group: StoredGroup): number => (group.detail_at === null ? group.known_at - NEWS_BEFORE_KNOWN_MS : 0)

/** Writes what the platform says of a group and its members. `newsFromMs`: joinings since then, UTC milliseconds, are told
 *  to the rules. Safe to repeat. */
export async function takeDetail(
  tx: Tx,
  { group, detail, newsFromMs = newsBegin(group) }: { group: StoredGroup; detail: GroupDetail; newsFromMs?: number },
  { clock, rules, membership, poolChanged }: TakeDetailDeps,
): Promise<{ joined: number; left: number }> {
  const { chat_id: chatId } = group
  const texts = textsAfter(group, detail)
  const { name } = texts
  const pool = poolOf(rules.current(), { chatId, name }) ?? null
  const place = { createdAtMs: detail.createdAtMs, isNamedAnew: group.name !== name, nowMs: clock.now() }
  await updateGroup(tx, chatId, {
    ...texts,
    ...(group.pool === pool && group.detail_at !== null ? {} : intoPool(group, pool, place)),
    created_at: detail.createdAtMs ?? null,
    member_version: detail.memberVersion ?? null,
    member_count: detail.members.length,
    detail_at: clock.now(),
    lag_checks: 0,
  })
  const moves = await membership.apply(tx, { chatId, name, pool, newsFromMs }, detail)
  const hasChanged = group.detail_at === null || group.pool !== pool || group.member_count !== detail.members.length
  if (hasChanged) for (const one of new Set([pool, group.pool])) if (one !== null) await poolChanged(tx, one)
  return moves
}

/** The group is no more since `atMs`, UTC milliseconds; its members leave. Safe to repeat. */
export async function dismissGroup(
  tx: Tx,
  chatId: string,
  atMs: number,
  { clock, membership, poolChanged }: TakeDetailDeps,
): Promise<void> {
  await keepGroup(tx, chatId, clock.now())
  const g = CHAT_GROUP
  await tx.run(
    sql`UPDATE ${g} SET ${set(g, { dismissed_at: atMs, refresh_open: 0, member_count: 0 })}
        WHERE ${g.chat_id} = ${chatId} AND ${g.dismissed_at} IS NULL`,
  )
  const group = await storedGroup(tx, chatId)
  if (group === undefined) return
  await membership.leaveAll(tx, { chatId, name: group.name ?? '', pool: group.pool, newsFromMs: 0 })
  if (group.pool !== null) await poolChanged(tx, group.pool)
}
