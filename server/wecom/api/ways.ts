import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { post } from '../endpoint.ts'
import { Characters } from '../text-limits.ts'
import { Cursor, Done, Id, NextCursor, optionalInteger, optionalText, UnixSec } from './common.ts'

const changeable = {
  remark: Type.Optional(Characters(30, '「联系我」备注')),
  skip_verify: Type.Optional(Type.Boolean()),
  state: Type.Optional(Characters(30, '渠道参数 state')),
  /** Departments are expanded; ≤100 members in all. */
  user: Type.Optional(Type.Array(Id, { maxItems: 100 })),
  party: Type.Optional(Type.Array(Type.Integer())),
  style: optionalInteger,
  mark_source: Type.Optional(Type.Boolean()),
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
    }),
  }),
})
const List = post({
  path: '/cgi-bin/externalcontact/list_contact_way',
  repeatable: true,
  request: Type.Object({
    start_time: Type.Optional(UnixSec),
    end_time: Type.Optional(UnixSec),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    cursor: Cursor,
  }),
  answer: Type.Object({
    contact_way: Type.Optional(Type.Array(Type.Object({ config_id: Id }))),
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
})
