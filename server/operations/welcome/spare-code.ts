import type { Tx } from '../../core/db/tx.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { FriendshipKey } from './welcome-store.ts'
import type { WelcomeWanted } from './welcome-wanted.ts'

/* A friendship may bring a second code while the first is under way: the guide accepts a half add, the customer agrees to
   chat archiving. It waits for what becomes of the first. */

const WHERE = 'external_userid = ? AND userid = ? AND added_at = ?'
const params = (key: FriendshipKey): (string | number)[] => [key.externalUserId, key.userId, key.addedAtMs]

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
    await tx.run('DELETE FROM welcome_spare WHERE kept_at < ?', [nowMs - MINUTE_MS])
    await tx.upsert('welcome_spare', [row], ['external_userid', 'userid', 'added_at'])
  },
  /** Takes it out; undefined when there is none. */
  take: async (tx: Tx, key: FriendshipKey): Promise<WelcomeWanted | undefined> => {
    const row = await tx.row<{ wanted: string }>(`SELECT wanted FROM welcome_spare WHERE ${WHERE}`, params(key))
    if (row === undefined) return undefined
    await tx.run(`DELETE FROM welcome_spare WHERE ${WHERE}`, params(key))
    return JSON.parse(row.wanted) as WelcomeWanted
  },
}
