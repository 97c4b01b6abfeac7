import { eachChunk } from '../../core/db/each-chunk.ts'
import { list, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Measure } from './measure.ts'
import { pointsOf } from './quantiles.ts'
import type { ScorePage } from './score-page.ts'
import type { ScoreCuts } from './score-queries.ts'
import { CUSTOMER_SCORE, SCORE_MOVE } from './score-tables.ts'

const s = CUSTOMER_SCORE

export interface ScoreMove {
  externalUserId: string
  from: string | null
  to: string | null
}

export interface ScoreWay {
  cuts: ScoreCuts
  nameOf: Measure['nameOf']
  /** From when on people are called so. */
  atMs: number
  /** Whether they have moved if they are called otherwise than before; otherwise the names have changed, or what we may know. */
  canMove(externalUserId: string): boolean
}

/** Writes what is other than before among the customers of a page; who has no order that counts any more loses the score. Gives
 *  who has moved. */
export async function writeScores(
  tx: Tx,
  { cuts, nameOf, atMs, canMove }: ScoreWay,
  { measured, stored }: Pick<ScorePage, 'measured' | 'stored'>,
): Promise<ScoreMove[]> {
  const before = new Map(stored.map((row) => [row.external_userid, row]))
  const moves: ScoreMove[] = []
  const changed = measured.flatMap((one) => {
    const { externalUserId } = one
    const cell = {
      r: pointsOf(cuts.r, startOfShanghaiDay(one.lastAtMs)),
      f: pointsOf(cuts.f, one.often),
      m: pointsOf(cuts.m, one.sumFen),
    }
    const old = before.get(externalUserId)
    const [from, to] = [old?.name ?? null, nameOf?.(cell) ?? null]
    const isSame = old !== undefined && old.r === cell.r && old.f === cell.f && old.m === cell.m
    if (from === to)
      return isSame ? [] : [{ external_userid: externalUserId, ...cell, name: to, since: old?.since ?? null }]
    const hasMoved = canMove(externalUserId)
    if (hasMoved) moves.push({ externalUserId, from, to })
    // When they came to what is called otherwise now is not known.
    return [{ external_userid: externalUserId, ...cell, name: to, since: hasMoved && to !== null ? atMs : null }]
  })
  if (changed.length > 0) await tx.upsert(s, changed, ['external_userid'])
  const here = new Set(measured.map((one) => one.externalUserId))
  const gone = stored.filter((row) => !here.has(row.external_userid))
  for (const { external_userid: externalUserId, name } of gone)
    if (name !== null && canMove(externalUserId)) moves.push({ externalUserId, from: name, to: null })
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
