import type { RowOf } from '../../core/db/define-table.ts'
import { all, list, lock, pick, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Ladder, Level } from '../../rules/book/rule-book.ts'
import type { Standing } from './judge.ts'
import { CUSTOMER_TIER } from './tier-tables.ts'

/** Where one customer stands on one ladder, and why. */
export interface CustomerTier extends Standing {
  externalUserId: string
  ladder: string
  sinceMs: number
  /** Of the ladder's rule when it was decided. */
  version: string
  reason: Reason
}

/** Where somebody who was looked at stands. */
export interface Judged {
  /** On the ladders of the rules; undefined where it is to be read again. */
  tiers: CustomerTier[] | undefined
  /** They were nowhere before, and are where everybody begins: nothing stands that was proposed, and they have no seat. */
  isNew: boolean
}

export const pathOf = (ladder: string, level: string): string => `${ladder}/${level}`

type TierRow = RowOf<typeof CUSTOMER_TIER>

const toTier = (row: TierRow): CustomerTier => ({
  externalUserId: row.external_userid,
  ladder: row.ladder,
  level: row.path.slice(row.ladder.length + 1),
  sinceMs: row.since,
  heldFromMs: row.held_from ?? undefined,
  entitledUntilMs: row.entitled_until ?? undefined,
  version: row.version,
  reason: JSON.parse(row.reason) as Reason,
})

/** `where`: with its ORDER BY. */
export async function tiersWhere(tx: Tx, where: Sql): Promise<CustomerTier[]> {
  return (await tx.rows(sql`SELECT ${all(CUSTOMER_TIER)} FROM ${CUSTOMER_TIER} WHERE ${where}`)).map(toTier)
}

const isTierOf = (ladder: string, externalUserId: string): Sql =>
  sql`${CUSTOMER_TIER.external_userid} = ${externalUserId} AND ${CUSTOMER_TIER.ladder} = ${ladder}`

/** Writes what is new about where a customer stands. */
export async function changeTier(
  tx: Tx,
  ladder: string,
  externalUserId: string,
  changes: Partial<TierRow>,
): Promise<void> {
  await tx.run(
    sql`UPDATE ${CUSTOMER_TIER} SET ${set(CUSTOMER_TIER, changes)} WHERE ${isTierOf(ladder, externalUserId)}`,
  )
}

/** What a move changes of where a customer stands. */
export type Former = Pick<TierRow, 'path' | 'since' | 'held_from' | 'entitled_until' | 'version' | 'reason'>

/** Undefined: on no level. */
export const formerOf = (tx: Tx, ladder: string, externalUserId: string): Promise<Former | undefined> =>
  tx.row(
    sql`SELECT ${pick(CUSTOMER_TIER, 'path', 'since', 'held_from', 'entitled_until', 'version', 'reason')}
        FROM ${CUSTOMER_TIER} WHERE ${isTierOf(ladder, externalUserId)}`,
  )

/** By external_userid. */
export async function tiersOn(tx: Tx, ladder: string, externalUserIds: string[]): Promise<Map<string, CustomerTier>> {
  if (externalUserIds.length === 0) return new Map()
  const found = await tiersWhere(
    tx,
    sql`${CUSTOMER_TIER.ladder} = ${ladder} AND ${CUSTOMER_TIER.external_userid} IN ${list(externalUserIds)}`,
  )
  return new Map(found.map((tier) => [tier.externalUserId, tier]))
}

/** By ladder. For this transaction alone: two that judge the same customer at once must come one after the other. */
export async function lockTiers(
  tx: Tx,
  ladders: readonly string[],
  externalUserId: string,
): Promise<Map<string, CustomerTier>> {
  const { external_userid, ladder } = CUSTOMER_TIER
  const isTheirs = sql`${external_userid} = ${externalUserId} AND ${ladder} IN ${list(ladders)}`
  // In one order, so that no two hold what the other one waits for.
  const found = await tiersWhere(tx, sql`${isTheirs} ORDER BY ${ladder} ${lock()}`)
  return new Map(found.map((tier) => [tier.ladder, tier]))
}

export interface Placing {
  externalUserId: string
  level: Level
  reason: Reason
}

/** Puts customers onto a ladder on which they are not yet; gives how many were new. Free to move at once. */
export async function place(tx: Tx, ladder: Ladder, placings: Placing[], nowMs: number): Promise<number> {
  return placings.length === 0 ? 0 : tx.insertIgnore(CUSTOMER_TIER, toRows(ladder, placings, nowMs))
}

/** Puts one customer onto several ladders; gives where they stand when all of it is new, which is then this transaction's
 *  alone. */
export async function placeOnAll(
  tx: Tx,
  placings: readonly (Placing & { ladder: Ladder })[],
  nowMs: number,
): Promise<CustomerTier[] | undefined> {
  const rows = placings.flatMap((one) => toRows(one.ladder, [one], nowMs))
  if ((await tx.insertIgnore(CUSTOMER_TIER, rows)) < rows.length) return undefined
  return placings.map(({ externalUserId, ladder, level, reason }) => ({
    ...{ externalUserId, ladder: ladder.name, level: level.name, sinceMs: nowMs, heldFromMs: undefined },
    ...{ entitledUntilMs: entitledUntil(level, nowMs), version: ladder.version, reason },
  }))
}

/** The same for whoever need not know. */
export const placeLater = (tx: Tx, ladder: Ladder, placings: Placing[], nowMs: number): Promise<void> =>
  tx.insertLater(CUSTOMER_TIER, toRows(ladder, placings, nowMs))

const toRows = (ladder: Ladder, placings: Placing[], nowMs: number) =>
  placings.map(({ externalUserId, level, reason }) => ({
    external_userid: externalUserId,
    ladder: ladder.name,
    path: pathOf(ladder.name, level.name),
    since: nowMs,
    held_from: null,
    entitled_until: entitledUntil(level, nowMs) ?? null,
    version: ladder.version,
    reason: JSON.stringify(reason),
  }))

export const entitledUntil = ({ value }: Level, fromMs: number): number | undefined =>
  value.lastsDays === undefined ? undefined : fromMs + value.lastsDays * DAY_MS
