import { alias } from '../../core/db/define-table.ts'
import { select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { customerQueries, type Follow } from '../../records/customers/customer-queries.ts'
import { FOLLOW } from '../../records/customers/customer-tables.ts'
import { tagQueries } from '../../records/tags/tag-queries.ts'
import { type HandoverRequest, takersOf } from './handover-request.ts'
import { UNASSIGNED_CUSTOMER } from './handover-tables.ts'
import { type CustomerPast, customerPasts, MOST_IN_WINDOW, underWayTo } from './past-handovers.ts'
import { type Candidate, shareOut } from './share-out.ts'

interface CustomerMove {
  externalUserId: string
  toUserId: string
}

interface BlockedCustomer {
  externalUserId: string
  /** Chinese; the same for the same cause. */
  why: string
}

interface TakerLoad {
  userId: string
  /** Customers now and on their way, before this plan. */
  has: number
  takes: number
}

export interface CustomerPlan {
  moves: CustomerMove[]
  blocked: BlockedCustomer[]
  takers: TakerLoad[]
}

type Movable = Pick<Follow, 'externalUserId' | 'active' | 'half' | 'channel'>

function blockedBy(follow: Movable, past: CustomerPast | undefined, departed: boolean): string | undefined {
  if (!follow.active) return '客户已经删除了原导购，不是好友，不能转接'
  if (follow.half) return '原导购还没有通过客户的好友申请，不能转接'
  if (past?.isOpen === true) return '已经在转接中'
  // Source: 40128, for members on the job only.
  if (departed || past === undefined || past.moves < MOST_IN_WINDOW) return undefined
  const free = past.freeAtMs === undefined ? '' : `，${shanghaiText(past.freeAtMs).slice(0, 10)} 起可再转`
  return `90 天内已转接 ${past.moves} 次${free}`
}

const SHARE_BLOCKED = {
  refused: '90 天内拒绝过转给这位导购，不再打扰',
  full: '接手导购的客户数到上限了',
}

/** Who would go to whom and who not and why, by what WeCom would answer; asks nothing and writes nothing. */
export async function planCustomers(
  tx: Tx,
  request: HandoverRequest,
  departed: boolean,
  nowMs: number,
): Promise<CustomerPlan> {
  const takers = takersOf(request)
  const follows = await wantedFollows(tx, request, departed)
  const pasts = await customerPasts(tx, nowMs)
  const preferred = await preferences(tx, request)
  const friends = await friendsOf(tx, takers)
  const blocked: BlockedCustomer[] = []
  const candidates: Candidate[] = []
  for (const follow of follows) {
    const { externalUserId } = follow
    const past = pasts.get(externalUserId)
    const why = blockedBy(follow, past, departed)
    const wanted = preferred(follow)
    if (why !== undefined) blocked.push({ externalUserId, why })
    else if (wanted === undefined && request.toUserIds.length === 0) {
      blocked.push({ externalUserId, why: '没有符合的分配条件（可用 --to 指定其余客户给谁）' })
    } else {
      candidates.push({
        externalUserId,
        preferred: wanted,
        friends: new Set(takers.filter((userId) => friends.get(userId)?.has(externalUserId))),
        refused: past?.refused ?? new Set(),
      })
    }
  }
  const chosen = candidates.slice(0, request.limit ?? candidates.length)
  const [counts, coming] = [await customerQueries.countsOf(tx, takers), await underWayTo(tx)]
  const loads = takers.map((userId) => ({ userId, has: (counts.get(userId) ?? 0) + (coming.get(userId) ?? 0) }))
  const shares = shareOut(
    chosen,
    loads.map((load) => ({ ...load, most: request.mostCustomers })),
    request.toUserIds,
  )
  const moves: CustomerMove[] = []
  chosen.forEach(({ externalUserId }, at) => {
    const share = shares[at]
    if (share === undefined) return
    if ('toUserId' in share) moves.push({ externalUserId, toUserId: share.toUserId })
    else blocked.push({ externalUserId, why: SHARE_BLOCKED[share.blocked] })
  })
  const takes = new Map<string, number>()
  for (const move of moves) takes.set(move.toUserId, (takes.get(move.toUserId) ?? 0) + 1)
  return { moves, blocked, takers: loads.map((load) => ({ ...load, takes: takes.get(load.userId) ?? 0 })) }
}

async function wantedFollows(tx: Tx, request: HandoverRequest, departed: boolean): Promise<Movable[]> {
  const follows: Movable[] = await customerQueries.followsOfGuide(tx, request.fromUserId)
  if (departed) follows.push(...(await unassignedBeside(tx, request.fromUserId, follows)))
  const tagged = new Set<string>()
  for (const path of request.tags) {
    for (const id of await tagQueries.customersWith(tx, request.fromUserId, path)) tagged.add(id)
  }
  return follows.filter(
    (follow) =>
      (request.customers === undefined || request.customers.includes(follow.externalUserId)) &&
      (request.tags.length === 0 || tagged.has(follow.externalUserId)) &&
      (request.channels.length === 0 || request.channels.includes(follow.channel ?? '')),
  )
}

/** Customers whom WeCom lists as waiting and whom we never met, or took for lost. */
async function unassignedBeside(tx: Tx, userId: string, follows: readonly Movable[]): Promise<Movable[]> {
  const known = new Set(follows.map((follow) => follow.externalUserId))
  const u = alias(UNASSIGNED_CUSTOMER, 'u')
  const f = alias(FOLLOW, 'f')
  const rows = await tx.rows(
    sql`SELECT ${select({ externalUserId: u.external_userid, channel: f.channel })} FROM ${u}
        LEFT JOIN ${f} ON ${f.external_userid} = ${u.external_userid} AND ${f.userid} = ${u.userid}
        WHERE ${u.userid} = ${userId} ORDER BY ${u.external_userid}`,
  )
  return rows
    .filter((row) => !known.has(row.externalUserId))
    .map((row) => ({ ...row, active: true, half: false, channel: row.channel ?? undefined }))
}

async function preferences(tx: Tx, request: HandoverRequest): Promise<(follow: Movable) => string | undefined> {
  const tagged = new Map<string, Set<string>>()
  for (const { by, value } of request.assignments) {
    if (by === 'tag') tagged.set(value, await tagQueries.customersWith(tx, request.fromUserId, value))
  }
  return (follow) =>
    request.assignments.find(({ by, value }) =>
      by === 'tag' ? tagged.get(value)?.has(follow.externalUserId) === true : follow.channel === value,
    )?.toUserId
}

async function friendsOf(tx: Tx, takers: string[]): Promise<Map<string, Set<string>>> {
  const friends = new Map<string, Set<string>>()
  for (const userId of takers) {
    const follows = await customerQueries.followsOfGuide(tx, userId)
    friends.set(userId, new Set(follows.filter((one) => one.active).map((one) => one.externalUserId)))
  }
  return friends
}
