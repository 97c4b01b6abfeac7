import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type FriendshipKey, isFriendship } from './welcome-store.ts'
import { WELCOME_SPARE } from './welcome-tables.ts'
import type { WelcomeWanted } from './welcome-wanted.ts'

/* A friendship may bring a second code while the first is under way: the guide accepts a half add, the customer agrees to
   chat archiving. It waits for what becomes of the first. */

export const spareCode = {
  /** The newest one stays: it lives longest. Safe to repeat. */
  keep: async (tx: Tx, wanted: WelcomeWanted, codeHash: string, nowMs: number): Promise<void> => {
    const row = {
      external_userid: wanted.externalUserId,
      userid: wanted.userId,
      added_at: wanted.addedAtMs,
      code_hash: codeHash,
      wanted: JSON.stringify(wanted),
      kept_at: nowMs,
    }
    // A first code that was sent leaves its spare behind.
    await tx.run(sql`DELETE FROM ${WELCOME_SPARE} WHERE ${WELCOME_SPARE.kept_at} < ${nowMs - MINUTE_MS}`)
    await tx.upsert(WELCOME_SPARE, [row], ['external_userid', 'userid', 'added_at'])
  },
  /** Takes it out; undefined when there is none. */
  take: async (tx: Tx, key: FriendshipKey): Promise<WelcomeWanted | undefined> => {
    const isSpare = isFriendship(WELCOME_SPARE, key)
    const row = await tx.row(sql`SELECT ${pick(WELCOME_SPARE, 'wanted')} FROM ${WELCOME_SPARE} WHERE ${isSpare}`)
    if (row === undefined) return undefined
    await tx.run(sql`DELETE FROM ${WELCOME_SPARE} WHERE ${isSpare}`)
    return JSON.parse(row.wanted) as WelcomeWanted
  },
}
