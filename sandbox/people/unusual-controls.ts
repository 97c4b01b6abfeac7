import type { Desk } from '../desk.ts'
import { profileOf } from '../directory.ts'
import { DeskError } from '../refusal.ts'
import { dropMember, findFollow, findStaff, pairKey, putMember } from '../relations.ts'
import { befriend, meet, type Person, WELCOME_CODE_LIFE_MS } from './befriend.ts'
import { needFollow } from './customer.ts'
import { needGroup } from './group-moves.ts'
import type { Pair } from './guide.ts'
import { strategyOf } from './strategy-of.ts'

export interface MergedGroupChange {
  chatId: string
  name?: string
  notice?: string
  ownerUserId?: string
  /** external_userids. */
  join?: string[]
  leave?: string[]
  /** `merged`: one event for all of it, without a member list. `short`: as older WeCom, without any member field. */
  form?: 'merged' | 'short'
}

interface HalfAdd extends Pair {
  state?: string
  codeWasGiven: boolean
}

/** What happens less often: one-way adds, archive consent, group changes told in one, the order of tags, the app's range. */
export function unusualControls(desk: Desk) {
  const { world, callbacks, clock, random } = desk
  const halfAdds = new Map<string, HalfAdd>()

  const newCode = (pair: Pair): string => {
    const code = `CALLBACK_${random.text(22)}`
    const expiresAtMs = clock.now() + WELCOME_CODE_LIFE_MS
    world.welcomeCodes.set(code, { code, ...pair, expiresAtMs, used: false })
    return code
  }
  const setRange = (userId: string, range: { isOutOfRange: boolean }): void =>
    void world.directory.profiles.set(userId, { ...profileOf(world.directory, userId), ...range })
  const ofMember = (event: string, userId: string): void => {
    if (!world.staff.has(userId)) throw new DeskError('没有这位员工')
    callbacks.send(event, [
      ['FromUserName', userId],
      ['AgentID', desk.credentials.agentId],
    ])
    desk.changed()
  }
  const ofApp = (event: string): void => {
    callbacks.send(event, [['AgentID', desk.credentials.agentId]])
    desk.changed()
  }

  return {
    /** A customer adds a guide who has not accepted yet: WeCom lets nobody read or tag the pair (84061). Docs 92130. */
    addHalf: async (
      input: Person & { userId: string; state?: string; withoutWelcomeCode?: boolean },
    ): Promise<{ externalUserId: string; userId: string; welcomeCode?: string }> => {
      const { userId, state } = input
      if (!findStaff(world, userId)) throw new DeskError('没有这位导购')
      const { externalUserId } = meet(desk, input)
      const pair = { userId, externalUserId }
      if (findFollow(world, userId, externalUserId)) throw new DeskError('他们已经是好友')
      const welcomeCode = input.withoutWelcomeCode ? undefined : newCode(pair)
      const half = { ...pair, codeWasGiven: welcomeCode !== undefined, ...(state === undefined ? {} : { state }) }
      halfAdds.set(pairKey(userId, externalUserId), half)
      callbacks.send('change_external_contact', [
        ['ChangeType', 'add_half_external_contact'],
        ['UserID', userId],
        ['ExternalUserID', externalUserId],
        ...(state === undefined ? [] : [['State', state] as const]),
        ...(welcomeCode === undefined ? [] : [['WelcomeCode', welcomeCode] as const]),
      ])
      desk.changed()
      return { ...pair, ...(welcomeCode === undefined ? {} : { welcomeCode }) }
    },
    /** The guide accepts: friends both ways. A second code only if asked for, or if the half add brought none. */
    acceptHalf: async (input: Pair & { withSecondCode?: boolean }): Promise<{ welcomeCode?: string }> => {
      const key = pairKey(input.userId, input.externalUserId)
      const half = halfAdds.get(key)
      const customer = world.customers.get(input.externalUserId)
      if (!half || !customer) throw new DeskError('没有等待通过的添加')
      halfAdds.delete(key)
      const { userId, state, codeWasGiven } = half
      const withoutWelcomeCode = codeWasGiven && input.withSecondCode !== true
      const given = { customer, userId, addWay: 1, withoutWelcomeCode, ...(state === undefined ? {} : { state }) }
      const made = befriend(desk, given)
      return made?.welcomeCode === undefined ? {} : { welcomeCode: made.welcomeCode }
    },
    /** The customer agrees to chat archiving. Docs 92005. */
    agreeToArchiving: async (input: Pair): Promise<{ welcomeCode: string }> => {
      const { userId, externalUserId } = needFollow(desk, input.userId, input.externalUserId)
      const welcomeCode = newCode({ userId, externalUserId })
      callbacks.send('change_external_contact', [
        ['ChangeType', 'msg_audit_approved'],
        ['UserID', userId],
        ['ExternalUserID', externalUserId],
        ['WelcomeCode', welcomeCode],
      ])
      desk.changed()
      return { welcomeCode }
    },

    /** Several changes of a group in one event, as WeCom merges them. */
    changeGroup: async (input: MergedGroupChange): Promise<void> => {
      const group = needGroup(desk, input.chatId)
      const last = group.memberVersion
      for (const id of input.join ?? []) {
        if (!world.customers.has(id)) throw new DeskError('没有这位顾客')
        putMember(world, group, {
          id,
          type: 2,
          joinedAtMs: clock.now(),
          joinScene: 1,
          invitorUserId: group.ownerUserId,
        })
      }
      for (const id of input.leave ?? []) dropMember(world, group, id)
      if ((input.join ?? []).length + (input.leave ?? []).length > 0) group.memberVersion = random.hex(32)
      if (input.name !== undefined) group.name = input.name
      if (input.notice !== undefined) group.notice = input.notice
      if (input.ownerUserId !== undefined) {
        if (!findStaff(world, input.ownerUserId)) throw new DeskError('没有这位群主')
        group.ownerUserId = input.ownerUserId
        putMember(world, group, { id: input.ownerUserId, type: 1, joinedAtMs: clock.now(), joinScene: 1 })
      }
      callbacks.send('change_external_chat', [
        ['ChatId', group.chatId],
        ['ChangeType', 'update'],
        ['UpdateDetail', detailOf(input)],
        ...(input.form === 'short'
          ? []
          : ([
              ['JoinScene', 0],
              ['QuitScene', 0],
              ['MemChangeCnt', 0],
              ['LastMemVer', last],
              ['CurMemVer', group.memberVersion],
            ] as const)),
      ])
      desk.changed()
    },

    /** An administrator drags tags of a group, or the groups, into another order: the first shown first. */
    shuffleTags: async (input: { groupId?: string; ids: string[] }): Promise<void> => {
      input.ids.forEach((id, at) => {
        const target = input.groupId === undefined ? world.tagGroups.get(id) : world.tags.get(id)
        if (!target || target.deleted) throw new DeskError('没有这个标签')
        target.order = input.ids.length - at
      })
      callbacks.send('change_external_tag', [
        ...(input.groupId === undefined ? [] : [['Id', input.groupId] as const]),
        ...strategyOf(desk, input.groupId),
        ['ChangeType', 'shuffle'],
      ])
      desk.changed()
    },
    /** A member comes into, or falls out of, the range of the app. Docs 90240. */
    subscribeApp: async (input: { userId: string }): Promise<void> => {
      setRange(input.userId, { isOutOfRange: false })
      ofMember('subscribe', input.userId)
    },
    unsubscribeApp: async (input: { userId: string }): Promise<void> => {
      setRange(input.userId, { isOutOfRange: true })
      ofMember('unsubscribe', input.userId)
    },
    /** A member without an interface licence opens the app. Docs 95716. */
    openAppUnlicensed: async (input: { userId: string }): Promise<void> => ofMember('unlicensed_notify', input.userId),
    /** WeCom closes the app that nobody uses, and opens it again. */
    closeInactiveApp: async (): Promise<void> => ofApp('close_inactive_agent'),
    reopenInactiveApp: async (): Promise<void> => ofApp('reopen_inactive_agent'),
  }
}

function detailOf(change: MergedGroupChange): string {
  if (change.notice !== undefined) return 'change_notice'
  if (change.name !== undefined) return 'change_name'
  if (change.ownerUserId !== undefined) return 'change_owner'
  return (change.leave ?? []).length > 0 ? 'del_member' : 'add_member'
}
