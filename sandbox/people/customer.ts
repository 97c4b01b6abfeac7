import { usersOfWay } from '../api/contact-ways.ts'
import type { Desk } from '../desk.ts'
import { guideDay } from '../guide-days.ts'
import { DeskError } from '../refusal.ts'
import { addMessage, findFollow, findStaff } from '../relations.ts'
import type { ContactWay, Customer } from '../world.ts'
import { customerSays } from './acquisition-events.ts'
import { befriend, type Friendship, meet, type Person, type Rival } from './befriend.ts'
import { openTempChat } from './temp-chat.ts'

export interface ScanInput extends Person {
  /** Finds the contact way; without one of that state, `userId` must say who is added. Nothing given: the first way. */
  state?: string
  configId?: string
  /** The guide; default one of the code's users at random. */
  userId?: string
  withoutWelcomeCode?: boolean
  /** Default: as the moods have it. */
  rival?: Rival
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

  return {
    /** Adds a friend through a contact way. Those who are friends already only open the chat, a temporary
     *  way opens a chat that ends: no event. */
    scan: async (input: ScanInput): Promise<Friendship> => {
      const way = wayOf(input)
      const known = input.externalUserId === undefined ? undefined : world.customers.get(input.externalUserId)
      const userId = guideFor(input, way, known)
      const customer = meet(desk, input)
      if (way?.temp) {
        openTempChat(desk, way, way.temp, customer, userId)
        return { externalUserId: customer.externalUserId, userId }
      }
      const state = way?.state || input.state
      const friendship = befriend(desk, {
        customer,
        userId,
        addWay: 1,
        ...(state ? { state } : {}),
        ...(input.withoutWelcomeCode ? { withoutWelcomeCode: true } : {}),
        ...(input.rival === undefined ? {} : { rival: input.rival }),
      })
      return friendship ?? { externalUserId: customer.externalUserId, userId }
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

    /** A message to a guide. Chats raise no callback, but for customers who came by an acquisition link. */
    say: async (input: { externalUserId: string; userId: string; text: string }): Promise<void> => {
      const follow = needFollow(desk, input.userId, input.externalUserId)
      if (follow.deletedByCustomer) throw new DeskError('你已删除这位导购，请重新扫码添加')
      if (input.text.trim() === '') throw new DeskError('请输入内容')
      follow.talkedAtMs = clock.now()
      addMessage(world, { ...input, from: 'customer', kind: 'text', via: 'typed', atMs: clock.now() })
      customerSays(desk, input)
      desk.changed()
    },
  }
}
