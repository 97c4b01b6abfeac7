import { needMedia } from '../api/attachments.ts'
import type { Attachment } from '../attachment.ts'
import { confirmDue } from '../confirmations.ts'
import type { Desk } from '../desk.ts'
import { sendToAll } from '../mass-sending.ts'
import { DeskError } from '../refusal.ts'
import { addMessage, dropFollow, markTags } from '../relations.ts'
import type { Follow, MassSend, SendStatus } from '../world.ts'
import { needFollow } from './customer.ts'
import { needGroup } from './group-moves.ts'

export interface Pair {
  userId: string
  externalUserId: string
}
export interface GuideMessage {
  text?: string
  attachments?: Attachment[]
}

/** What a guide does in the WeCom client. */
export function guideControls(desk: Desk) {
  const { world, clock, callbacks } = desk

  const sendEdit = (follow: Follow): void => {
    callbacks.send('change_external_contact', [
      ['ChangeType', 'edit_external_contact'],
      ['UserID', follow.userId],
      ['ExternalUserID', follow.externalUserId],
      ...(follow.state ? [['State', follow.state] as const] : []),
    ])
    desk.changed()
  }

  /** The client sends what is alive and of this kind; nothing of a message goes where one part cannot. JS-SDK sendChatMessage. */
  const needLiving = (kind: string, detail: unknown): void => {
    if (typeof detail !== 'object' || detail === null || !('media_id' in detail)) return
    try {
      needMedia(desk, String(detail.media_id), kind)
    } catch {
      throw new DeskError('素材过期了，或者不是这一类，没有发出')
    }
  }

  const deliver = (
    to: { externalUserId?: string; chatId?: string },
    userId: string,
    message: GuideMessage,
    via: string,
  ) => {
    const base = { ...to, from: 'guide', userId, via, atMs: clock.now() } as const
    for (const { msgtype, [msgtype]: detail } of message.attachments ?? []) needLiving(msgtype, detail)
    if (message.text) addMessage(world, { ...base, kind: 'text', text: message.text })
    for (const attachment of message.attachments ?? [])
      addMessage(world, { ...base, kind: attachment.msgtype, attachment })
  }

  return {
    deleteCustomer: async (input: Pair): Promise<void> => {
      dropFollow(world, needFollow(desk, input.userId, input.externalUserId))
      callbacks.send('change_external_contact', [
        ['ChangeType', 'del_external_contact'],
        ['UserID', input.userId],
        ['ExternalUserID', input.externalUserId],
      ])
      desk.changed()
    },
    editRemark: async (
      input: Pair & { remark?: string; description?: string; mobiles?: string[]; company?: string },
    ): Promise<void> => {
      const follow = needFollow(desk, input.userId, input.externalUserId)
      if (input.remark !== undefined) follow.remark = input.remark
      if (input.description !== undefined) follow.description = input.description
      if (input.mobiles !== undefined) follow.remarkMobiles = input.mobiles
      if (input.company !== undefined) follow.remarkCompany = input.company
      sendEdit(follow)
    },
    /** Tag ids. */
    editTags: async (input: Pair & { add?: string[]; remove?: string[] }): Promise<void> => {
      const follow = needFollow(desk, input.userId, input.externalUserId)
      for (const id of input.add ?? []) {
        if (world.tags.get(id)?.deleted !== false) throw new DeskError('没有这个标签')
      }
      markTags(follow, input)
      sendEdit(follow)
    },
    /** A message typed by the guide, or put there by the sidebar (`via: 'sidebar'`). */
    guideSays: async (input: Pair & { message: GuideMessage | string; via?: string }): Promise<void> => {
      const follow = needFollow(desk, input.userId, input.externalUserId)
      if (follow.deletedByCustomer) throw new DeskError('对方已删除你，消息发送失败')
      const message = typeof input.message === 'string' ? { text: input.message } : input.message
      follow.talkedAtMs = clock.now()
      deliver({ externalUserId: input.externalUserId }, input.userId, message, input.via ?? 'typed')
      desk.changed()
    },
    /** A message that a member of staff writes into a group they are in, or that the sidebar put there. */
    guideSaysInGroup: async (input: {
      userId: string
      chatId: string
      message: GuideMessage | string
      via?: string
    }): Promise<void> => {
      const group = needGroup(desk, input.chatId)
      if (!group.members.has(input.userId)) throw new DeskError('你不在这个群里')
      const message = typeof input.message === 'string' ? { text: input.message } : input.message
      deliver({ chatId: input.chatId }, input.userId, message, input.via ?? 'typed')
      desk.changed()
    },
    /** Mass messages waiting for this guide's tap, newest first. */
    pendingMassSends: (userId: string): MassSend[] => {
      confirmDue(desk)
      const isPending = (send: MassSend): boolean => !send.cancelled && send.tasks.get(userId)?.status === 0
      return [...world.massSends.values()].filter(isPending).reverse()
    },
    confirmMassSend: async (input: { msgid: string; userId: string }): Promise<Record<SendStatus, number>> => {
      const send = world.massSends.get(input.msgid)
      const task = send?.tasks.get(input.userId)
      if (!send || !task) throw new DeskError('没有这条群发')
      if (send.cancelled) throw new DeskError('这条群发已被取消')
      if (world.staff.get(input.userId)?.state === 'limited') throw new DeskError('这位导购的账号被限制，暂时不能发送')
      if (task.status === 2) throw new DeskError('这条群发已经发送过')
      const counts = sendToAll(desk, send, task, clock.now())
      desk.changed()
      return counts
    },
  }
}
