import { dropMember, putMember } from './relations.ts'
import type { World } from './world.ts'

function moveKey<V>(map: Map<string, V>, from: string, to: string): V | undefined {
  const value = map.get(from)
  if (value === undefined) return undefined
  map.delete(from)
  map.set(to, value)
  return value
}
const swap = (list: readonly string[], from: string, to: string): string[] => list.map((id) => (id === from ? to : id))

/** The member keeps everything under the new userid: customers, groups, codes, tasks, messages. */
export function renameMember(world: World, from: string, to: string): void {
  const staff = moveKey(world.staff, from, to)
  if (!staff) return
  staff.userId = to
  for (const follow of moveKey(world.followsByUser, from, to)?.values() ?? []) follow.userId = to
  for (const chatId of [...world.groupsByMember.get(from)]) {
    const group = world.groups.get(chatId)
    const member = group?.members.get(from)
    if (!group || !member) continue
    dropMember(world, group, from)
    putMember(world, group, { ...member, id: to })
    if (group.ownerUserId === from) group.ownerUserId = to
    group.adminUserIds = swap(group.adminUserIds, from, to)
  }
  for (const way of world.contactWays.values()) way.users = swap(way.users, from, to)
  for (const link of world.acquisition.links.values()) link.users = swap(link.users, from, to)
  for (const { tasks } of [...world.massSends.values()]) {
    const task = moveKey(tasks, from, to)
    if (task) task.userId = to
  }
  for (const { tasks } of world.moments.byId.values()) {
    const task = moveKey(tasks, from, to)
    if (task) task.userId = to
  }
  moveKey(world.appMessages, from, to)
  moveKey(world.guideDays, from, to)
  const { directory } = world
  moveKey(directory.profiles, from, to)
  for (const profile of directory.profiles.values()) profile.leaders = swap(profile.leaders, from, to)
  for (const tag of directory.tags.values()) if (tag.users.delete(from)) tag.users.add(to)
}

/** True when `id` is `ancestor` or lies below it. */
export function isUnder(world: World, id: number, ancestor: number): boolean {
  for (let at = world.departments.get(id); at; at = world.departments.get(at.parentId))
    if (at.id === ancestor) return true
  return false
}

/** 1 for the root. */
export function depthOf(world: World, id: number): number {
  let depth = 0
  for (let at = world.departments.get(id); at; at = world.departments.get(at.parentId)) depth += 1
  return depth
}
