import { createHash } from 'node:crypto'
import type { RowOf } from '../../core/db/define-table.ts'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { ResolveMove } from './customer-actions.ts'
import { FOLLOW } from './customer-tables.ts'
import type { SourcedAdd, SourcedLoss } from './event-source.ts'
import { ADD_WAY_ASSIGNED } from './follow-store.ts'
import { isPair } from './is-pair.ts'
import type { Pair, Relation } from './relation.ts'
import type { Takeover, Takeovers } from './take-over.ts'

/* A handover that an administrator begins in WeCom's console is not in our ledger. What WeCom tells of it: the old guide's
   loss says DELETE_BY_TRANSFER (on the job only; doc 92130), the detail says of the new guide's relation that it was assigned
   (add_way 202), and whoever left is in get_unassigned_list until then. No event names both guides, so the customer's detail
   is read before anybody is told that somebody came or went. */

/** The events of one move carry nearly the same time. */
export const SAME_MOVE_MS = 10 * MINUTE_MS

type OtherFollow = Pick<RowOf<typeof FOLLOW>, 'userid' | 'active' | 'lost_by' | 'lost_at'>

const isSameMove = (atMs: number, otherMs: number | null | undefined): boolean =>
  typeof otherMs === 'number' && Math.abs(atMs - otherMs) <= SAME_MOVE_MS

const only = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined)

/** Who has the customer now whom `fromUserId` lost at `atMs`, as the customer's detail shows it; undefined when it does not. */
export function takerIn(relations: Relation[], fromUserId: string, atMs: number): string | undefined {
  const others = relations.filter((relation) => relation.userId !== fromUserId)
  const assigned = others.filter((one) => one.addWay === ADD_WAY_ASSIGNED && isSameMove(atMs, one.createdAtMs))
  // Whoever was a friend already takes over without a new relation.
  return only(assigned)?.userId ?? (assigned.length === 0 ? only(others)?.userId : undefined)
}

/** Who was given the customer after `sinceMs`, for a loss of which no event told. */
export const assignedSince = (relations: Relation[], fromUserId: string, sinceMs: number): string | undefined =>
  only(
    relations.filter(
      (one) => one.userId !== fromUserId && one.addWay === ADD_WAY_ASSIGNED && (one.createdAtMs ?? 0) > sinceMs,
    ),
  )?.userId

export function createConsoleMoves({ outbox, takeovers }: { outbox: Outbox; takeovers: Takeovers }) {
  const otherFollows = (tx: Tx, { externalUserId, userId }: Pair): Promise<OtherFollow[]> =>
    tx.rows(
      sql`SELECT ${pick(FOLLOW, 'userid', 'active', 'lost_by', 'lost_at')} FROM ${FOLLOW}
          WHERE ${FOLLOW.external_userid} = ${externalUserId} AND ${FOLLOW.userid} <> ${userId}
          ORDER BY ${FOLLOW.userid}`,
    )
  const justMoved = (rows: OtherFollow[], atMs: number): OtherFollow[] =>
    rows.filter((row) => row.lost_by === 'transfer' && isSameMove(atMs, row.lost_at))

  return {
    /** Whether an add may be the end of a handover. Where it brings a welcome code, a new friend is not kept waiting for it
     *  unless the customer has just been taken from another guide. */
    mayEnd: async (tx: Tx, add: SourcedAdd): Promise<boolean> => {
      if (add.half || (add.state ?? '') !== '') return false
      if (add.addWay !== undefined && add.addWay !== ADD_WAY_ASSIGNED) return false
      const rows = await otherFollows(tx, add)
      if (justMoved(rows, add.atMs).length > 0) return true
      if ((add.welcomeCode ?? '') !== '') return false
      return rows.some((row) => row.active === 1) || (await takeovers.waiting(tx, add.externalUserId)).length > 0
    },
    /** The guide from whom an assigned customer came: who just lost them by a transfer, who left and had them waiting, or
     *  whom the detail does not list any more. Undefined when none or several could be meant. */
    giverOf: async (tx: Tx, add: SourcedAdd, relations: Relation[]): Promise<string | undefined> => {
      const rows = await otherFollows(tx, add)
      const moved = justMoved(rows, add.atMs).map((row) => row.userid)
      if (moved.length > 0) return only(moved)
      const waiting = (await takeovers.waiting(tx, add.externalUserId)).filter((userId) => userId !== add.userId)
      if (waiting.length > 0) return only(waiting)
      const listed = new Set(relations.map((relation) => relation.userId))
      return only(rows.filter((row) => row.active === 1 && !listed.has(row.userid)))?.userid
    },
    /** Reads the customer, and tells then. */
    ask: (tx: Tx, news: { add: SourcedAdd } | { loss: SourcedLoss }): Promise<void> => {
      const { externalUserId, told } = 'add' in news ? news.add : news.loss
      return outbox.enqueue(tx, ResolveMove, {
        key: `customer.resolve-move:${told.key}`,
        externalUserId,
        payload: news,
        reason: { text: '可能是在企业微信后台转接的客户，先看清楚转给了谁' },
      })
    },
    /** The same for the same move, whichever sign of it came first: a friendship is handed over once. */
    takeoverOf: async (
      tx: Tx,
      pair: { externalUserId: string; fromUserId: string; toUserId: string },
    ): Promise<Takeover> => {
      const former = { externalUserId: pair.externalUserId, userId: pair.fromUserId }
      const row = await tx.row(sql`SELECT ${pick(FOLLOW, 'added_at')} FROM ${FOLLOW} WHERE ${isPair(FOLLOW, former)}`)
      const words = [pair.externalUserId, pair.fromUserId, pair.toUserId, row?.added_at ?? 0]
      const digest = createHash('sha256').update(JSON.stringify(words)).digest('base64url').slice(0, 22)
      return { ...pair, key: `console:${digest}`, isOurs: false }
    },
  }
}
export type ConsoleMoves = ReturnType<typeof createConsoleMoves>
