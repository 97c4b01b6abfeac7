import { eachChunk } from '../../core/db/each-chunk.ts'
import { every, list, pick, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { type ConsentKind, CONSENT as c } from './privacy-tables.ts'

/** Those of these customers who have refused all of it at any moment from `sinceMs` until now, though they may allow it by now:
 *  what is known of them begins anew. From the table; for few. */
export async function refusedSince(
  tx: ReadTx,
  kind: ConsentKind,
  externalUserIds: readonly string[],
  sinceMs: number,
): Promise<Set<string>> {
  const words = await eachChunk(externalUserIds, (part) => {
    const isTheirs = every([
      sql`${c.external_userid} IN ${list(part)}`,
      sql`${c.kind} = ${kind}`,
      sql`${c.scope} = ${''}`,
    ])
    return tx.rows(
      sql`SELECT ${pick(c, 'external_userid', 'state', 'at', 'until_at')} FROM ${c} WHERE ${isTheirs} ORDER BY ${c.id}`,
    )
  })
  const found = new Set<string>()
  /** The word that holds, and until when if there is no other. */
  const refusals = new Map<string, number>()
  for (const { external_userid: id, state, at, until_at } of words) {
    // Until this word was said the one before held, unless it had an end.
    if (Math.min(refusals.get(id) ?? 0, at) >= sinceMs) found.add(id)
    refusals.set(id, state === 'refused' ? (until_at ?? Number.POSITIVE_INFINITY) : 0)
  }
  for (const [id, untilMs] of refusals) if (untilMs >= sinceMs) found.add(id)
  return found
}
