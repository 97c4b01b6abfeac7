import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, every, list, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Measured } from '../orders/purchases-by.ts'
import type { Measure } from './measure.ts'
import { pointsOf } from './quantiles.ts'
import type { ScoreCuts } from './score-queries.ts'
import { CUSTOMER_SCORE, SCORE_MOVE } from './score-tables.ts'

const s = CUSTOMER_SCORE

export interface ScoreMove {
  externalUserId: string
  from: string | null
  to: string | null
}

/** Writes what is other than before among the customers behind `after` up to `last` (undefined: to the end); who has no order
 *  that counts any more loses the score. Gives who is called otherwise now. `atMs`: from when on that is so. */
export async function writeScores(
  tx: Tx,
  { cuts, nameOf, atMs }: { cuts: ScoreCuts; nameOf: Measure['nameOf']; atMs: number },
  page: Measured[],
  { after, last }: { after: string; last: string | undefined },
): Promise<ScoreMove[]> {
  const upTo = last === undefined ? [] : [sql`${s.external_userid} <= ${last}`]
  const isBetween = every([sql`${s.external_userid} > ${after}`, ...upTo])
  const stored = await tx.rows(sql`SELECT ${all(s)} FROM ${s} WHERE ${isBetween}`)
  const before = new Map(stored.map((row) => [row.external_userid, row]))
  const moves: ScoreMove[] = []
  const changed = page.flatMap((one) => {
    const cell = {
      r: pointsOf(cuts.r, startOfShanghaiDay(one.lastAtMs)),
      f: pointsOf(cuts.f, one.often),
      m: pointsOf(cuts.m, one.sumFen),
    }
    const old = before.get(one.externalUserId)
    const name = nameOf?.(cell) ?? null
    const from = old?.name ?? null
    if (from !== name) moves.push({ externalUserId: one.externalUserId, from, to: name })
    else if (old !== undefined && old.r === cell.r && old.f === cell.f && old.m === cell.m) return []
    const since = name === null ? null : from === name ? (old?.since ?? atMs) : atMs
    return [{ external_userid: one.externalUserId, ...cell, name, since }]
  })
  if (changed.length > 0) await tx.upsert(s, changed, ['external_userid'])
  const here = new Set(page.map((one) => one.externalUserId))
  const gone = [...before.values()].filter((row) => !here.has(row.external_userid))
  for (const { external_userid, name } of gone)
    if (name !== null) moves.push({ externalUserId: external_userid, from: name, to: null })
  await eachChunk(
    gone.map((row) => row.external_userid),
    async (part) => [await tx.run(sql`DELETE FROM ${s} WHERE ${s.external_userid} IN ${list(part)}`)],
  )
  return moves
}

/** What was written of these customers is forgotten: they do not want to be judged by machines. */
export async function forgetMoves(tx: Tx, externalUserIds: readonly string[]): Promise<void> {
  await eachChunk([...externalUserIds], async (part) => [
    await tx.run(sql`DELETE FROM ${SCORE_MOVE} WHERE ${SCORE_MOVE.external_userid} IN ${list(part)}`),
  ])
}
