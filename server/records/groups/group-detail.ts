import { maskPhones } from '../../core/kernel/mask-phones.ts'
import type { GroupChat } from '../../platform/wecom/api/groups.ts'
import { isWhole } from '../../platform/wecom/wire/left-out.ts'

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

/** What is stored of a groupchat/get answer (doc 92122). Undefined texts were not told; empty ones are empty there. */
export interface GroupDetail {
  name: string | undefined
  owner: string | undefined
  notice: string | undefined
  createdAtMs: number | undefined
  memberVersion: string | undefined
  members: DetailMember[]
  /** False when some members could not be read: then who is not among them may be in the group all the same. */
  hasAllMembers: boolean
}

const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

export function toGroupDetail(chat: GroupChat): GroupDetail {
  return {
    name: chat.name,
    owner: chat.owner,
    notice: chat.notice,
    createdAtMs: chat.create_time === undefined ? undefined : chat.create_time * 1_000,
    memberVersion: filled(chat.member_version),
    hasAllMembers: isWhole(chat.member_list),
    members: chat.member_list.map((member) => ({
      userid: member.userid,
      type: member.type,
      joinedAtMs: (member.join_time ?? 0) * 1_000,
      joinScene: member.join_scene,
      state: member.join_scene === 3 ? filled(member.state) : undefined,
      name: filled(member.name && maskPhones(member.name)),
      invitor: filled(member.invitor?.userid),
    })),
  }
}

/** The texts of a group after WeCom told of it: what it does not tell stays. */
export const textsAfter = (
  before: { name: string | null; owner: string | null; notice: string | null },
  { name, owner, notice }: GroupDetail,
) => ({
  name: name ?? before.name ?? '',
  owner: owner === undefined ? before.owner : (filled(owner) ?? null),
  notice: notice === undefined ? before.notice : (filled(notice) ?? null),
})
