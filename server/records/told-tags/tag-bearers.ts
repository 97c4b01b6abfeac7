import { list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { TOLD_TAG_BEARER as b } from './told-tag-tables.ts'

/** The guides at whom a customer bore a tag before a word about it, by the word's id. */
export const tagBearers = {
  of: async (tx: Tx, toldTagId: number): Promise<string[]> => {
    const rows = await tx.rows(sql`SELECT ${pick(b, 'userid')} FROM ${b} WHERE ${b.told_tag_id} = ${toldTagId}`)
    return rows.map(({ userid }) => userid)
  },

  /** In place of those that were kept. Safe to repeat. */
  keep: async (tx: Tx, toldTagId: number, userIds: readonly string[]): Promise<void> => {
    await tx.run(sql`DELETE FROM ${b} WHERE ${b.told_tag_id} = ${toldTagId}`)
    if (userIds.length === 0) return
    await tx.insertIgnore(
      b,
      [...new Set(userIds)].map((userid) => ({ told_tag_id: toldTagId, userid })),
    )
  },

  /** A guide goes by another userid. Safe to repeat. */
  rename: async (tx: Tx, oldUserId: string, newUserId: string): Promise<void> => {
    const rows = await tx.rows(sql`SELECT ${pick(b, 'id', 'told_tag_id')} FROM ${b} WHERE ${b.userid} = ${oldUserId}`)
    if (rows.length === 0) return
    await tx.insertIgnore(
      b,
      rows.map(({ told_tag_id }) => ({ told_tag_id, userid: newUserId })),
    )
    await tx.run(sql`DELETE FROM ${b} WHERE ${b.id} IN ${list(rows.map(({ id }) => id))}`)
  },
}
