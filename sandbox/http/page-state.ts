import { qrUrl } from '../api/contact-ways.ts'
import type { Desk } from '../desk.ts'
import type { Controls } from '../people/controls.ts'
import { products } from '../people/products.ts'
import { liveTagIds } from '../relations.ts'
import type { ChatMessage, Follow } from '../world.ts'
import type { QrCodes } from './qr-codes.ts'

const CUSTOMERS_SHOWN = 200
const MESSAGES_SHOWN = 200
const KIND_ZH: Record<string, string> = {
  image: '图片',
  link: '链接',
  miniprogram: '小程序',
  video: '视频',
  file: '文件',
}

/** The last `count` of many, without a copy of all. */
function lastOf<T>(values: Iterable<T>, count: number): T[] {
  const ring: T[] = []
  let n = 0
  for (const value of values) ring[n++ % count] = value
  const start = n > count ? n % count : 0
  return [...ring.slice(start), ...ring.slice(0, start)]
}

/** Everything the page shows for the chosen customer and guide. */
export function pageState(
  desk: Desk,
  controls: Controls,
  qrCodes: QrCodes,
  chosen: { customer?: string; guide?: string; chat?: string },
) {
  const { world, clock } = desk
  const staff = [...world.staff.values()].filter((person) => !person.left)
  const guideId = chosen.guide ?? staff[0]?.userId ?? ''
  const customer = world.customers.get(chosen.customer ?? '')
  const customerId = customer?.externalUserId ?? ''

  /** With the join way whose code the message shows, so that the page can offer 扫码进群. */
  const shown = (message: ChatMessage) => {
    const configId = qrCodes.shownIn(message)
    const way = configId === undefined ? undefined : world.joinWays.get(configId)
    const room = way?.chatIds.map((id) => world.groups.get(id)).find((group) => group && !group.dismissed)
    return way ? { ...message, joinConfigId: way.configId, joinName: room?.name || '群聊邀请' } : message
  }
  const chatOf = (follow: Follow) => {
    const last = (world.messages.get(follow.externalUserId) ?? []).findLast((m) => m.userId === follow.userId)
    return {
      externalUserId: follow.externalUserId,
      name: world.customers.get(follow.externalUserId)?.name ?? '',
      remark: follow.remark,
      deletedByCustomer: follow.deletedByCustomer,
      lastText: last?.text ?? (last ? `[${KIND_ZH[last.kind] ?? last.kind}]` : ''),
      lastFrom: last?.from,
      lastId: last?.id ?? 0,
      lastAtMs: last?.atMs ?? follow.addedAtMs,
      addedAtMs: follow.addedAtMs,
      tags: liveTagIds(world, follow).map((id) => world.tags.get(id)?.name ?? ''),
    }
  }
  const groupCard = (chatId: string) => {
    const group = world.groups.get(chatId)
    if (!group || group.dismissed) return []
    const { name, members, capacity, messages } = group
    return [{ chatId, name, size: members.size, capacity, messages: messages.slice(-20).map(shown) }]
  }
  return {
    nowMs: clock.now(),
    url: desk.url(),
    appUrl: desk.appUrl(),
    client: desk.client,
    corpName: desk.credentials.corpName,
    staff: staff.map(({ userId, name, position }) => ({
      userId,
      name,
      position,
      pending: controls.pendingMassSends(userId).length,
    })),
    customers: lastOf(world.customers.values(), CUSTOMERS_SHOWN)
      .reverse()
      .map(({ externalUserId, name }) => ({ externalUserId, name })),
    contactWays: [...world.contactWays.values()].map((way) => ({
      configId: way.configId,
      state: way.state,
      remark: way.remark,
      users: way.users,
      qr: qrUrl(desk, way.configId),
    })),
    joinWays: [...world.joinWays.values()].map((way) => ({
      configId: way.configId,
      state: way.state,
      remark: way.remark,
      qr: qrUrl(desk, way.configId),
      chatIds: way.chatIds,
    })),
    customer: customer && {
      externalUserId: customerId,
      name: customer.name,
      unionId: customer.unionId,
      guides: world.followsByCustomer.get(customerId).map((follow) => ({
        userId: follow.userId,
        name: world.staff.get(follow.userId)?.name ?? follow.userId,
        deleted: follow.deletedByCustomer,
        state: follow.state,
      })),
      messages: (world.messages.get(customerId) ?? []).slice(-MESSAGES_SHOWN).map(shown),
      groups: world.groupsByMember.get(customerId).flatMap(groupCard),
      orders: controls.ordersAtShop(customer.unionId),
    },
    guide: {
      userId: guideId,
      messages: (world.messages.get(chosen.chat ?? '') ?? [])
        .filter((message) => message.userId === guideId)
        .slice(-MESSAGES_SHOWN)
        .map(shown),
      chats: [...(world.followsByUser.get(guideId)?.values() ?? [])]
        .map(chatOf)
        .sort((a, b) => b.lastAtMs - a.lastAtMs),
      groups: world.groupsByMember.get(guideId).flatMap(groupCard),
      pending: controls.pendingMassSends(guideId).map((send) => ({
        msgid: send.msgid,
        chatType: send.chatType,
        text: send.text,
        attachments: send.attachments,
        createdAtMs: send.createdAtMs,
        targets: send.tasks.get(guideId)?.results.size ?? 0,
      })),
      appMessages: (world.appMessages.get(guideId) ?? []).slice(-30).reverse(),
    },
    products,
    losesPushes: controls.losesPushes(),
  }
}
