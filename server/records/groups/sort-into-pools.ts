import { eachChunk } from '../../core/db/each-chunk.ts'
import { list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { CHAT_GROUP } from './group-tables.ts'
import { intoPool } from './into-pool.ts'
import { poolOf } from './pool-of.ts'

const g = CHAT_GROUP

/** Rules may have put groups into other pools since they were read. One reading, and one statement for all groups that move alike. Safe
 *  to repeat. */
export async function sortIntoPools(
  tx: Tx,
  { clock, rules }: { clock: Clock; rules: Pick<RuleBookHolder, 'current'> },
): Promise<void> {
  const book = rules.current()
  const rows = await tx.rows(
    sql`SELECT ${pick(g, 'chat_id', 'name', 'pool', 'pool_since', 'former_pool', 'former_pool_since', 'detail_at')} FROM ${g}
        WHERE ${g.dismissed_at} IS NULL`,
  )
  const moved = rows.flatMap((row) => {
    const pool = poolOf(book, { chatId: row.chat_id, name: row.name ?? '' }) ?? null
    if (pool === row.pool) return []
    // Not read yet: only its id can have told the pool.
    const known = { ...row, detail_at: row.detail_at ?? 0 }
    return [{ chatId: row.chat_id, place: intoPool(known, pool, { isNamedAnew: false, nowMs: clock.now() }) }]
  })
  for (const alike of groupBy(moved, ({ place }) => JSON.stringify(place)).values()) {
    const [first] = alike
    if (first === undefined) continue
    const chatIds = alike.map(({ chatId }) => chatId)
    await eachChunk(chatIds, async (part) => [
      await tx.run(sql`UPDATE ${g} SET ${set(g, first.place)} WHERE ${g.chat_id} IN ${list(part)}`),
    ])
  }
}
