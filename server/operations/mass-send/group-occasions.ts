import { alias } from '../../core/db/define-table.ts'
import { list, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import type { Outcome, RunState } from './send-states.ts'
import { SEND_GROUP, SEND_RUN } from './send-tables.ts'

/** What became of one occasion of a calendar for one group. */
export interface GroupOccasion {
  name: string
  /** The day for which it was written: `2026-12-02`. */
  occasion: string
  state: RunState
  /** Null: the run has not chosen this group. */
  outcome: Outcome | null
  /** Chinese; null when the outcome says all. */
  reason: string | null
}

const r = alias(SEND_RUN, 'r')
const g = alias(SEND_GROUP, 'g')

/** Of those whose run has begun: all occasions of these names on these days. */
export async function groupOccasions(
  tx: ReadTx,
  chatId: string,
  { names, days }: { names: readonly string[]; days: readonly string[] },
): Promise<GroupOccasion[]> {
  if (names.length === 0 || days.length === 0) return []
  const found = select({
    ...{ name: r.send_name, occasion: r.occasion, state: r.state, outcome: g.outcome, reason: g.reason },
  })
  const rows = await tx.rows(
    sql`SELECT ${found} FROM ${r} LEFT JOIN ${g} ON ${g.run_id} = ${r.id} AND ${g.chat_id} = ${chatId}
        WHERE ${r.send_name} IN ${list([...names])} AND ${r.occasion} IN ${list([...days])}`,
  )
  return rows.flatMap((row) => (row.occasion === null ? [] : [{ ...row, occasion: row.occasion }]))
}
