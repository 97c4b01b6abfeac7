import type { Db } from '../../core/db/db.ts'
import { list, number, pick, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { touches } from '../../records/touches/touches.ts'
import { SEND_GROUP as g } from './send-tables.ts'

/** Outcomes per transaction. */
const PAGE = 500

/** Writes what has arrived in groups since the last time into the ledger that the next send asks. Safe to cut off and to
 *  repeat. */
export async function tellGroups(db: Db): Promise<void> {
  while ((await db.tx(tellPage)) === PAGE) {
    // A full page: there may be more.
  }
}

async function tellPage(tx: Tx): Promise<number> {
  const rows = await tx.rows(
    // Where a note is due there is an outcome, and so its instant.
    sql`SELECT ${pick(g, 'id', 'run_id', 'chat_id', 'userid', 'outcome')}, ${select({ atMs: number(sql`${g.outcome_at}`) })}
        FROM ${g} WHERE ${g.note_due} = 1 ORDER BY ${g.id} LIMIT ${PAGE}`,
  )
  if (rows.length === 0) return 0
  await touches.groups.add(
    tx,
    rows
      .filter(({ outcome }) => outcome === 'sent')
      .map((row) => ({
        key: `send:${row.run_id}:${row.chat_id}`,
        chatId: row.chat_id,
        userId: row.userid ?? undefined,
        kind: 'send',
        atMs: row.atMs,
      })),
  )
  await tx.run(sql`UPDATE ${g} SET ${set(g, { note_due: 0 })} WHERE ${g.id} IN ${list(rows.map(({ id }) => id))}`)
  return rows.length
}
