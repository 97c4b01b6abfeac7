import { startOfShanghaiDay } from '../server/core/kernel/shanghai.ts'

/** As much of a message as is counted. */
interface Said {
  from: 'guide' | 'customer' | 'system'
  via: string
  userId?: string
  externalUserId?: string
  chatId?: string
  atMs: number
}

/** What one guide did on one Shanghai day, as far as the world does not remember it elsewhere. */
export interface GuideDay {
  /** Friendships that began on this day and have ended or begun anew since. */
  endedContacts: number
  /** Customers who deleted the guide. */
  negativeFeedback: number
  messages: number
  /** Chats, single and group, in which the guide said something. */
  chats: Set<string>
  /** Single chats that the customer began on this day, with the guide's first answer. */
  asked: Map<string, { atMs: number; answeredAtMs?: number }>
}

/** By guide, then by beginning of the day. */
export type GuideDays = Map<string, Map<number, GuideDay>>

export function guideDay(days: GuideDays, userId: string, atMs: number): GuideDay {
  let own = days.get(userId)
  if (!own) {
    own = new Map()
    days.set(userId, own)
  }
  const dayMs = startOfShanghaiDay(atMs)
  let day = own.get(dayMs)
  if (!day) {
    day = { endedContacts: 0, negativeFeedback: 0, messages: 0, chats: new Set(), asked: new Map() }
    own.set(dayMs, day)
  }
  return day
}

/** A friendship ends: the day on which it began keeps counting it as new. */
export function countEnd(days: GuideDays, follow: { userId: string; addedAtMs: number }): void {
  guideDay(days, follow.userId, follow.addedAtMs).endedContacts += 1
}

/** Welcomes are the app's, not the guide's. Docs 92132: groups count as chats, but not as questions. */
export function countMessage(days: GuideDays, message: Said): void {
  const { from, via, userId, externalUserId, chatId, atMs } = message
  if (userId === undefined || via === 'welcome' || from === 'system') return
  const chat = chatId ?? externalUserId
  if (chat === undefined) return
  const day = guideDay(days, userId, atMs)
  if (from === 'guide') {
    day.messages += 1
    const question = day.asked.get(chat)
    if (question && question.answeredAtMs === undefined) question.answeredAtMs = atMs
    day.chats.add(chat)
  } else if (chatId === undefined && !day.asked.has(chat) && !day.chats.has(chat)) {
    day.asked.set(chat, { atMs })
  }
}
