import type { GroupChat } from '../../platform/wecom/api/groups.ts'

export interface DetailMember {
  userid: string
  /** 1 staff, 2 external. */
  type: number
  /** UTC milliseconds. */
  joinedAtMs: number
  /** 1 invited by a member, 2 by an invitation link, 3 by QR code. */
  joinScene: number | undefined
  /** Of the join way, with joinScene 3. */
  state: string | undefined
  name: string | undefined
  /** userid, for staff only. */
  invitor: string | undefined
}

/** What is stored of a groupchat/get answer (doc 92122). */
export interface GroupDetail {
  /** May be empty. */
  name: string
  owner: string | undefined
  notice: string | undefined
  createdAtMs: number | undefined
  memberVersion: string | undefined
  members: DetailMember[]
}

const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

export function toGroupDetail(chat: GroupChat): GroupDetail {
  return {
    name: chat.name ?? '',
    owner: filled(chat.owner),
    notice: filled(chat.notice),
    createdAtMs: chat.create_time === undefined ? undefined : chat.create_time * 1_000,
    memberVersion: filled(chat.member_version),
    members: (chat.member_list ?? []).map((member) => ({
      userid: member.userid,
      type: member.type,
      joinedAtMs: (member.join_time ?? 0) * 1_000,
      joinScene: member.join_scene,
      state: member.join_scene === 3 ? filled(member.state) : undefined,
      name: filled(member.name),
      invitor: filled(member.invitor?.userid),
    })),
  }
}
