import type { ChatMessage, Customer, Follow, Group, GroupMember, Staff, World } from './world.ts'

/** `userid` is case-insensitive on the platform. */
export function findStaff(world: World, userId: string): Staff | undefined {
  const staff = world.staff.get(userId) ?? world.staff.get(userId.toLowerCase())
  return staff?.left ? undefined : staff
}

export const pairKey = (userId: string, externalUserId: string): string => `${userId} ${externalUserId}`

export function findFollow(world: World, userId: string, externalUserId: string): Follow | undefined {
  return world.follows.get(pairKey(userId, externalUserId))
}

function into<K, V>(index: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let inner = index.get(key)
  if (!inner) {
    inner = new Map()
    index.set(key, inner)
  }
  return inner
}

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
    remarkMobiles: [],
    tagIds: new Set(),
    deletedByCustomer: false,
    ...given,
    externalUserId: customer.externalUserId,
  }
  world.customers.set(customer.externalUserId, customer)
  world.follows.set(pairKey(follow.userId, follow.externalUserId), follow)
  into(world.followsByUser, follow.userId).set(follow.externalUserId, follow)
  into(world.followsByCustomer, follow.externalUserId).set(follow.userId, follow)
  return follow
}

export function dropFollow(world: World, follow: Follow): void {
  world.follows.delete(pairKey(follow.userId, follow.externalUserId))
  world.followsByUser.get(follow.userId)?.delete(follow.externalUserId)
  world.followsByCustomer.get(follow.externalUserId)?.delete(follow.userId)
}

/** Tags of a pair that still exist. */
export function liveTagIds(world: World, follow: Follow): string[] {
  return [...follow.tagIds].filter((id) => world.tags.get(id)?.deleted === false)
}

export function putMember(world: World, group: Group, member: GroupMember): void {
  group.members.set(member.id, member)
  let chats = world.groupsByMember.get(member.id)
  if (!chats) {
    chats = new Set()
    world.groupsByMember.set(member.id, chats)
  }
  chats.add(group.chatId)
}

export function dropMember(world: World, group: Group, id: string): void {
  group.members.delete(id)
  world.groupsByMember.get(id)?.delete(group.chatId)
}

export function addMessage(world: World, message: Omit<ChatMessage, 'id'>): ChatMessage {
  const stored: ChatMessage = { ...message, id: world.nextMessageId++ }
  if (stored.chatId !== undefined) {
    world.groups.get(stored.chatId)?.messages.push(stored)
  } else if (stored.externalUserId !== undefined) {
    const chat = world.messages.get(stored.externalUserId)
    if (chat) chat.push(stored)
    else world.messages.set(stored.externalUserId, [stored])
  }
  return stored
}
