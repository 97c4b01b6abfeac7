import Type, { type Static } from 'typebox'
import { ROOM_NAME_CHARS, WAY_REMARK_CHARS, WAY_STATE_CHARS } from '../../../core/kernel/wecom-limits.ts'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { Characters } from '../wire/text-limits.ts'
import { Cursor, Done, Id, KeptId, NextCursor, optionalInteger, optionalKeptId, optionalText } from './common.ts'

const Flag = Type.Union([Type.Literal(0), Type.Literal(1)])

export const GroupChatMember = Type.Object({
  /** userid or external_userid, by type. */
  userid: KeptId,
  /** 1 corp member, 2 external. */
  type: Type.Integer(),
  unionid: optionalText,
  /** Unix seconds. */
  join_time: optionalInteger,
  /** 1 invited, 2 link, 3 QR code. */
  join_scene: optionalInteger,
  invitor: Type.Optional(Type.Object({ userid: optionalKeptId })),
  group_nickname: optionalText,
  name: optionalText,
  /** Of the join way, for join_scene 3. */
  state: optionalKeptId,
})
export type GroupChatMember = Static<typeof GroupChatMember>

export const GroupChat = Type.Object({
  chat_id: KeptId,
  /** May be empty. */
  name: optionalText,
  owner: optionalKeptId,
  create_time: optionalInteger,
  notice: optionalText,
  member_list: Type.Array(GroupChatMember),
  admin_list: Type.Optional(Type.Array(Type.Object({ userid: Id }))),
  /** Compare with CurMemVer of the event: this answer may lag behind it. */
  member_version: optionalKeptId,
})
export type GroupChat = Static<typeof GroupChat>

const List = post({
  path: '/cgi-bin/externalcontact/groupchat/list',
  repeatable: true,
  request: Type.Object({
    status_filter: Type.Optional(Type.Integer({ minimum: 0, maximum: 3 })),
    owner_filter: Type.Optional(Type.Object({ userid_list: Type.Array(Id, { maxItems: 100 }) })),
    limit: Type.Integer({ minimum: 1, maximum: 1_000 }),
    cursor: Cursor,
  }),
  answer: Type.Object({
    /** status: 0 normal, 1 owner left, 2 being inherited, 3 inherited. */
    group_chat_list: Type.Array(Type.Object({ chat_id: KeptId, status: optionalInteger })),
    next_cursor: NextCursor,
  }),
})
const Get = post({
  path: '/cgi-bin/externalcontact/groupchat/get',
  repeatable: true,
  request: Type.Object({ chat_id: Id, need_name: Type.Optional(Flag) }),
  answer: Type.Object({ group_chat: GroupChat }),
})

const OpenGid = post({
  path: '/cgi-bin/externalcontact/opengid_to_chatid',
  repeatable: true,
  request: Type.Object({ opengid: Id }),
  answer: Type.Object({ chat_id: Id }),
})

const joinWay = {
  scene: Type.Union([Type.Literal(1), Type.Literal(2)]),
  remark: Type.Optional(Characters(WAY_REMARK_CHARS, '入群码备注')),
  auto_create_room: Type.Optional(Flag),
  room_base_name: Type.Optional(Characters(ROOM_NAME_CHARS, '自动建群的群名前缀')),
  room_base_id: Type.Optional(Type.Integer({ minimum: 0 })),
  chat_id_list: Type.Array(Id, { minItems: 1, maxItems: 5 }),
  state: Type.Optional(Characters(WAY_STATE_CHARS, '入群渠道参数 state')),
  mark_source: Type.Optional(Type.Boolean()),
}

const AddJoinWay = post({
  path: '/cgi-bin/externalcontact/groupchat/add_join_way',
  request: Type.Object(joinWay),
  answer: Type.Object({ config_id: Id }),
})
const GetJoinWay = post({
  path: '/cgi-bin/externalcontact/groupchat/get_join_way',
  repeatable: true,
  request: Type.Object({ config_id: Id }),
  answer: Type.Object({
    join_way: Type.Object({
      config_id: Id,
      scene: optionalInteger,
      remark: optionalText,
      auto_create_room: optionalInteger,
      room_base_name: optionalText,
      room_base_id: optionalInteger,
      chat_id_list: Type.Optional(Type.Array(Id)),
      qr_code: optionalText,
      state: optionalText,
    }),
  }),
})
const UpdateJoinWay = post({
  path: '/cgi-bin/externalcontact/groupchat/update_join_way',
  repeatable: true,
  request: Type.Object({ config_id: Id, ...joinWay }),
  answer: Done,
})
const DelJoinWay = post({
  path: '/cgi-bin/externalcontact/groupchat/del_join_way',
  request: Type.Object({ config_id: Id }),
  answer: Done,
})

/** Customer groups (客户群) and their join ways. Groups of owners outside the app's range are invisible. */
export const createGroups = (call: Call) => ({
  /** limit ≤1,000, required. More than 1,000 members in range and no owner_filter (≤100): 81017. A group whose owner
   *  left is listed only when the owner is named. Safe to repeat. Doc 92120. */
  list: (body: Static<typeof List.request>) => call(List, body),
  /** Throws 49008 when dissolved. May lag behind the event by some seconds. Safe to repeat. Doc 92122. */
  get: (body: Static<typeof Get.request>) => call(Get, body),
  /** The group in which a mini-program was opened, by the opengid WeChat gave it. Safe to repeat. Doc 94822. */
  chatIdOf: (opengid: string) => call(OpenGid, { opengid }),
  /** ≤5 groups; state ≤30 characters comes back in the member_list of `get`. The QR code comes from getJoinWay. NOT safe
   *  to repeat: each call makes another, and the platform offers no list of them. Doc 92229. */
  addJoinWay: (body: Static<typeof AddJoinWay.request>) => call(AddJoinWay, body),
  /** chat_id_list grows when auto_create_room opened a group. Safe to repeat. Doc 92229. */
  getJoinWay: (body: Static<typeof GetJoinWay.request>) => call(GetJoinWay, body),
  /** Replaces all fields. Safe to repeat. Doc 92229. */
  updateJoinWay: (body: Static<typeof UpdateJoinWay.request>) => call(UpdateJoinWay, body),
  /** Doc 92229. */
  delJoinWay: (body: Static<typeof DelJoinWay.request>) => call(DelJoinWay, body),
})
