import { alias } from '../../core/db/define-table.ts'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS, MINUTE_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import { groupQueries } from '../../records/groups/group-queries.ts'
import type { HandoverRequest } from './handover-request.ts'
import { HANDOVER_GROUP } from './handover-tables.ts'
import { MOST_IN_WINDOW, windowStart } from './past-handovers.ts'

interface GroupMove {
  chatId: string
  toUserId: string
  /** When it is asked for, UTC milliseconds: now, or early on a later day. */
  dueAtMs: number
}

export interface GroupPlan {
  moves: GroupMove[]
  blocked: { chatId: string; name: string; why: string }[]
}

/** Groups that one member may take a day. Sources: docs 92127, 95703. */
const MOST_GROUPS_A_DAY = 300
/** Past midnight, clear of clocks that differ. */
const AFTER_MIDNIGHT_MS = 5 * MINUTE_MS

const g = alias(HANDOVER_GROUP, 'g')

/** Which groups would go to whom, and on which day; asks nothing and writes nothing. */
export async function planGroups(
  tx: Tx,
  request: HandoverRequest,
  departed: boolean,
  nowMs: number,
): Promise<GroupPlan> {
  const takers = request.toUserIds
  const today = startOfShanghaiDay(nowMs)
  const taken = await takenByDay(tx, takers, today)
  const past = await pasts(tx, nowMs)
  const moves: GroupMove[] = []
  const blocked: GroupPlan['blocked'] = []
  for (const group of await groupQueries.ownedBy(tx, request.fromUserId)) {
    const { chatId, name } = group
    const known = past.get(chatId)
    const toUserId = takers[moves.length % Math.max(1, takers.length)]
    if (known?.isOpen === true) blocked.push({ chatId, name, why: '已经在转接中' })
    else if (!departed && (known?.moves ?? 0) >= MOST_IN_WINDOW) {
      blocked.push({ chatId, name, why: `90 天内已转接 ${known?.moves} 次` })
    } else if (toUserId === undefined) blocked.push({ chatId, name, why: '没有用 --to 指定新群主' })
    else moves.push({ chatId, toUserId, dueAtMs: book(taken, toUserId, today, nowMs) })
  }
  return { moves, blocked }
}

/** The first day on which this member may take one more. */
function book(taken: Map<string, number>, userId: string, today: number, nowMs: number): number {
  for (let day = 0; ; day++) {
    const start = today + day * DAY_MS
    const key = `${userId} ${start}`
    const count = taken.get(key) ?? 0
    if (count >= MOST_GROUPS_A_DAY) continue
    taken.set(key, count + 1)
    return day === 0 ? nowMs : start + AFTER_MIDNIGHT_MS
  }
}

async function takenByDay(tx: Tx, takers: string[], today: number): Promise<Map<string, number>> {
  const taken = new Map<string, number>()
  for (const userId of takers) {
    const rows = await tx.rows(
      sql`SELECT ${pick(g, 'due_at')} FROM ${g}
          WHERE ${g.to_userid} = ${userId} AND ${g.due_at} >= ${today} AND ${g.state} IN ('planned', 'done')`,
    )
    for (const { due_at } of rows) {
      const key = `${userId} ${startOfShanghaiDay(due_at)}`
      taken.set(key, (taken.get(key) ?? 0) + 1)
    }
  }
  return taken
}

async function pasts(tx: Tx, nowMs: number): Promise<Map<string, { isOpen: boolean; moves: number }>> {
  const rows = await tx.rows(
    sql`SELECT ${pick(g, 'chat_id', 'state')} FROM ${g}
        WHERE ${g.open_chat} IS NOT NULL OR (${g.state} = 'done' AND ${g.ended_at} >= ${windowStart(nowMs)})`,
  )
  const found = new Map<string, { isOpen: boolean; moves: number }>()
  for (const row of rows) {
    const past = found.get(row.chat_id) ?? { isOpen: false, moves: 0 }
    found.set(row.chat_id, past)
    if (row.state === 'done') past.moves += 1
    else past.isOpen = true
  }
  return found
}
