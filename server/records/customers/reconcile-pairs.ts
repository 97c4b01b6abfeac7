import type { RowOf } from '../../core/db/define-table.ts'
import { all, list, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { FOLLOW } from './customer-tables.ts'
import { SAME_ADD_MS } from './friendship.ts'
import type { PairChanges } from './pair-changes.ts'
import type { RecordedReading } from './refresh-customer.ts'
import { pairOf, type Relation } from './relation.ts'

export interface PairsReading {
  relations: Relation[]
  /** UTC milliseconds, before the page was asked for. */
  readAtMs: number
}

export interface ReconciledPairs extends RecordedReading {
  /** Friendships that no event told. */
  began: Relation[]
  /** Half adds whose acceptance no event told. */
  accepted: Relation[]
}

type StoredPair = RowOf<typeof FOLLOW>

/** What is younger than this its event may still tell: WeCom repeats a callback, and ours may be in the queue. */
export const LEFT_TO_EVENTS_MS = 2 * MINUTE_MS

const told = (relation: Relation) => ({
  key: `listed:${relation.externalUserId}:${relation.userId}:${relation.createdAtMs ?? 0}`.slice(0, 120),
  text: '没有收到企业微信的通知，核对时发现',
})

/** Compares what WeCom lists with what we know, and repairs it as the missed events would have: friendships begin by the
 *  same code, so rules hear of them. Pairs from before `listeningSinceMs` are history and begin silently. */
export function createReconcilePairs(deps: {
  clock: Clock
  pairs: PairChanges
  recordReading(tx: Tx, reading: PairsReading, isOld: (relation: Relation) => boolean): Promise<RecordedReading>
}) {
  const { clock, pairs, recordReading } = deps

  function isMissedAdd(row: StoredPair | undefined, relation: Relation, readAtMs: number, sinceMs: number): boolean {
    const createdAtMs = relation.createdAtMs ?? 0
    if (createdAtMs < sinceMs || createdAtMs > readAtMs - LEFT_TO_EVENTS_MS) return false
    if (row === undefined) return true
    const lastLossAtMs = row.last_loss_at ?? 0
    if (row.active === 0) {
      if (createdAtMs > lastLossAtMs) return true
      // A customer who deleted the guide stays listed for ever. Whom the guide deleted does not. Who ended it is known only
      // of the loss that was told in its turn: an add and its loss that came the wrong way round leave an older one's name.
      if (row.lost_at !== row.last_loss_at) return false
      return row.lost_by !== null && row.lost_by !== 'customer' && lastLossAtMs < readAtMs - LEFT_TO_EVENTS_MS
    }
    if (row.announced === 0) return true
    return createdAtMs > (row.last_add_at ?? row.added_at ?? 0) + SAME_ADD_MS
  }

  /** Safe to repeat: what was found is known afterwards. */
  return async (tx: Tx, reading: PairsReading, listeningSinceMs: number): Promise<ReconciledPairs> => {
    const { relations, readAtMs } = reading
    const ids = [...new Set(relations.map((relation) => relation.externalUserId))]
    const rows =
      ids.length === 0
        ? []
        : await tx.rows(sql`SELECT ${all(FOLLOW)} FROM ${FOLLOW} WHERE ${FOLLOW.external_userid} IN ${list(ids)}`)
    const known = new Map(rows.map((row) => [pairOf({ externalUserId: row.external_userid, userId: row.userid }), row]))
    const began: Relation[] = []
    const accepted: Relation[] = []
    for (const relation of relations) {
      const row = known.get(pairOf(relation))
      const isAccepted = row?.active === 1 && row.half === 1
      const isMissed = isMissedAdd(row, relation, readAtMs, listeningSinceMs)
      if (!isAccepted && !isMissed) continue
      const { externalUserId, userId, state, createdAtMs = readAtMs } = relation
      const add = { externalUserId, userId, atMs: createdAtMs, half: false, state, welcomeCode: undefined }
      const { addWay } = relation
      const begins = await pairs.began(tx, { ...add, isListed: true, addWay, told: told(relation) })
      if (begins) began.push(relation)
      else if (isAccepted) accepted.push(relation)
    }
    const old = new Set(began.filter((relation) => clock.now() - (relation.createdAtMs ?? 0) > DAY_MS))
    return { ...(await recordReading(tx, reading, (relation) => old.has(relation))), began, accepted }
  }
}
