import Type, { type Static } from 'typebox'
import { MESSAGE_TEXT_BYTES, WAY_REMARK_CHARS, WAY_STATE_CHARS } from '../../../core/kernel/wecom-limits.ts'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { Bytes, Characters } from '../wire/text-limits.ts'
import { attachmentDetails } from './attachment.ts'
import { Cursor, Done, Id, NextCursor, optionalInteger, optionalText, UnixSec } from './common.ts'

const UpTo14Days = Type.Optional(Type.Integer({ minimum: 1, maximum: 14 * 86_400 }))
/** Said when a temporary chat ends: text and one of picture, link, mini-program. */
const Conclusions = Type.Object({
  text: Type.Optional(Type.Object({ content: Bytes(MESSAGE_TEXT_BYTES, '结束语') })),
  image: Type.Optional(Type.Object({ media_id: Id })),
  link: Type.Optional(attachmentDetails.link),
  miniprogram: Type.Optional(attachmentDetails.miniprogram),
})

const changeable = {
  remark: Type.Optional(Characters(WAY_REMARK_CHARS, '联系我备注')),
  skip_verify: Type.Optional(Type.Boolean()),
  state: Type.Optional(Characters(WAY_STATE_CHARS, '渠道参数 state')),
  /** Departments are expanded; ≤100 members in all. */
  user: Type.Optional(Type.Array(Id, { maxItems: 100 })),
  party: Type.Optional(Type.Array(Type.Integer())),
  style: optionalInteger,
  mark_source: Type.Optional(Type.Boolean()),
  /** Seconds; this and the next three of temporary ways only. */
  expires_in: UpTo14Days,
  chat_expires_in: UpTo14Days,
  /** The only customer who may. */
  unionid: optionalText,
  conclusions: Type.Optional(Conclusions),
}

const Add = post({
  path: '/cgi-bin/externalcontact/add_contact_way',
  request: Type.Object({
    /** 1 one member, 2 several. */
    type: Type.Union([Type.Literal(1), Type.Literal(2)]),
    /** 1 mini-program, 2 QR code. */
    scene: Type.Union([Type.Literal(1), Type.Literal(2)]),
    ...changeable,
    is_exclusive: Type.Optional(Type.Boolean()),
    /** A chat that ends by itself in place of a friendship: medical corps, type 1. */
    is_temp: Type.Optional(Type.Boolean()),
  }),
  answer: Type.Object({ config_id: Id, qr_code: optionalText }),
})
const Get = post({
  path: '/cgi-bin/externalcontact/get_contact_way',
  repeatable: true,
  request: Type.Object({ config_id: Id }),
  answer: Type.Object({
    contact_way: Type.Object({
      config_id: Id,
      type: optionalInteger,
      scene: optionalInteger,
      remark: optionalText,
      skip_verify: Type.Optional(Type.Boolean()),
      state: optionalText,
      qr_code: optionalText,
      user: Type.Optional(Type.Array(Id)),
      party: Type.Optional(Type.Array(Type.Integer())),
      style: optionalInteger,
      is_exclusive: Type.Optional(Type.Boolean()),
      mark_source: Type.Optional(Type.Boolean()),
      is_temp: Type.Optional(Type.Boolean()),
      expires_in: optionalInteger,
      chat_expires_in: optionalInteger,
      unionid: optionalText,
    }),
  }),
})
const List = post({
  path: '/cgi-bin/externalcontact/list_contact_way',
  whole: true,
  repeatable: true,
  request: Type.Object({
    start_time: Type.Optional(UnixSec),
    end_time: Type.Optional(UnixSec),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    cursor: Cursor,
  }),
  answer: Type.Object({
    contact_way: Type.Array(Type.Object({ config_id: Id })),
    next_cursor: NextCursor,
  }),
})
const Update = post({
  path: '/cgi-bin/externalcontact/update_contact_way',
  repeatable: true,
  request: Type.Object({ config_id: Id, ...changeable }),
  answer: Done,
})
const Del = post({
  path: '/cgi-bin/externalcontact/del_contact_way',
  request: Type.Object({ config_id: Id }),
  answer: Done,
})

const CloseTempChat = post({
  path: '/cgi-bin/externalcontact/close_temp_chat',
  request: Type.Object({ userid: Id, external_userid: Id }),
  answer: Done,
})

/** Contact ways (联系我): the live codes of channels. An app sees and changes only what it made. Doc 92228. */
export const createWays = (call: Call) => ({
  /** type 1: exactly one user; type 2: ≤100 members. qr_code comes for scene 2. 500,000 ways per corp together with
   *  group join ways (41045). NOT safe to repeat: each call makes another way; look with `list` and `get` first. */
  add: (body: Static<typeof Add.request>) => call(Add, body),
  /** Throws 41044 for ways of other apps. Safe to repeat. */
  get: (body: Static<typeof Get.request>) => call(Get, body),
  /** Ids only, of ways made since start_time (unix s; default: 90 days ago); limit ≤1,000 (default 100). Safe to
   *  repeat. */
  list: (body: Static<typeof List.request> = {}) => call(List, body),
  /** user, party and remark are replaced; other fields left out stay. Safe to repeat. */
  update: (body: Static<typeof Update.request>) => call(Update, body),
  /** A printed code is dead afterwards. Repeating throws 41044. */
  del: (body: Static<typeof Del.request>) => call(Del, body),
  /** Ends a temporary chat with the closing words of its way. Repeating throws 84061. Doc 92572. */
  closeTempChat: (body: Static<typeof CloseTempChat.request>) => call(CloseTempChat, body),
})
