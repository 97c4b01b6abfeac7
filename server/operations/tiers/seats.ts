import { list, pick, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { TIER_SEAT } from './tier-tables.ts'

const isSeatOf = (ladder: string, externalUserId: string): Sql =>
  sql`${TIER_SEAT.external_userid} = ${externalUserId} AND ${TIER_SEAT.ladder} = ${ladder}`

/** Which customer has a place at which guide of a level. */
export const seats = {
  sit: (tx: Tx, ladder: string, level: string, externalUserId: string, userId: string): Promise<void> =>
    tx.upsert(
      TIER_SEAT,
      [{ external_userid: externalUserId, ladder, level, userid: userId }],
      ['external_userid', 'ladder'],
    ),
  vacate: async (tx: Tx, ladder: string, externalUserId: string): Promise<void> => {
    await tx.run(sql`DELETE FROM ${TIER_SEAT} WHERE ${isSeatOf(ladder, externalUserId)}`)
  },
  vacateAllOf: async (tx: Tx, userId: string): Promise<void> => {
    await tx.run(sql`DELETE FROM ${TIER_SEAT} WHERE ${TIER_SEAT.userid} = ${userId}`)
  },
  /** The ladders on which this customer has a place. */
  laddersOf: async (tx: Tx, externalUserId: string): Promise<Set<string>> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(TIER_SEAT, 'ladder')} FROM ${TIER_SEAT} WHERE ${TIER_SEAT.external_userid} = ${externalUserId}`,
    )
    return new Set(rows.map((seat) => seat.ladder))
  },
  /** The levels on which these customers have a place; who has none is not in it. */
  levelsOf: async (tx: Tx, ladder: string, externalUserIds: readonly string[]): Promise<Map<string, string>> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(TIER_SEAT, 'external_userid', 'level')} FROM ${TIER_SEAT}
          WHERE ${TIER_SEAT.ladder} = ${ladder} AND ${TIER_SEAT.external_userid} IN ${list(externalUserIds)}`,
    )
    return new Map(rows.map((seat) => [seat.external_userid, seat.level]))
  },
  guideRenamed: async (tx: Tx, oldUserId: string, newUserId: string): Promise<void> => {
    const seat = set(TIER_SEAT, { userid: newUserId })
    await tx.run(sql`UPDATE ${TIER_SEAT} SET ${seat} WHERE ${TIER_SEAT.userid} = ${oldUserId}`)
  },
}
