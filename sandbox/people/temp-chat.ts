import type { Desk } from '../desk.ts'
import { DeskError } from '../refusal.ts'
import { addMessage, pairKey } from '../relations.ts'
import type { ContactWay, Customer, TempWay } from '../world.ts'

/** A chat that ends by itself in place of a friendship. No event is documented for it. */
export function openTempChat(desk: Desk, way: ContactWay, temp: TempWay, customer: Customer, userId: string): void {
  const { world, clock } = desk
  const nowMs = clock.now()
  if (nowMs >= way.createdAtMs + temp.expiresInSec * 1000) throw new DeskError('这个临时会话二维码已过期')
  if (temp.unionId !== '' && temp.unionId !== customer.unionId) throw new DeskError('这个临时会话只供指定的顾客使用')
  const { externalUserId } = customer
  const untilMs = nowMs + temp.chatExpiresInSec * 1000
  world.tempChats.set(pairKey(userId, externalUserId), { configId: way.configId, untilMs })
  const text = '临时会话已开始'
  addMessage(world, { from: 'system', kind: 'notice', via: 'scan', userId, externalUserId, text, atMs: nowMs })
  desk.changed()
}
