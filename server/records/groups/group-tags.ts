import { eachChunk } from '../../core/db/each-chunk.ts'
import { list, pick, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { GROUP_TAG } from './group-tables.ts'

const t = GROUP_TAG

/** Their tags by chat id, each list sorted; without any: left out. */
export async function groupTagsOf(tx: ReadTx, chatIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await eachChunk([...chatIds], (part) =>
    tx.rows(sql`SELECT ${pick(t, 'chat_id', 'tag')} FROM ${t} WHERE ${t.chat_id} IN ${list(part)} ORDER BY ${t.tag}`),
  )
  return new Map([...groupBy(rows, (row) => row.chat_id)].map(([id, own]) => [id, own.map(({ tag }) => tag)]))
}

/** Puts tags on groups and takes others off. Safe to repeat. */
export async function changeGroupTags(
  tx: Tx,
  chatIds: readonly string[],
  { add, remove, nowMs }: { add: readonly string[]; remove: readonly string[]; nowMs: number },
): Promise<void> {
  if (add.length > 0)
    await tx.insertIgnore(
      t,
      chatIds.flatMap((chatId) => add.map((tag) => ({ chat_id: chatId, tag, set_at: nowMs }))),
    )
  if (remove.length === 0) return
  await eachChunk(chatIds, async (part) => [
    await tx.run(sql`DELETE FROM ${t} WHERE ${t.chat_id} IN ${list(part)} AND ${t.tag} IN ${list([...remove])}`),
  ])
}
