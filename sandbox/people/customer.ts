import { usersOfWay } from '../api/contact-ways.ts'
import type { Desk } from '../desk.ts'
import { guideDay } from '../guide-days.ts'
import { nicknames } from '../presets/nicknames.ts'
import { DeskError } from '../refusal.ts'
import { addMessage, findFollow, findStaff, putFollow } from '../relations.ts'
import { type ContactWay, type Customer, newExternalUserId } from '../world.ts'

/** A welcome code lives 20 s. Docs 92137. */
export const WELCOME_CODE_LIFE_MS = 20_000

export interface ScanInput {
  /** Finds the contact way; without one of that state, `userId` must say who is added. Nothing given: the first way. */
  state?: string
  configId?: string
  /** Nickname of a new customer. */
  name?: string
  /** An existing customer, or the id a new one shall have. */
  externalUserId?: string
  /** The guide; default one of the code's users at random. */
  userId?: string
  unionId?: string
  withoutWelcomeCode?: boolean
}
export interface ScanResult {
  externalUserId: string
  userId: string
  welcomeCode?: string
}

export const needFollow = ({ world }: Desk, userId: string, externalUserId: string) => {
  const follow = findFollow(world, userId, externalUserId)
  if (!follow) throw new DeskError('这位顾客没有添加这位导购')
  return follow
}

/** What a customer does with the phone. */
export function customerControls(desk: Desk) {
  const { world, clock, random, callbacks } = desk

  const wayOf = (input: ScanInput): ContactWay | undefined => {
    if (input.configId !== undefined) {
      const way = world.contactWays.get(input.configId)
      if (!way) throw new DeskError('这个二维码已失效')
      return way
    }
    if (input.state === undefined) {
      return input.userId === undefined ? world.contactWays.values().next().value : undefined
    }
    for (const way of world.contactWays.values()) if (way.state === input.state) return way
    return undefined
  }

  const guideFor = (input: ScanInput, way: ContactWay | undefined, customer: Customer | undefined): string => {
    if (input.userId !== undefined) {
      if (!findStaff(world, input.userId)) throw new DeskError(`没有这位导购：${input.userId}`)
      return input.userId
    }
    const users = (way ? usersOfWay(desk, way) : []).filter((id) => findStaff(world, id))
    if (users.length === 0) throw new DeskError('这个渠道码没有可添加的导购')
    if (way?.isExclusive && customer) {
      const first = [...world.followsByCustomer.get(customer.externalUserId)].sort(
        (a, b) => a.addedAtMs - b.addedAtMs,
      )[0]
      if (first) return first.userId
    }
    return random.pick(users)
  }

  const meet = (input: ScanInput): Customer => {
    const held = input.externalUserId === undefined ? undefined : world.customers.get(input.externalUserId)
    if (held) {
      if (input.unionId !== undefined) held.unionId = input.unionId
      return held
    }
    const customer: Customer = {
      externalUserId: input.externalUserId ?? newExternalUserId(random),
      name: input.name?.trim() || random.pick(nicknames),
      type: 1,
      gender: random.pick([0, 1, 2, 2]),
      ...(input.unionId === undefined ? {} : { unionId: input.unionId }),
    }
    world.customers.set(customer.externalUserId, customer)
    return customer
  }

  return {
    /** Adds a friend through a contact way. Those who are friends already only open the chat: no event. */
    scan: async (input: ScanInput): Promise<ScanResult> => {
      const way = wayOf(input)
      const known = input.externalUserId === undefined ? undefined : world.customers.get(input.externalUserId)
      const userId = guideFor(input, way, known)
      const customer = meet(input)
      const { externalUserId } = customer
      const before = findFollow(world, userId, externalUserId)
      if (before && !before.deletedByCustomer) return { externalUserId, userId }
      const state = way?.state || input.state
      const nowMs = clock.now()
      const talkedAtMs = before?.talkedAtMs
      putFollow(world, customer, {
        userId,
        addedAtMs: nowMs,
        addWay: 1,
        ...(state ? { state } : {}),
        ...(talkedAtMs === undefined ? {} : { talkedAtMs }),
      })
      const staff = world.staff.get(userId)
      const notice = `你已添加了${staff?.name ?? userId}，现在可以开始聊天了。`
      addMessage(world, {
        from: 'system',
        kind: 'notice',
        via: 'scan',
        userId,
        externalUserId,
        text: notice,
        atMs: nowMs,
      })
      const hasCode = !input.withoutWelcomeCode && talkedAtMs === undefined
      const welcomeCode = hasCode ? `CALLBACK_${random.text(22)}` : undefined
      if (welcomeCode !== undefined) {
        const expiresAtMs = nowMs + WELCOME_CODE_LIFE_MS
        world.welcomeCodes.set(welcomeCode, { code: welcomeCode, userId, externalUserId, expiresAtMs, used: false })
      }
      callbacks.send('change_external_contact', [
        ['ChangeType', 'add_external_contact'],
        ['UserID', userId],
        ['ExternalUserID', externalUserId],
        ...(state ? [['State', state] as const] : []),
        ...(welcomeCode === undefined ? [] : [['WelcomeCode', welcomeCode] as const]),
      ])
      desk.changed()
      return { externalUserId, userId, ...(welcomeCode === undefined ? {} : { welcomeCode }) }
    },

    /** The customer deletes the guide; the guide keeps the customer. */
    deleteGuide: async (input: { externalUserId: string; userId: string }): Promise<void> => {
      const follow = needFollow(desk, input.userId, input.externalUserId)
      if (follow.deletedByCustomer) return
      follow.deletedByCustomer = true
      guideDay(world.guideDays, input.userId, clock.now()).negativeFeedback += 1
      callbacks.send('change_external_contact', [
        ['ChangeType', 'del_follow_user'],
        ['UserID', input.userId],
        ['ExternalUserID', input.externalUserId],
      ])
      desk.changed()
    },

    /** A message to a guide. Chats raise no callback. */
    say: async (input: { externalUserId: string; userId: string; text: string }): Promise<void> => {
      const follow = needFollow(desk, input.userId, input.externalUserId)
      if (follow.deletedByCustomer) throw new DeskError('你已删除这位导购，请重新扫码添加')
      if (input.text.trim() === '') throw new DeskError('请输入内容')
      follow.talkedAtMs = clock.now()
      addMessage(world, { ...input, from: 'customer', kind: 'text', via: 'typed', atMs: clock.now() })
      desk.changed()
    },
  }
}
