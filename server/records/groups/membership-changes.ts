import type { RowOf } from '../../core/db/define-table.ts'
import type { DetailMember } from './group-detail.ts'
import type { CHAT_MEMBER } from './group-tables.ts'

export type StoredMember = Pick<
  RowOf<typeof CHAT_MEMBER>,
  'id' | 'member_id' | 'member_type' | 'name' | 'state' | 'joined_at' | 'left_at' | 'quit_at' | 'quit_scene'
>

export interface MembershipChanges {
  /** Never seen in this group before. */
  fresh: DetailMember[]
  /** Here before, left (or will have left, see `left`), and joined again later. */
  again: { stored: StoredMember; member: DetailMember }[]
  /** Taken for gone by an earlier answer, but they had never left: the same joining. */
  back: StoredMember[]
  left: StoredMember[]
  renamed: { stored: StoredMember; name: string }[]
}

/** What an answer of groupchat/get changes in the stored membership. Answers may lag behind: one that still shows a member
 *  whose departure an event has told, or an older joining than the stored one, changes nothing about that member. Nobody
 *  leaves by an answer that is not `complete`. */
export function membershipChanges(
  stored: StoredMember[],
  listed: DetailMember[],
  isComplete = true,
): MembershipChanges {
  const changes: MembershipChanges = { fresh: [], again: [], back: [], left: [], renamed: [] }
  const before = new Map(stored.map((member) => [member.member_id, member]))
  const present = new Set<string>()
  for (const member of listed) {
    if (present.has(member.userid)) continue
    present.add(member.userid)
    const known = before.get(member.userid)
    const { joinedAtMs, name } = member
    if (known === undefined) {
      changes.fresh.push(member)
    } else if (joinedAtMs > known.joined_at) {
      if (known.left_at === null) changes.left.push(known)
      changes.again.push({ stored: known, member })
    } else if (known.left_at !== null && known.quit_at === null && joinedAtMs === known.joined_at) {
      changes.back.push(known)
    } else if (known.left_at === null && name !== undefined && name !== known.name) {
      changes.renamed.push({ stored: known, name })
    }
  }
  for (const member of stored) {
    if (isComplete && member.left_at === null && !present.has(member.member_id)) changes.left.push(member)
  }
  return changes
}
