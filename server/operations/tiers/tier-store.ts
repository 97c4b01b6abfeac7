import type { SqlValue, Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Ladder, Level } from '../../rules/book/rule-book.ts'
import type { Standing } from './judge.ts'

/** Where one customer stands on one ladder, and why. */
export interface CustomerTier extends Standing {
  externalUserId: string
  ladder: string
  sinceMs: number
  /** Of the ladder's rule when it was decided. */
  version: string
  reason: Reason
}

interface StoredTier {
  external_userid: string
  ladder: string
  path: string
  since: number
  held_from: number | null
  entitled_until: number | null
  version: string
  reason: string
}

export const pathOf = (ladder: string, level: string): string => `${ladder}/${level}`

const toTier = (row: StoredTier): CustomerTier => ({
  externalUserId: row.external_userid,
  ladder: row.ladder,
  level: row.path.slice(row.ladder.length + 1),
  sinceMs: row.since,
  heldFromMs: row.held_from ?? undefined,
  entitledUntilMs: row.entitled_until ?? undefined,
  version: row.version,
  reason: JSON.parse(row.reason) as Reason,
})

const COLUMNS = 'external_userid, ladder, path, since, held_from, entitled_until, version, reason'

export async function tiersWhere(tx: Tx, where: string, params: SqlValue[]): Promise<CustomerTier[]> {
  return (await tx.rows<StoredTier>(`SELECT ${COLUMNS} FROM customer_tier WHERE ${where}`, params)).map(toTier)
}

/** By external_userid. */
export async function tiersOn(tx: Tx, ladder: string, externalUserIds: string[]): Promise<Map<string, CustomerTier>> {
  if (externalUserIds.length === 0) return new Map()
  const marks = externalUserIds.map(() => '?').join(', ')
  const found = await tiersWhere(tx, `ladder = ? AND external_userid IN (${marks})`, [ladder, ...externalUserIds])
  return new Map(found.map((tier) => [tier.externalUserId, tier]))
}

/** For this transaction alone: two that judge the same customer at once must come one after the other. */
export async function lockTier(tx: Tx, ladder: string, externalUserId: string): Promise<CustomerTier | undefined> {
  const lock = tx.dialect === 'mysql' ? ' FOR UPDATE' : ''
  return (await tiersWhere(tx, `external_userid = ? AND ladder = ?${lock}`, [externalUserId, ladder]))[0]
}

export interface Placing {
  externalUserId: string
  level: Level
  reason: Reason
}

/** Puts customers onto a ladder on which they are not yet; gives how many were new. Free to move at once. */
export async function place(tx: Tx, ladder: Ladder, placings: Placing[], nowMs: number): Promise<number> {
  if (placings.length === 0) return 0
  return tx.insertIgnore(
    'customer_tier',
    placings.map(({ externalUserId, level, reason }) => ({
      external_userid: externalUserId,
      ladder: ladder.name,
      path: pathOf(ladder.name, level.name),
      since: nowMs,
      held_from: null,
      entitled_until: entitledUntil(level, nowMs) ?? null,
      version: ladder.version,
      reason: JSON.stringify(reason),
    })),
  )
}

export const entitledUntil = ({ value }: Level, fromMs: number): number | undefined =>
  value.lastsDays === undefined ? undefined : fromMs + value.lastsDays * DAY_MS
