import { eachChunk } from '../../core/db/each-chunk.ts'
import { every, list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reckoned } from './model/model.ts'
import { CUSTOMER_WORTH } from './worth-tables.ts'

const w = CUSTOMER_WORTH
const SCORE = pick(w, 'external_userid', 'alive_percent', 'orders90_hundredths', 'value90_fen')

/** Writes what is other than before among the customers behind `after` up to `last` (undefined: to the end); who is not among
 *  them any more loses it. */
export async function writeWorth(
  tx: Tx,
  reckoned: ReadonlyMap<string, Reckoned>,
  { after, last }: { after: string; last: string | undefined },
): Promise<void> {
  const upTo = last === undefined ? [] : [sql`${w.external_userid} <= ${last}`]
  const isBetween = every([sql`${w.external_userid} > ${after}`, ...upTo])
  const stored = await tx.rows(sql`SELECT ${SCORE} FROM ${w} WHERE ${isBetween}`)
  const before = new Map(stored.map((row) => [row.external_userid, row]))
  const changed = [...reckoned]
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
  if (changed.length > 0) await tx.upsert(w, changed, ['external_userid'])
  const gone = [...before.keys()].filter((id) => !reckoned.has(id))
  await eachChunk(gone, async (part) => [
    await tx.run(sql`DELETE FROM ${w} WHERE ${w.external_userid} IN ${list(part)}`),
  ])
}
