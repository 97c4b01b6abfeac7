import { openGidOf } from '../api/customer-ids.ts'
import type { Desk } from '../desk.ts'
import { DeskError } from '../refusal.ts'
import type { Group, JoinWay } from '../world.ts'
import { createGroupRoom, enterGroup, needGroup, quitGroup, renameGroup, roomOf } from './group-moves.ts'

export interface JoinInput {
  externalUserId: string
  /** Join way by its state or config id; `chatId` instead: invited by the owner. */
  state?: string
  configId?: string
  chatId?: string
}

/** Who comes into, leaves and runs customer groups. */
export function groupControls(desk: Desk) {
  const { world, clock } = desk

  const wayOf = (input: JoinInput): JoinWay | undefined => {
    if (input.configId !== undefined) return world.joinWays.get(input.configId)
    for (const way of world.joinWays.values()) if (input.state !== undefined && way.state === input.state) return way
    return undefined
  }

  return {
    /** Scans a group code, or is invited to `chatId`. A member already: nothing happens. */
    joinGroup: async (input: JoinInput): Promise<{ chatId: string }> => {
      const { externalUserId } = input
      if (!world.customers.has(externalUserId)) throw new DeskError('没有这位顾客')
      const joinedAtMs = clock.now()
      if (input.chatId !== undefined) {
        const group = needGroup(desk, input.chatId)
        const invitorUserId = group.ownerUserId
        enterGroup(desk, group, [{ id: externalUserId, type: 2, joinedAtMs, joinScene: 1, invitorUserId }])
        return { chatId: group.chatId }
      }
      const way = wayOf(input)
      if (!way) throw new DeskError('这个群二维码已失效')
      const joined = way.chatIds.find((id) => world.groups.get(id)?.members.has(externalUserId))
      if (joined !== undefined) return { chatId: joined }
      const group = roomOf(desk, way)
      const state = way.state === '' ? {} : { state: way.state }
      enterGroup(desk, group, [{ id: externalUserId, type: 2, joinedAtMs, joinScene: 3, ...state }])
      return { chatId: group.chatId }
    },
    leaveGroup: async (input: { externalUserId: string; chatId: string }): Promise<void> =>
      quitGroup(desk, needGroup(desk, input.chatId), input.externalUserId, false),
    removeFromGroup: async (input: { externalUserId: string; chatId: string }): Promise<void> =>
      quitGroup(desk, needGroup(desk, input.chatId), input.externalUserId, true),
    renameGroup: async (input: { chatId: string; name: string }): Promise<void> =>
      renameGroup(desk, needGroup(desk, input.chatId), input.name),
    dismissGroup: async (input: { chatId: string }): Promise<void> => {
      needGroup(desk, input.chatId).dismissed = true
      desk.callbacks.send('change_external_chat', [
        ['ChatId', input.chatId],
        ['ChangeType', 'dismiss'],
      ])
      desk.changed()
    },
    /** The group's id as a mini-program opened in it gets it. */
    openGidOf: (input: { chatId: string }): string => openGidOf(desk, needGroup(desk, input.chatId).chatId),
    /** A guide opens a customer group in the client. `members`: external_userids. */
    createGroup: async (input: {
      name: string
      ownerUserId: string
      members?: string[]
      capacity?: number
      chatId?: string
    }): Promise<Group> => {
      if (!world.staff.has(input.ownerUserId)) throw new DeskError('没有这位群主')
      const group = createGroupRoom(desk, input)
      desk.callbacks.send('change_external_chat', [
        ['ChatId', group.chatId],
        ['ChangeType', 'create'],
      ])
      const joinedAtMs = clock.now()
      const invitorUserId = input.ownerUserId
      const members = (input.members ?? []).map(
        (id) => ({ id, type: 2, joinedAtMs, joinScene: 1, invitorUserId }) as const,
      )
      enterGroup(desk, group, members)
      desk.changed()
      return group
    },
  }
}
