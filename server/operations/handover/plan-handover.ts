import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { type StaffMember, staffQueries } from '../../records/staff/staff-queries.ts'
import { TAKES_MS } from './ask-for-customers.ts'
import { type HandoverRequest, takersOf } from './handover-request.ts'
import { type CustomerPlan, planCustomers } from './plan-customers.ts'
import { type GroupPlan, planGroups } from './plan-groups.ts'

/** Customers or groups per call. Sources: docs 92125, 92127. */
export const PER_CALL = 100
/** Handing over ends a year after a member left. Source: docs 94081, 92127. */
const YEAR_MS = 365 * DAY_MS
/** Two calls at once, each well below a second; what people wait for is the day after it. */
const MS_PER_CALL = 500

export interface HandoverPlan {
  departed: boolean
  customers: CustomerPlan
  groups: GroupPlan
  calls: { customers: number; groups: number }
  /** When the last call will have been made and the last customer, if nobody refuses, will have moved; UTC milliseconds. */
  askedByMs: number
  doneByMs: number
}

export type Planned = { plan: HandoverPlan } | { fault: string }

/** What a handover would do: who moves to whom, who not and why, how many calls, until when. Writes nothing. */
export async function planHandover(tx: Tx, request: HandoverRequest, nowMs: number): Promise<Planned> {
  const from = await staffQueries.get(tx, request.fromUserId)
  const fault = await faultOf(tx, request, from, nowMs)
  if (fault !== undefined) return { fault }
  const departed = from?.state === 'left'
  const none = { moves: [], blocked: [] }
  const customers =
    request.what === 'groups' ? { ...none, takers: [] } : await planCustomers(tx, request, departed, nowMs)
  const groups = request.what === 'customers' ? none : await planGroups(tx, request, departed, nowMs)
  const calls = { customers: callsFor(customers.moves), groups: callsFor(groups.moves) }
  const askedByMs = nowMs + (calls.customers + calls.groups) * MS_PER_CALL
  const customersByMs = customers.moves.length === 0 ? askedByMs : askedByMs + TAKES_MS
  const doneByMs = groups.moves.reduce((latest, move) => Math.max(latest, move.dueAtMs), customersByMs)
  return { plan: { departed, customers, groups, calls, askedByMs, doneByMs } }
}

/** Calls take one new guide, and groups of one day, at a time. */
function callsFor(moves: readonly { toUserId: string; dueAtMs?: number }[]): number {
  const batches = new Map<string, number>()
  for (const { toUserId, dueAtMs } of moves) {
    const key = `${toUserId} ${dueAtMs ?? ''}`
    batches.set(key, (batches.get(key) ?? 0) + 1)
  }
  return [...batches.values()].reduce((sum, count) => sum + Math.ceil(count / PER_CALL), 0)
}

async function faultOf(
  tx: Tx,
  request: HandoverRequest,
  from: StaffMember | undefined,
  nowMs: number,
): Promise<string | undefined> {
  const name = from?.name ?? request.fromUserId
  if (from === undefined) return `没有成员 ${request.fromUserId}，请核对账号（userid）`
  if (from.state === 'left' && from.leftAtMs !== undefined && nowMs - from.leftAtMs > YEAR_MS) {
    return `${name}离职已超过一年，企业微信不再支持继承`
  }
  for (const userId of takersOf(request)) {
    const taker = await staffQueries.get(tx, userId)
    if (userId === request.fromUserId) return `接手人不能是${name}自己`
    if (taker === undefined) return `没有成员 ${userId}，请核对账号（userid）`
    const who = taker.name ?? userId
    if (taker.state !== 'active') return `${who}已离职、停用或还没激活，不能接手`
    if (!taker.isGuide) return `${who}没有开通客户联系，请在企业微信后台「客户联系 → 权限配置」里加入`
  }
  return undefined
}
