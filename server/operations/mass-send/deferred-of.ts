import { list, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { recipientsOf } from './recipients-of.ts'
import type { ChatType } from './send-states.ts'

/** Whom a run had no place for, by external_userid or chat_id, page after page. */
export async function deferredOf(
  tx: ReadTx,
  { runId, chatType }: { runId: number; chatType: ChatType },
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const { table, whose } = recipientsOf({ chat_type: chatType })
  const rows = await tx.rows(
    sql`SELECT ${select({ id: whose })} FROM ${table}
        WHERE ${table.run_id} = ${runId} AND ${table.outcome} = 'deferred' AND ${whose} > ${after}
        ORDER BY ${whose} LIMIT ${limit}`,
  )
  return rows.map(({ id }) => id)
}

/** Those of these whom it had no place for. */
export async function deferredAmong(
  tx: ReadTx,
  { runId, chatType }: { runId: number; chatType: ChatType },
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const { table, whose } = recipientsOf({ chat_type: chatType })
  const rows = await tx.rows(
    sql`SELECT ${select({ id: whose })} FROM ${table}
        WHERE ${table.run_id} = ${runId} AND ${table.outcome} = 'deferred' AND ${whose} IN ${list(ids)}`,
  )
  return new Set(rows.map(({ id }) => id))
}
