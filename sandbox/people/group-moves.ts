import type { Desk } from '../desk.ts'
import { DeskError } from '../refusal.ts'
import { addMessage, dropMember, putMember } from '../relations.ts'
import { type Group, type GroupMember, type JoinWay, newChatId } from '../world.ts'

const DEFAULT_CAPACITY = 200

export function createGroupRoom(
  desk: Desk,
  given: { name: string; ownerUserId: string; capacity?: number; createdAtMs?: number; chatId?: string },
): Group {
  const { world, random, clock } = desk
  const group: Group = {
    chatId: given.chatId ?? newChatId(random),
    name: given.name,
    ownerUserId: given.ownerUserId,
    notice: '',
    createdAtMs: given.createdAtMs ?? clock.now(),
    members: new Map(),
    adminUserIds: [],
    memberVersion: random.hex(32),
    past: [],
    capacity: given.capacity ?? DEFAULT_CAPACITY,
    dismissed: false,
    messages: [],
  }
  world.groups.set(group.chatId, group)
  putMember(world, group, { id: group.ownerUserId, type: 1, joinedAtMs: group.createdAtMs, joinScene: 1 })
  return group
}

/** To be called before a change: for a while groupchat/get goes on telling of what was. */
function keepPast({ moods, clock }: Desk, group: Group): void {
  const nowMs = clock.now()
  group.past = group.past.filter((past) => past.untilMs > nowMs)
  if (moods.groupLagMs === 0) return
  const { name, notice, ownerUserId, memberVersion } = group
  const members = new Map(group.members)
  group.past.push({ untilMs: nowMs + moods.groupLagMs, name, notice, ownerUserId, memberVersion, members })
}

/** New member list version; returns the former one. */
function bumpVersion(desk: Desk, group: Group): string {
  const last = group.memberVersion
  group.memberVersion = desk.random.hex(32)
  return last
}

function sendUpdate(
  desk: Desk,
  group: Group,
  detail: string,
  change: { join: number; quit: number; ids: string[] },
): void {
  const last = change.ids.length > 0 ? bumpVersion(desk, group) : group.memberVersion
  desk.callbacks.send('change_external_chat', [
    ['ChatId', group.chatId],
    ['ChangeType', 'update'],
    ['UpdateDetail', detail],
    ['JoinScene', change.join],
    ['QuitScene', change.quit],
    ['MemChangeCnt', change.ids.length],
    ...(change.ids.length > 0 ? [['MemChangeList', change.ids] as const] : []),
    ['LastMemVer', last],
    ['CurMemVer', group.memberVersion],
  ])
  desk.changed()
}

/** JoinScene of the event: 3 by QR, 0 invited; not the same list as join_scene of groupchat/get. */
export function enterGroup(desk: Desk, group: Group, members: GroupMember[]): void {
  const fresh = members.filter((member) => !group.members.has(member.id))
  if (fresh.length === 0) return
  keepPast(desk, group)
  for (const member of fresh) putMember(desk.world, group, member)
  const join = fresh.some((member) => member.joinScene === 3) ? 3 : 0
  sendUpdate(desk, group, 'add_member', { join, quit: 0, ids: fresh.map((member) => member.id) })
  for (const member of fresh) {
    const name = desk.world.customers.get(member.id)?.name ?? desk.world.staff.get(member.id)?.name ?? ''
    const how = member.joinScene === 3 ? '通过扫描二维码加入群聊' : '被邀请加入群聊'
    const text = `“${name}”${how}`
    addMessage(desk.world, {
      from: 'system',
      kind: 'notice',
      via: 'group',
      chatId: group.chatId,
      text,
      atMs: desk.clock.now(),
    })
  }
}

export function quitGroup(desk: Desk, group: Group, id: string, isRemoved: boolean): void {
  if (!group.members.has(id)) throw new DeskError('不在这个群里')
  keepPast(desk, group)
  dropMember(desk.world, group, id)
  sendUpdate(desk, group, 'del_member', { join: 0, quit: isRemoved ? 1 : 0, ids: [id] })
}

export function renameGroup(desk: Desk, group: Group, name: string): void {
  keepPast(desk, group)
  group.name = name
  sendUpdate(desk, group, 'change_name', { join: 0, quit: 0, ids: [] })
}

export const needGroup = ({ world }: Desk, chatId: string): Group => {
  const group = world.groups.get(chatId)
  if (!group || group.dismissed) throw new DeskError('这个群不存在或已解散')
  return group
}

/** First group of the way with room; all full: the next group is opened, when the way allows. */
export function roomOf(desk: Desk, way: JoinWay): Group {
  const groups = way.chatIds.flatMap((id) => desk.world.groups.get(id) ?? []).filter((group) => !group.dismissed)
  const free = groups.find((group) => group.members.size < group.capacity)
  if (free) return free
  const last = groups.at(-1)
  if (!way.autoCreateRoom || !last) throw new DeskError('群已满，请联系导购邀请入群')
  const name = `${way.roomBaseName || last.name}${way.roomBaseId}`
  way.roomBaseId += 1
  const group = createGroupRoom(desk, { name, ownerUserId: last.ownerUserId, capacity: last.capacity })
  way.chatIds = [...way.chatIds, group.chatId]
  desk.callbacks.send('change_external_chat', [
    ['ChatId', group.chatId],
    ['ChangeType', 'create'],
  ])
  return group
}
