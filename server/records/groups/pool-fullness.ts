import type { Tx } from '../../core/db/tx.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { groupQueries } from './group-queries.ts'
import { joinWayQueries } from './join-way-queries.ts'

export interface PoolFullness {
  pool: string
  groups: number
  members: number
  /** Per group, from the rule. */
  capacity: number
  /** Places left in the groups that stand. */
  room: number
  /** WeCom opens the next group itself. */
  opensItself: boolean
  qrCode: string | undefined
  state: string | undefined
  trouble: string | undefined
}

/** Can somebody join the pool, now or in a group that WeCom opens itself? */
export async function hasRoom(tx: Tx, book: RuleBook, pool: string): Promise<boolean> {
  const rule = book.pools.get(pool)?.value
  if (rule === undefined) return false
  const groups = await groupQueries.inPool(tx, pool)
  const opensItself = rule.autoCreate !== undefined && groups.length > 0
  return opensItself || groups.some((group) => group.memberCount < rule.capacity)
}

/** How full a pool is; undefined when the rules have no such pool. */
export async function poolFullness(tx: Tx, book: RuleBook, pool: string): Promise<PoolFullness | undefined> {
  const rule = book.pools.get(pool)?.value
  if (rule === undefined) return undefined
  const groups = await groupQueries.inPool(tx, pool)
  const way = await joinWayQueries.joinWayOf(tx, pool)
  return {
    pool,
    groups: groups.length,
    members: groups.reduce((sum, group) => sum + group.memberCount, 0),
    capacity: rule.capacity,
    room: groups.reduce((sum, group) => sum + Math.max(0, rule.capacity - group.memberCount), 0),
    opensItself: rule.autoCreate !== undefined && groups.length > 0,
    qrCode: way?.qrCode,
    state: way?.state,
    trouble: way?.trouble,
  }
}
