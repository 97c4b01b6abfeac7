import type { Desk } from '../desk.ts'
import { refuse } from '../refusal.ts'
import { allFollows, findFollow, findStaff } from '../relations.ts'
import type { Follow } from '../world.ts'

/** Who sends to whom, and the ids that cannot be reached. */
export interface Targets {
  byGuide: Map<string, string[]>
  failed: string[]
}
interface Selection {
  external_userid: string[] | undefined
  chat_id_list: string[] | undefined
  tag_filter: { group_list: { tag_list: string[] | undefined }[] | undefined } | undefined
  sender: string | undefined
}

const isFriend = (follow: Follow | undefined): follow is Follow => follow !== undefined && !follow.deletedByCustomer

/** The guide who talked last; who was added last when nobody talked. */
function lastTalker(follows: Iterable<Follow>): Follow | undefined {
  let best: Follow | undefined
  const rank = (follow: Follow): number => follow.talkedAtMs ?? 0
  for (const follow of follows) {
    if (!isFriend(follow)) continue
    const isBetter =
      !best || rank(follow) > rank(best) || (rank(follow) === rank(best) && follow.addedAtMs >= best.addedAtMs)
    if (isBetter) best = follow
  }
  return best
}

function push(byGuide: Map<string, string[]>, userId: string, id: string): void {
  const list = byGuide.get(userId)
  if (list) list.push(id)
  else byGuide.set(userId, [id])
}

/** OR inside a tag group, AND across groups. */
function matchesTags(follow: Follow, filter: Selection['tag_filter']): boolean {
  return (filter?.group_list ?? []).every((group) => (group.tag_list ?? []).some((id) => follow.tagIds.has(id)))
}

export function singleTargets({ world }: Desk, p: Selection): Targets {
  const targets: Targets = { byGuide: new Map(), failed: [] }
  const sender = p.sender ? (findStaff(world, p.sender) ?? refuse(40003, 'invalid sender')) : undefined
  if (p.external_userid?.length) {
    for (const id of new Set(p.external_userid)) {
      const follow = sender ? findFollow(world, sender.userId, id) : lastTalker(world.followsByCustomer.get(id))
      if (isFriend(follow)) push(targets.byGuide, follow.userId, id)
      else targets.failed.push(id)
    }
    return targets
  }
  if (!sender && !p.tag_filter) refuse(40058, 'external_userid, tag_filter and sender all empty')
  const follows = sender ? (world.followsByUser.get(sender.userId)?.values() ?? []) : allFollows(world)
  for (const follow of follows) {
    if (isFriend(follow) && matchesTags(follow, p.tag_filter))
      push(targets.byGuide, follow.userId, follow.externalUserId)
  }
  return targets
}

/** The sender's own groups, all of them without a list. */
export function groupTargets({ world }: Desk, p: Selection): Targets {
  const targets: Targets = { byGuide: new Map(), failed: [] }
  const sender = findStaff(world, p.sender ?? '') ?? refuse(40003, 'sender needed for groups')
  const owned = (chatId: string): boolean => {
    const group = world.groups.get(chatId)
    return group !== undefined && !group.dismissed && group.ownerUserId === sender.userId
  }
  for (const chatId of p.chat_id_list?.length ? p.chat_id_list : world.groups.keys()) {
    if (owned(chatId)) push(targets.byGuide, sender.userId, chatId)
    else if (p.chat_id_list?.length) targets.failed.push(chatId)
  }
  return targets
}
