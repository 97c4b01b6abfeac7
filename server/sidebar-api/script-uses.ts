import type { Tx } from '../core/db/tx.ts'

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
    (await tx.insertIgnore('script_use', [
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
    const rows = await tx.rows<{ script_id: string; last_at: number }>(
      `SELECT script_id, MAX(sent_at) AS last_at FROM script_use
       WHERE external_userid = ? AND script_id IS NOT NULL GROUP BY script_id`,
      [externalUserId],
    )
    return new Map(rows.map((row) => [row.script_id, Number(row.last_at)]))
  },
}
