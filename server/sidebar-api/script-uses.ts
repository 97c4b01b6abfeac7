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
  /** In the list that was shown, from 1. */
  place?: number | undefined
  /** That list, by id. */
  shown?: readonly string[] | undefined
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
        place: use.place ?? null,
        shown: use.shown === undefined ? null : JSON.stringify(use.shown),
        sent_at: use.sentAtMs,
      },
    ])) > 0,
  /** When something was last sent for each to-do about this customer, by its id. */
  sentFor: async (tx: Tx, externalUserId: string): Promise<Map<number, number>> => {
    const { task_id, sent_at } = SCRIPT_USE
    const rows = await tx.rows(
      sql`SELECT ${select({ taskId: number(sql`${task_id}`), atMs: number(sql`MAX(${sent_at})`) })} FROM ${SCRIPT_USE}
          WHERE ${SCRIPT_USE.external_userid} = ${externalUserId} AND ${task_id} IS NOT NULL GROUP BY ${task_id}`,
    )
    return new Map(rows.map((row) => [row.taskId, row.atMs]))
  },
  /** What this guide sent of late, the last first, each once. */
  recentOf: async (
    tx: Tx,
    userId: string,
    { sinceMs, limit }: { sinceMs: number; limit: number },
  ): Promise<string[]> => {
    const { script_id, sent_at } = SCRIPT_USE
    const rows = await tx.rows(
      sql`SELECT ${select({ scriptId: words(sql`${script_id}`), atMs: number(sql`MAX(${sent_at})`) })} FROM ${SCRIPT_USE}
          WHERE ${SCRIPT_USE.userid} = ${userId} AND ${sent_at} >= ${sinceMs} AND ${script_id} IS NOT NULL
          GROUP BY ${script_id} ORDER BY MAX(${sent_at}) DESC, ${script_id} LIMIT ${limit}`,
    )
    return rows.map((row) => row.scriptId)
  },
  /** When each guide last sent each script to this customer. */
  lastSent: (tx: Tx, externalUserId: string): Promise<{ scriptId: string; userId: string; atMs: number }[]> => {
    const { script_id, userid, sent_at } = SCRIPT_USE
    const last = select({ scriptId: words(sql`${script_id}`), userId: userid, atMs: number(sql`MAX(${sent_at})`) })
    return tx.rows(
      sql`SELECT ${last} FROM ${SCRIPT_USE}
          WHERE ${SCRIPT_USE.external_userid} = ${externalUserId} AND ${script_id} IS NOT NULL
          GROUP BY ${script_id}, ${userid}`,
    )
  },
}
