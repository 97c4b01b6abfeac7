import { select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { FOLLOW } from './customer-tables.ts'

const f = FOLLOW

/** Which guides had this customer as a friend at an instant, by whom they were added first; UTC milliseconds, `addedAtMs` 0: not
 *  known when. Whoever was lost and came back later counts from when they came back: only the present friendship is kept. */
export async function friendsAt(
  tx: ReadTx,
  externalUserId: string,
  atMs: number,
): Promise<{ userId: string; addedAtMs: number; channel: string | undefined }[]> {
  const friend = select({ userId: f.userid, addedAtMs: f.added_at, channel: f.channel })
  const rows = await tx.rows(
    sql`SELECT ${friend} FROM ${f}
        WHERE ${f.external_userid} = ${externalUserId} AND ${f.half} = 0 AND COALESCE(${f.added_at}, 0) <= ${atMs}
          AND (${f.active} = 1 OR ${f.lost_at} > ${atMs})
        ORDER BY COALESCE(${f.added_at}, 0), ${f.id}`,
  )
  return rows.map(({ userId, addedAtMs, channel }) => ({
    userId,
    addedAtMs: addedAtMs ?? 0,
    channel: channel ?? undefined,
  }))
}
