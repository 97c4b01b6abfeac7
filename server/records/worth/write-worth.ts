import { eachChunk } from '../../core/db/each-chunk.ts'
import { isWithin } from '../../core/db/span.ts'
import { list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reckoned } from './model/model.ts'
import { CUSTOMER_WORTH } from './worth-tables.ts'

const w = CUSTOMER_WORTH
const SCORE = pick(w, 'external_userid', 'alive_percent', 'orders90_hundredths', 'value90_fen')

export interface Written {
  after: string
  last: string | undefined
  /** Rows that are looked at in one transaction. */
  limit: number
  /** Which of these there is still something to reckon by, as it stands in the tables now: who was reckoned was read in another
   *  transaction, and may have been erased since, or refuse to be judged. */
  stillAmong(externalUserIds: readonly string[]): Promise<Set<string>>
}

/** Writes what is other than before among the customers behind `after` up to `last` (undefined: to the end); who is not among
 *  them any more loses it. Gives behind whom it is gone on with, where many have lost it; undefined: all is written. */
export async function writeWorth(
  tx: Tx,
  reckoned: ReadonlyMap<string, Reckoned>,
  { after, last, limit, stillAmong }: Written,
): Promise<string | undefined> {
  const stored = await tx.rows(
    sql`SELECT ${SCORE} FROM ${w} WHERE ${isWithin(w.external_userid, { after, upTo: last })}
        ORDER BY ${w.external_userid} LIMIT ${limit}`,
  )
  const before = new Map(stored.map((row) => [row.external_userid, row]))
  const end = stored.length < limit ? last : stored.at(-1)?.external_userid
  const isCut = end !== last
  // Who is new comes with the last part: in it belongs whoever is in none.
  const looked = isCut ? [...reckoned].filter(([id]) => before.has(id)) : [...reckoned]
  const changed = looked
    .map(([externalUserId, one]) => ({
      external_userid: externalUserId,
      alive_percent: one.alivePercent,
      orders90_hundredths: one.orders90Hundredths,
      value90_fen: one.value90Fen,
    }))
    .filter((row) => {
      const old = before.get(row.external_userid)
      return (
        old === undefined ||
        old.alive_percent !== row.alive_percent ||
        old.orders90_hundredths !== row.orders90_hundredths ||
        old.value90_fen !== row.value90_fen
      )
    })
  const fresh = changed.map((row) => row.external_userid).filter((id) => !before.has(id))
  const still = fresh.length === 0 ? new Set<string>() : await stillAmong(fresh)
  const written = changed.filter(({ external_userid: id }) => before.has(id) || still.has(id))
  if (written.length > 0) await tx.upsert(w, written, ['external_userid'])
  const gone = [...before.keys()].filter((id) => !reckoned.has(id))
  await eachChunk(gone, async (part) => [
    await tx.run(sql`DELETE FROM ${w} WHERE ${w.external_userid} IN ${list(part)}`),
  ])
  return isCut ? end : undefined
}
