import type { RowOf } from '../../core/db/define-table.ts'
import type { CHAT_GROUP } from './group-tables.ts'

type Place = Pick<RowOf<typeof CHAT_GROUP>, 'pool' | 'pool_since' | 'former_pool' | 'former_pool_since'>

/** What is written of a group that belongs to another pool now; null: to none.
 *
 *  One that is read for the first time has been there since it was made, as far as anybody knows: else every old group would be new in
 *  it on the day of the first reading. What changed rules take out of a pool and bring back, a file that was gone for an hour, has been
 *  there all along; a group that somebody names into it is new there. `createdAtMs`, `nowMs`: UTC milliseconds. */
export function intoPool(
  group: Place & { detail_at: number | null },
  pool: string | null,
  { createdAtMs, isNamedAnew, nowMs }: { createdAtMs?: number | undefined; isNamedAnew: boolean; nowMs: number },
): Place {
  if (group.detail_at === null) {
    const since = pool === null ? null : (createdAtMs ?? nowMs)
    return { pool, pool_since: since, former_pool: null, former_pool_since: null }
  }
  if (isNamedAnew) return { pool, pool_since: pool === null ? null : nowMs, former_pool: null, former_pool_since: null }
  const isBack = pool !== null && pool === group.former_pool
  const former =
    group.pool === null
      ? { former_pool: group.former_pool, former_pool_since: group.former_pool_since }
      : { former_pool: group.pool, former_pool_since: group.pool_since }
  const since = pool === null ? null : isBack ? group.former_pool_since : nowMs
  return {
    pool,
    pool_since: since,
    ...(isBack && group.pool === null ? { former_pool: null, former_pool_since: null } : former),
  }
}
