import { number, select, sql, words } from '../core/db/sql.ts'
import type { Tx } from '../core/db/tx.ts'
import { SCRIPT_USE } from '../operations/scripts-library/script-tables.ts'

export interface ScriptUse {
  /** Made by the sidebar, once per tap. */
  key: string
  externalUserId: string
  userId: string
  scriptId: string | undefined
  taskId: number | undefined
  sentAtMs: number
}

/** Which prepared words went to whom: so that the same are not proposed again, and for counting what is used. */
export const scriptUses = {
  /** True when new; the same tap told twice changes nothing. */
  add: async (tx: Tx, use: ScriptUse): Promise<boolean> =>
    (await tx.insertIgnore(SCRIPT_USE, [
      {
        use_key: `${use.userId}:${use.key}`,
        external_userid: use.externalUserId,
        userid: use.userId,
        script_id: use.scriptId ?? null,
        task_id: use.taskId ?? null,
        sent_at: use.sentAtMs,
      },
    ])) > 0,
  /** When each script last went from any guide to this customer, by script id. */
  lastSent: async (tx: Tx, externalUserId: string): Promise<Map<string, number>> => {
    const { script_id, sent_at } = SCRIPT_USE
    const rows = await tx.rows(
      sql`SELECT ${select({ scriptId: words(sql`${script_id}`), lastAtMs: number(sql`MAX(${sent_at})`) })} FROM ${SCRIPT_USE}
          WHERE ${SCRIPT_USE.external_userid} = ${externalUserId} AND ${script_id} IS NOT NULL GROUP BY ${script_id}`,
    )
    return new Map(rows.map((row) => [row.scriptId, row.lastAtMs]))
  },
}
