import type { Tx } from '../../core/db/tx.ts'
import { startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Purchases } from '../orders/order-queries.ts'
import { pointsOf } from './quintiles.ts'
import type { ScoreCuts } from './score-queries.ts'

interface StoredScore {
  external_userid: string
  r: number
  f: number
  m: number
}

/** Writes what is other than before among the customers behind `after` up to `last` (undefined: to the end); who has no paid
 *  order any more loses the score. */
export async function writeScores(
  tx: Tx,
  cuts: ScoreCuts,
  page: Purchases[],
  { after, last }: { after: string; last: string | undefined },
): Promise<void> {
  const upTo = last === undefined ? '' : 'AND external_userid <= ?'
  const stored = await tx.rows<StoredScore>(
    `SELECT external_userid, r, f, m FROM customer_score WHERE external_userid > ? ${upTo}`,
    [after, ...(last === undefined ? [] : [last])],
  )
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
      return old === undefined || Number(old.r) !== row.r || Number(old.f) !== row.f || Number(old.m) !== row.m
    })
  if (changed.length > 0) await tx.upsert('customer_score', changed, ['external_userid'])
  const here = new Set(page.map((one) => one.externalUserId))
  const gone = [...before.keys()].filter((id) => !here.has(id))
  for (let at = 0; at < gone.length; at += 1_000) {
    const part = gone.slice(at, at + 1_000)
    await tx.run(`DELETE FROM customer_score WHERE external_userid IN (${part.map(() => '?').join(', ')})`, part)
  }
}
