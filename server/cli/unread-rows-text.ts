import type { Tx } from '../core/db/tx.ts'
import { syncQueries } from '../upkeep/sync/sync-queries.ts'

const MOST_LINES = 20

/** The rows of WeCom's answers that a run had to leave out, one line each, with what a person needs to find them again. */
export async function unreadRowsLines(tx: Tx, run: { id: number }): Promise<string[]> {
  const rows = await syncQueries.missedChanges.unreadOf(tx, run.id, MOST_LINES + 1)
  const lines = rows.slice(0, MOST_LINES).map((row) => `  读不懂、略过的一条：${row}`)
  return rows.length > MOST_LINES ? [...lines, `  ……只列前 ${MOST_LINES} 条，其余在服务日志里`] : lines
}
