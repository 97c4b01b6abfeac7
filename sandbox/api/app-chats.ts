import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../server/core/kernel/shanghai.ts'
import type { AppChat } from '../app-chat.ts'
import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, text, texts } from '../params.ts'
import { createQuota } from '../quota.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import { kindParams, MESSAGE_KINDS, readMessage } from './message-kinds.ts'

const MOST_MEMBERS = 2_000
const KINDS = MESSAGE_KINDS.filter((kind) => kind !== 'template_card' && kind !== 'miniprogram_notice')
const chatid = { chatid: need(text(), 86001) }

const needChat = ({ world }: Desk, id: string): AppChat =>
  world.appChats.get(id) ?? refuse(86003, 'chatid does not exist')

/** Only an app that the whole corp can see may make chats. */
function checkRange({ world }: Desk): void {
  if (!world.app.departments.includes(1)) refuse(60011, 'the root department is not in the visible range')
}

function checkPeople({ world }: Desk, owner: string, members: Set<string>): void {
  for (const id of members) if (!findStaff(world, id)) refuse(86007, 'invalid member')
  if (members.size < 2 || members.size > MOST_MEMBERS) refuse(86006, 'invalid number of members')
  if (!members.has(owner)) refuse(86207, 'owner is not in the member list')
}

/** Chats of members that the app makes; not customer groups. Docs 90245–90248. */
export function appChatEndpoints() {
  const creations = createQuota(1_000, DAY_MS)
  const changes = createQuota(1_000, HOUR_MS)
  const aMinute = createQuota(20_000, MINUTE_MS)
  const anHour = createQuota(300_000, HOUR_MS)
  return [
    endpoint({
      path: '/cgi-bin/appchat/create',
      method: 'POST',
      params: {
        chatid: text({ chars: 32, tooLong: 86205 }),
        name: need(text({ chars: 50, tooLong: 86004 }), 86004),
        owner: text(),
        userlist: need(texts(), 86006),
      },
      empty: { chatid: '' },
      handle: (p, desk) => {
        const { world, clock, random } = desk
        checkRange(desk)
        creations.spend(clock.now())
        if (p.chatid !== undefined && !/^[0-9a-zA-Z]+$/.test(p.chatid)) refuse(86001, 'invalid chatid')
        if (p.chatid !== undefined && world.appChats.has(p.chatid)) refuse(86215, 'chatid exists')
        const members = new Set(p.userlist)
        const owner = p.owner ?? random.pick(p.userlist)
        checkPeople(desk, owner, members)
        const id = p.chatid ?? `wrSandboxApp${random.text(20)}`
        world.appChats.set(id, { chatId: id, name: p.name, owner, members, messages: [] })
        return { chatid: id }
      },
    }),
    endpoint({
      path: '/cgi-bin/appchat/update',
      method: 'POST',
      params: {
        ...chatid,
        name: text({ chars: 50, tooLong: 86004 }),
        owner: text(),
        add_user_list: texts(),
        del_user_list: texts(),
      },
      handle: (p, desk) => {
        const chat = needChat(desk, p.chatid)
        changes.spend(desk.clock.now())
        const members = new Set([...chat.members, ...(p.add_user_list ?? [])])
        for (const id of p.del_user_list ?? []) members.delete(id)
        const owner = p.owner ?? chat.owner
        checkPeople(desk, owner, members)
        Object.assign(chat, { members, owner, name: p.name ?? chat.name })
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/appchat/get',
      method: 'GET',
      params: chatid,
      handle: (p, desk) => {
        const { chatId, name, owner, members } = needChat(desk, p.chatid)
        return { chat_info: { chatid: chatId, name, owner, userlist: [...members] } }
      },
    }),
    endpoint({
      path: '/cgi-bin/appchat/send',
      method: 'POST',
      unlimited: true,
      params: {
        ...chatid,
        msgtype: need(text(), 40008),
        safe: int({ min: 0, max: 1 }),
        ...kindParams(KINDS),
      },
      handle: (p, desk) => {
        const chat = needChat(desk, p.chatid)
        if (!KINDS.includes(p.msgtype)) refuse(40008, 'invalid msgtype')
        const body = readMessage(desk, p.msgtype, (p as Record<string, unknown>)[p.msgtype]) // declared for every msgtype
        const nowMs = desk.clock.now()
        for (const quota of [aMinute, anHour]) quota.spend(nowMs, chat.members.size)
        chat.messages.push({ msgid: desk.random.text(32), msgtype: p.msgtype, body, atMs: nowMs })
        desk.changed()
        return {}
      },
    }),
  ]
}
