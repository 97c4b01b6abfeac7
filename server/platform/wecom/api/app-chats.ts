import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { get, post } from '../wire/endpoint.ts'
import { Characters } from '../wire/text-limits.ts'
import { Done, Id, optionalText } from './common.ts'
import { ChatMessage } from './message-kinds.ts'

const name = Characters(50, '群聊名称')
/** Ours to choose, ≤32 letters and digits: makes creating it safe to repeat (86215). */
const ChatId = Type.Refine(
  Type.String(),
  (value) => /^[0-9a-zA-Z]{1,32}$/.test(value),
  () => '「群聊编号」只能有字母和数字，1–32 个',
)
const Create = post({
  path: '/cgi-bin/appchat/create',
  request: Type.Object({
    chatid: Type.Optional(ChatId),
    name,
    owner: Type.Optional(Id),
    userlist: Type.Refine(
      Type.Array(Id),
      (value) => value.length >= 2 && value.length <= 2_000,
      (value) => `「群成员」有 ${value.length} 人，要 2–2000 人`,
    ),
  }),
  answer: Type.Object({ chatid: Id }),
})
const Update = post({
  path: '/cgi-bin/appchat/update',
  repeatable: true,
  request: Type.Object({
    chatid: Id,
    name: Type.Optional(name),
    owner: Type.Optional(Id),
    add_user_list: Type.Optional(Type.Array(Id, { maxItems: 2_000 })),
    del_user_list: Type.Optional(Type.Array(Id, { maxItems: 2_000 })),
  }),
  answer: Done,
})
const Get = get({
  path: '/cgi-bin/appchat/get',
  request: Type.Object({ chatid: Id }),
  answer: Type.Object({
    chat_info: Type.Object({
      chatid: Id,
      name: optionalText,
      owner: optionalText,
      userlist: Type.Optional(Type.Array(Id)),
    }),
  }),
})
const Send = post({
  path: '/cgi-bin/appchat/send',
  request: Type.Intersect([
    Type.Object({ chatid: Id, safe: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)])) }),
    ChatMessage,
  ]),
  answer: Done,
})

/** Chats of members that our app makes; not customer groups. The whole corp must be in the app's visible range (60011). */
export const createAppChats = (call: Call) => ({
  /** 1,000 a day; seen by the members with its first message. Throws 86007 no such member, 86215 chatid in use. Not safe
   *  to repeat without a chatid of our own. Doc 90245. */
  create: (body: Static<typeof Create.request>) => call(Create, body),
  /** 1,000 an hour. Throws 86003. Safe to repeat. Doc 90246. */
  update: (body: Static<typeof Update.request>) => call(Update, body),
  /** Throws 86003. Safe to repeat. Doc 90247. */
  get: (chatid: string) => call(Get, { chatid }),
  /** 20,000 person-times a minute, 300,000 an hour; a member gets ≤200 a minute, the rest is dropped silently. Not safe to
   *  repeat. Doc 90248. */
  send: (body: Static<typeof Send.request>) => call(Send, body),
})
