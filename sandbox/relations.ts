import { countEnd, countMessage } from './guide-days.ts'
import { refuse } from './refusal.ts'
import type { ChatMessage, Customer, Follow, Group, GroupMember, Staff, World } from './world.ts'

/** `userid` is case-insensitive on the platform. */
export function findStaff(world: World, userId: string): Staff | undefined {
  const staff = world.staff.get(userId) ?? world.staff.get(userId.toLowerCase())
  return staff?.left ? undefined : staff
}

/** Of members without an interface licence the platform tells nothing. */
export function refuseUnlicensed(staff: Staff | undefined): void {
  if (staff?.state === 'unlicensed') refuse(701008, 'no member has an interface licence')
}

export const pairKey = (userId: string, externalUserId: string): string => `${userId} ${externalUserId}`

export function findFollow(world: World, userId: string, externalUserId: string): Follow | undefined {
  return world.followsByUser.get(userId)?.get(externalUserId)
}

export function* allFollows(world: World): Generator<Follow> {
  for (const follows of world.followsByUser.values()) yield* follows.values()
}

const NONE: readonly never[] = []
const NO_TAGS: ReadonlySet<string> = new Set()

/** Makes or renews the relation; a renewed one starts empty, as after a deletion. */
export function putFollow(
  world: World,
  customer: Customer,
  given: Pick<Follow, 'userId' | 'addedAtMs'> & Partial<Follow>,
): Follow {
  const follow: Follow = {
    addWay: 1,
    operUserId: customer.externalUserId,
    remark: '',
    description: '',
    remarkCompany: '',
    remarkMobiles: NONE,
    tagIds: NO_TAGS,
    deletedByCustomer: false,
    ...given,
    externalUserId: customer.externalUserId,
  }
  const before = findFollow(world, follow.userId, follow.externalUserId)
  if (before !== undefined) dropFollow(world, before)
  world.customers.set(customer.externalUserId, customer)
  let ofUser = world.followsByUser.get(follow.userId)
  if (!ofUser) {
    ofUser = new Map()
    world.followsByUser.set(follow.userId, ofUser)
  }
  ofUser.set(follow.externalUserId, follow)
  world.followsByCustomer.add(follow.externalUserId, follow)
  return follow
}

export function dropFollow(world: World, follow: Follow): void {
  countEnd(world.guideDays, follow)
  world.followsByUser.get(follow.userId)?.delete(follow.externalUserId)
  world.followsByCustomer.delete(follow.externalUserId, follow)
}

/** Puts tags on a pair and takes others off. */
export function markTags(follow: Follow, change: { add?: readonly string[]; remove?: readonly string[] }): void {
  const tagIds = new Set([...follow.tagIds, ...(change.add ?? [])])
  for (const id of change.remove ?? []) tagIds.delete(id)
  follow.tagIds = tagIds
}

/** Tags of a pair that still exist. */
export function liveTagIds(world: World, follow: Follow): string[] {
  return [...follow.tagIds].filter((id) => world.tags.get(id)?.deleted === false)
}

export function putMember(world: World, group: Group, member: GroupMember): void {
  group.members.set(member.id, member)
  world.groupsByMember.add(member.id, group.chatId)
}

export function dropMember(world: World, group: Group, id: string): void {
  group.members.delete(id)
  world.groupsByMember.delete(id, group.chatId)
}

export function addMessage(world: World, message: Omit<ChatMessage, 'id'>): ChatMessage {
  const stored: ChatMessage = { ...message, id: world.nextMessageId++ }
  countMessage(world.guideDays, stored)
  if (stored.chatId !== undefined) {
    world.groups.get(stored.chatId)?.messages.push(stored)
  } else if (stored.externalUserId !== undefined) {
    const chat = world.messages.get(stored.externalUserId)
    if (chat) chat.push(stored)
    else world.messages.set(stored.externalUserId, [stored])
  }
  return stored
}
