import type { RowOf } from '../../core/db/define-table.ts'
import { all, list, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { Note, Timeline } from '../timeline/timeline.ts'
import type { DetailMember, GroupDetail } from './group-detail.ts'
import { GroupJoined, GroupLeft } from './group-events.ts'
import { CHAT_MEMBER } from './group-tables.ts'
import { membershipChanges, type StoredMember } from './membership-changes.ts'

export interface GroupOfMembers {
  chatId: string
  name: string
  pool: string | null
  /** Joinings before this are history: stored and noted, but no event. UTC milliseconds. */
  newsFromMs: number
}

const m = CHAT_MEMBER
const EXTERNAL = 2
const JOIN_TEXT: Record<number, string> = { 1: '由成员邀请', 2: '通过邀请链接', 3: '扫群二维码' }
const QUIT_TEXT: Record<number, string> = { 0: '自己退出', 1: '被移出' }

/** Who is in which group, since when, and how they came. */
export function createMembership({
  clock,
  emit,
  timeline,
}: {
  clock: Clock
  emit: Emit
  timeline: Pick<Timeline, 'noteAll'>
}) {
  const storedMembers = (tx: Tx, chatId: string): Promise<StoredMember[]> =>
    tx.rows(sql`SELECT ${all(m)} FROM ${m} WHERE ${m.chat_id} = ${chatId}`)

  const update = (tx: Tx, { id }: StoredMember, changes: Partial<RowOf<typeof m>>): Promise<number> =>
    tx.run(sql`UPDATE ${m} SET ${set(m, changes)} WHERE ${m.id} = ${id}`)

  const toRow = (chatId: string, member: DetailMember): Omit<RowOf<typeof m>, 'id'> => ({
    chat_id: chatId,
    member_id: member.userid,
    member_type: member.type,
    name: member.name ?? null,
    join_scene: member.joinScene ?? null,
    state: member.state ?? null,
    invitor: member.invitor ?? null,
    joined_at: member.joinedAtMs,
    left_at: null,
    quit_scene: null,
    quit_at: null,
  })

  async function tellJoined(tx: Tx, group: GroupOfMembers, members: { rowId: number; member: DetailMember }[]) {
    const notes: Note[] = []
    for (const { rowId, member } of members) {
      if (member.type !== EXTERNAL) continue
      const atMs = member.joinedAtMs
      const how = JOIN_TEXT[member.joinScene ?? 0]
      notes.push({
        key: `group.joined:${rowId}:${atMs}`,
        externalUserId: member.userid,
        atMs,
        kind: 'group.joined',
        text: `加入客户群「${group.name || '未命名的群'}」${how === undefined ? '' : `（${how}）`}`,
      })
      if (atMs < group.newsFromMs) continue
      const payload = {
        chatId: group.chatId,
        pool: group.pool,
        externalUserId: member.userid,
        state: member.state ?? null,
        atMs,
      }
      await emit(tx, GroupJoined, { key: `${rowId}:${atMs}`, payload, atMs })
    }
    await timeline.noteAll(tx, notes)
  }

  async function leave(tx: Tx, group: GroupOfMembers, members: StoredMember[], why: string | undefined): Promise<void> {
    const now = clock.now()
    const notes: Note[] = []
    for (const member of members) {
      const leftAtMs = member.quit_at ?? now
      await update(tx, member, { left_at: leftAtMs })
      if (member.member_type !== EXTERNAL) continue
      const how = why ?? (member.quit_scene === null ? undefined : QUIT_TEXT[member.quit_scene])
      notes.push({
        key: `group.left:${member.id}:${member.joined_at}`,
        externalUserId: member.member_id,
        atMs: leftAtMs,
        kind: 'group.left',
        text: `离开客户群「${group.name || '未命名的群'}」${how === undefined ? '' : `（${how}）`}`,
      })
      const { chatId, pool } = group
      const payload = { chatId, pool, externalUserId: member.member_id, state: member.state, atMs: leftAtMs }
      await emit(tx, GroupLeft, { key: `${member.id}:${member.joined_at}`, payload, atMs: leftAtMs })
    }
    await timeline.noteAll(tx, notes)
  }

  return {
    /** Makes the stored membership what WeCom listed; emits group.joined and group.left for customers, and gives
     *  how many came and went, staff included. Safe to repeat. */
    apply: async (
      tx: Tx,
      group: GroupOfMembers,
      detail: Pick<GroupDetail, 'members' | 'hasAllMembers'>,
    ): Promise<{ joined: number; left: number }> => {
      const changes = membershipChanges(await storedMembers(tx, group.chatId), detail.members, detail.hasAllMembers)
      await leave(tx, group, changes.left, undefined)
      for (const { stored, member } of changes.again) {
        await update(tx, stored, toRow(group.chatId, member))
      }
      for (const stored of changes.back) await update(tx, stored, { left_at: null })
      for (const { stored, name } of changes.renamed) await update(tx, stored, { name })
      const joined = changes.again.map(({ stored, member }) => ({ rowId: stored.id, member }))
      if (changes.fresh.length > 0) {
        await tx.insertIgnore(
          m,
          changes.fresh.map((member) => toRow(group.chatId, member)),
        )
        const ids = new Map((await storedMembers(tx, group.chatId)).map((row) => [row.member_id, row.id]))
        for (const member of changes.fresh) joined.push({ rowId: ids.get(member.userid) ?? 0, member })
      }
      await tellJoined(tx, group, joined)
      return { joined: joined.length + changes.back.length, left: changes.left.length }
    },
    /** An event told that these left or were removed (QuitScene 0, 1); the next answer of WeCom carries it out. */
    heardQuit: async (tx: Tx, chatId: string, memberIds: string[], quitScene: number, atMs: number): Promise<void> => {
      if (memberIds.length === 0) return
      await tx.run(
        sql`UPDATE ${m} SET ${set(m, { quit_scene: quitScene, quit_at: atMs })}
            WHERE ${m.chat_id} = ${chatId} AND ${m.joined_at} <= ${atMs} AND ${m.member_id} IN ${list(memberIds)}`,
      )
    },
    /** The group was dismissed: everybody is out. Safe to repeat. */
    leaveAll: async (tx: Tx, group: GroupOfMembers): Promise<void> => {
      const present = (await storedMembers(tx, group.chatId)).filter((member) => member.left_at === null)
      await leave(tx, group, present, '群已解散')
    },
  }
}
export type Membership = ReturnType<typeof createMembership>
