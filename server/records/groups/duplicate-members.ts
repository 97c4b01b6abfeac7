import { alias } from '../../core/db/define-table.ts'
import { count, every, list, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { CHAT_GROUP, CHAT_MEMBER } from './group-tables.ts'

/** A customer who sits in several standing groups of one pool, where one is enough. */
export interface DuplicateMember {
  pool: string
  externalUserId: string
  /** As in the first of the groups. */
  name: string | undefined
  /** The oldest membership first. */
  groups: { chatId: string; name: string; joinedAtMs: number }[]
}

const g = alias(CHAT_GROUP, 'g')
const m = alias(CHAT_MEMBER, 'm')

/** `pools`: only these; at most `limit` customers. */
export async function duplicateMembers(
  tx: ReadTx,
  { pools, limit }: { pools: readonly string[]; limit: number },
): Promise<DuplicateMember[]> {
  if (pools.length === 0) return []
  const joined = sql`${m} JOIN ${g} ON ${g.chat_id} = ${m.chat_id}`
  const isCounted = every([
    sql`${g.dismissed_at} IS NULL`,
    sql`${m.left_at} IS NULL`,
    sql`${m.member_type} = 2`,
    sql`${g.pool} IN ${list(pools)}`,
  ])
  const twice = await tx.rows(
    sql`SELECT ${select({ pool: g.pool, memberId: m.member_id, n: count() })} FROM ${joined}
        WHERE ${isCounted} GROUP BY ${g.pool}, ${m.member_id} HAVING COUNT(*) > 1
        ORDER BY ${g.pool}, ${m.member_id} LIMIT ${limit}`,
  )
  const found: DuplicateMember[] = []
  for (const { pool, memberId } of twice) {
    if (pool === null) continue
    const rows = await tx.rows(
      sql`SELECT ${select({ chatId: g.chat_id, groupName: g.name, name: m.name, joinedAtMs: m.joined_at })} FROM ${joined}
          WHERE ${isCounted} AND ${g.pool} = ${pool} AND ${m.member_id} = ${memberId} ORDER BY ${m.joined_at}, ${m.id}`,
    )
    found.push({
      pool,
      externalUserId: memberId,
      name: rows.find(({ name }) => name !== null)?.name ?? undefined,
      groups: rows.map(({ chatId, groupName, joinedAtMs }) => ({ chatId, name: groupName ?? '', joinedAtMs })),
    })
  }
  return found
}
