import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, every, list, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Purchases } from '../orders/order-queries.ts'
import { pointsOf } from './quintiles.ts'
import type { ScoreCuts } from './score-queries.ts'
import { CUSTOMER_SCORE } from './score-tables.ts'

const s = CUSTOMER_SCORE

/** Writes what is other than before among the customers behind `after` up to `last` (undefined: to the end); who has no paid
 *  order any more loses the score. */
export async function writeScores(
  tx: Tx,
  cuts: ScoreCuts,
  page: Purchases[],
  { after, last }: { after: string; last: string | undefined },
): Promise<void> {
  const upTo = last === undefined ? [] : [sql`${s.external_userid} <= ${last}`]
  const isBetween = every([sql`${s.external_userid} > ${after}`, ...upTo])
  const stored = await tx.rows(sql`SELECT ${all(s)} FROM ${s} WHERE ${isBetween}`)
  const before = new Map(stored.map((row) => [row.external_userid, row]))
  const changed = page
    .map((one) => ({
      external_userid: one.externalUserId,
      r: pointsOf(cuts.r, startOfShanghaiDay(one.lastPaidAtMs)),
      f: pointsOf(cuts.f, one.paidDays),
      m: pointsOf(cuts.m, one.paidSumFen),
    }))
    .filter((row) => {
      const old = before.get(row.external_userid)
      return old === undefined || old.r !== row.r || old.f !== row.f || old.m !== row.m
    })
  if (changed.length > 0) await tx.upsert(s, changed, ['external_userid'])
  const here = new Set(page.map((one) => one.externalUserId))
  const gone = [...before.keys()].filter((id) => !here.has(id))
  await eachChunk(gone, async (part) => [
    await tx.run(sql`DELETE FROM ${s} WHERE ${s.external_userid} IN ${list(part)}`),
  ])
}
