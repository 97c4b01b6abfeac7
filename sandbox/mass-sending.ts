import { DAY_MS, shanghaiParts, startOfShanghaiDay } from '../server/core/kernel/shanghai.ts'
import type { Desk } from './desk.ts'
import { addMessage, findFollow } from './relations.ts'
import type { MassSend, MassSendTask, SendStatus } from './world.ts'

/** How many mass messages one customer, or one group, may get in which stretch of time: as many a month as it has days, or
 *  what the corp has tightened that to. API.md §15. */
function receptionLimit({ moods }: Desk, nowMs: number): { most: number; period: string } {
  const { year, month } = shanghaiParts(nowMs)
  const today = startOfShanghaiDay(nowMs)
  // The first day of 1970 was a Thursday.
  const weekday = (Math.floor((today + 8 * 3_600_000) / DAY_MS) + 3) % 7
  switch (moods.reception) {
    case 'day':
      return { most: 1, period: `day ${today}` }
    case 'week':
      return { most: 7, period: `week ${today - weekday * DAY_MS}` }
    case 'month':
      return { most: new Date(Date.UTC(year, month, 0)).getUTCDate(), period: `${year}-${month}` }
  }
}

function mayReceive(desk: Desk, id: string, nowMs: number): boolean {
  const { most, period } = receptionLimit(desk, nowMs)
  const held = desk.world.received.get(id)
  const count = held?.period === period ? held.count : 0
  if (count >= most) return false
  desk.world.received.set(id, { period, count: count + 1 })
  return true
}

function sendOne(desk: Desk, send: MassSend, to: { userId: string; id: string; atMs: number }): SendStatus {
  const { world } = desk
  const { userId, id, atMs } = to
  const isGroup = send.chatType === 'group'
  if (isGroup) {
    const group = world.groups.get(id)
    // Neither sent nor refused: of groups the platform tells only which got it.
    if (group === undefined || group.dismissed || group.ownerUserId !== userId) return 0
  } else {
    const follow = findFollow(world, userId, id)
    if (!follow || follow.deletedByCustomer) return 2
  }
  if (!mayReceive(desk, id, atMs)) return 3
  const whom = isGroup ? { chatId: id } : { externalUserId: id }
  const base = { ...whom, from: 'guide', userId, via: 'mass-send', atMs } as const
  if (send.text) addMessage(world, { ...base, kind: 'text', text: send.text })
  for (const attachment of send.attachments) addMessage(world, { ...base, kind: attachment.msgtype, attachment })
  return 1
}

/** The member has confirmed: everybody of the task gets it who may. */
export function sendToAll(desk: Desk, send: MassSend, task: MassSendTask, atMs: number): Record<SendStatus, number> {
  const counts: Record<SendStatus, number> = { 0: 0, 1: 0, 2: 0, 3: 0 }
  for (const id of task.results.keys()) {
    const status = sendOne(desk, send, { userId: task.userId, id, atMs })
    counts[status] += 1
    task.results.set(id, { status, ...(status === 1 ? { sentAtMs: atMs } : {}) })
  }
  task.status = 2
  task.sentAtMs = atMs
  return counts
}
