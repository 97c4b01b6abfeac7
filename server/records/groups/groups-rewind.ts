import type { RowOf } from '../../core/db/define-table.ts'
import { all, type Sql, set, sql } from '../../core/db/sql.ts'
import { firstOf, type RecordedEvent, type Rewind } from '../../engine/inbox/rewind.ts'
import { GroupJoined, GroupLeft } from './group-events.ts'
import { CHAT_MEMBER, GROUP_STEP } from './group-tables.ts'

const m = CHAT_MEMBER

const isOfMembers = ({ kind }: RecordedEvent): boolean => kind === GroupJoined.kind || kind === GroupLeft.kind
const keyOf = ({ payload }: RecordedEvent): string => `${String(payload.chatId)} ${String(payload.externalUserId)}`
/** The membership that an event is about. */
const isAbout = ({ payload }: RecordedEvent): Sql =>
  sql`${m.chat_id} = ${String(payload.chatId)} AND ${m.member_id} = ${String(payload.externalUserId)}`

/** Who joined since is not there yet, who left is there still; their events let them come and go again. Steps of group SOPs that came
 *  since are still to come, also for a group that had them once before. How full a group is stays as it is now, and so do its tags. */
export function createGroupsRewind(): Rewind {
  const members = new Map<string, RowOf<typeof CHAT_MEMBER>>()

  return {
    turnBack: async (tx, atMs, later) => {
      await tx.run(sql`DELETE FROM ${GROUP_STEP} WHERE ${GROUP_STEP.given_at} > ${atMs}`)
      for (const [key, event] of firstOf(later, (one) => (isOfMembers(one) ? keyOf(one) : undefined))) {
        const row = await tx.row(sql`SELECT ${all(m)} FROM ${m} WHERE ${isAbout(event)}`)
        if (row !== undefined) members.set(key, row)
        if (event.kind === GroupJoined.kind) await tx.run(sql`DELETE FROM ${m} WHERE ${isAbout(event)}`)
        else await tx.run(sql`UPDATE ${m} SET ${set(m, { left_at: null })} WHERE ${isAbout(event)}`)
      }
    },
    tell: async (tx, event) => {
      if (!isOfMembers(event)) return
      const atMs = Number(event.payload.atMs)
      if (event.kind === GroupLeft.kind) {
        await tx.run(sql`UPDATE ${m} SET ${set(m, { left_at: atMs })} WHERE ${isAbout(event)}`)
        return
      }
      const row = members.get(keyOf(event))
      if (row !== undefined) await tx.insertIgnore(m, [row])
      await tx.run(sql`UPDATE ${m} SET ${set(m, { joined_at: atMs, left_at: null })} WHERE ${isAbout(event)}`)
    },
  }
}
