import type { RowOf } from '../../core/db/define-table.ts'
import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { CHAT_GROUP } from './group-tables.ts'

export type StoredGroup = RowOf<typeof CHAT_GROUP>
const g = CHAT_GROUP

export const storedGroup = (tx: Tx, chatId: string): Promise<StoredGroup | undefined> =>
  tx.row(sql`SELECT ${all(g)} FROM ${g} WHERE ${g.chat_id} = ${chatId}`)

export const updateGroup = (tx: Tx, chatId: string, changes: Partial<StoredGroup>): Promise<number> =>
  tx.run(sql`UPDATE ${g} SET ${set(g, changes)} WHERE ${g.chat_id} = ${chatId}`)

/** Makes a row for a group; a known one changes nothing. */
export async function keepGroup(tx: Tx, chatId: string, nowMs: number): Promise<void> {
  await tx.insertIgnore(g, [{ chat_id: chatId, known_at: nowMs }])
}
