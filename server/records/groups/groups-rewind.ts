import type { Row } from '../../core/db/tx.ts'
import { firstOf, type RecordedEvent, type Rewind } from '../../engine/inbox/rewind.ts'
import { GroupJoined, GroupLeft } from './group-events.ts'

const isOfMembers = ({ kind }: RecordedEvent): boolean => kind === GroupJoined.kind || kind === GroupLeft.kind
const keyOf = ({ payload }: RecordedEvent): string => `${String(payload.chatId)} ${String(payload.externalUserId)}`
const where = 'chat_id = ? AND member_id = ?'

/** Who joined since is not there yet, who left is there still; their events let them come and go again. How full a group
 *  is stays as it is now. */
export function createGroupsRewind(): Rewind {
  const members = new Map<string, Row>()
  const idsOf = ({ payload }: RecordedEvent) => [String(payload.chatId), String(payload.externalUserId)]

  return {
    turnBack: async (tx, _atMs, later) => {
      for (const [key, event] of firstOf(later, (one) => (isOfMembers(one) ? keyOf(one) : undefined))) {
        const row = await tx.row<Row>(`SELECT * FROM chat_member WHERE ${where}`, idsOf(event))
        if (row !== undefined) members.set(key, row)
        if (event.kind === GroupJoined.kind) await tx.run(`DELETE FROM chat_member WHERE ${where}`, idsOf(event))
        else await tx.run(`UPDATE chat_member SET left_at = NULL WHERE ${where}`, idsOf(event))
      }
    },
    tell: async (tx, event) => {
      if (!isOfMembers(event)) return
      const atMs = Number(event.payload.atMs)
      if (event.kind === GroupLeft.kind) {
        await tx.run(`UPDATE chat_member SET left_at = ? WHERE ${where}`, [atMs, ...idsOf(event)])
        return
      }
      const row = members.get(keyOf(event))
      if (row !== undefined) await tx.insertIgnore('chat_member', [row])
      await tx.run(`UPDATE chat_member SET joined_at = ?, left_at = NULL WHERE ${where}`, [atMs, ...idsOf(event)])
    },
  }
}
