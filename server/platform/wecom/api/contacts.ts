import Type, { type Static } from 'typebox'
import { CUSTOMER_DESCRIPTION_CHARS, CUSTOMER_REMARK_CHARS } from '../../../core/kernel/wecom-limits.ts'
import type { Call } from '../call.ts'
import { ERRCODE } from '../error-codes/errcode.ts'
import { get, post } from '../wire/endpoint.ts'
import { Characters, notAllEmpty } from '../wire/text-limits.ts'
import { isRefusedWith } from '../wire/wecom-error.ts'
import { messageContent } from './attachment.ts'
import { Cursor, Done, Id, KeptId, NextCursor, optionalInteger, optionalKeptId, optionalText } from './common.ts'

export const ExternalContact = Type.Object({
  external_userid: KeptId,
  name: optionalText,
  avatar: optionalText,
  /** 1 WeChat, 2 WeCom. */
  type: optionalInteger,
  /** 0 unknown, 1 male, 2 female. */
  gender: optionalInteger,
  unionid: optionalKeptId,
  position: optionalText,
  corp_name: optionalText,
  corp_full_name: optionalText,
})
export type ExternalContact = Static<typeof ExternalContact>

const follow = {
  userid: KeptId,
  remark: optionalText,
  remark_corp_name: optionalText,
  remark_mobiles: Type.Optional(Type.Array(Type.String())),
  description: optionalText,
  /** 1 QR code, 16 acquisition link, 202 assigned by an admin …; unknown numbers come up. */
  add_way: optionalInteger,
  /** Unix seconds. */
  createtime: optionalInteger,
  state: optionalText,
  oper_userid: optionalText,
}

/** One member's relation to the customer, as externalcontact/get gives it. */
export const FollowUser = Type.Object({
  ...follow,
  tags: Type.Optional(
    Type.Array(
      Type.Object({
        /** 1 corp, 2 the member's own (without tag_id), 3 strategy. */
        type: optionalInteger,
        tag_id: optionalKeptId,
        tag_name: optionalText,
        group_name: optionalText,
      }),
    ),
  ),
})
export type FollowUser = Static<typeof FollowUser>

/** The same as batch/get_by_user gives it: ids of corp and strategy tags only. */
export const FollowInfo = Type.Object({ ...follow, tag_id: Type.Optional(Type.Array(Type.String({ maxLength: 64 }))) })
export type FollowInfo = Static<typeof FollowInfo>

const FollowUserList = get({
  path: '/cgi-bin/externalcontact/get_follow_user_list',
  request: Type.Object({}),
  answer: Type.Object({ follow_user: Type.Array(KeptId) }),
})
const List = get({
  path: '/cgi-bin/externalcontact/list',
  request: Type.Object({ userid: Id }),
  answer: Type.Object({ external_userid: Type.Array(KeptId) }),
})
const Get = get({
  path: '/cgi-bin/externalcontact/get',
  request: Type.Object({ external_userid: Id, cursor: Cursor }),
  answer: Type.Object({
    external_contact: ExternalContact,
    follow_user: Type.Array(FollowUser),
    next_cursor: NextCursor,
  }),
})
export const CUSTOMERS_OF_GUIDES = '/cgi-bin/externalcontact/batch/get_by_user'
const BatchByUser = post({
  path: CUSTOMERS_OF_GUIDES,
  repeatable: true,
  request: Type.Object({
    userid_list: Type.Array(Id, { minItems: 1, maxItems: 100 }),
    cursor: Cursor,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  }),
  answer: Type.Object({
    external_contact_list: Type.Array(Type.Object({ external_contact: ExternalContact, follow_info: FollowInfo })),
    next_cursor: NextCursor,
    fail_info: Type.Optional(Type.Object({ unlicensed_userid_list: Type.Optional(Type.Array(Id)) })),
  }),
})
const Remark = post({
  path: '/cgi-bin/externalcontact/remark',
  repeatable: true,
  request: Type.Refine(
    Type.Object({
      userid: Id,
      external_userid: Id,
      remark: Type.Optional(Characters(CUSTOMER_REMARK_CHARS, '备注')),
      description: Type.Optional(Characters(CUSTOMER_DESCRIPTION_CHARS, '描述')),
      remark_company: Type.Optional(Characters(CUSTOMER_REMARK_CHARS, '备注企业')),
      remark_mobiles: Type.Optional(Type.Array(Type.String())),
      remark_pic_mediaid: optionalText,
    }),
    (value) => notAllEmpty(['remark', 'description', 'remark_company', 'remark_mobiles', 'remark_pic_mediaid'], value),
    () => '备注、描述、企业、手机号、图片至少要改一项',
  ),
  answer: Done,
})
const SendWelcome = post({
  path: '/cgi-bin/externalcontact/send_welcome_msg',
  repeatable: true,
  timeoutMs: 4_000,
  request: Type.Refine(
    Type.Object({ welcome_code: Id, ...messageContent }),
    (value) => notAllEmpty(['text', 'attachments'], value),
    () => '欢迎语的正文和附件不能都为空',
  ),
  answer: Done,
})

/** Customers (外部联系人) and the members who follow them. */
export const createContacts = (call: Call) => ({
  /** Userids of the members who may have customers, inside the app's range. Safe to repeat. Doc 92571. */
  followUserList: () => call(FollowUserList, {}),

  /** All customers of one member, not paged. A member without any answers 84061, given back here as an empty list; every
   *  other failure is thrown and means "not known", never "none". Safe to repeat. Doc 92113. */
  list: async (userid: string): Promise<Static<typeof List.answer>> => {
    try {
      return await call(List, { userid })
    } catch (error) {
      if (isRefusedWith(error, ERRCODE.noRelation)) return { external_userid: [] }
      throw error
    }
  },

  /** One customer with up to 500 followers a page. Throws 84061 when no member in range follows. A member whom the
   *  customer deleted is still listed. Safe to repeat. Doc 92114. */
  get: (externalUserId: string, cursor?: string) =>
    call(Get, { external_userid: externalUserId, ...(cursor === undefined ? {} : { cursor }) }),

  /** One row per relation of up to 100 members; limit ≤100 (default 50), until next_cursor is empty. Throws 45033 when
   *  too many run at once. Safe to repeat. Doc 92994. */
  batchByUser: (body: Static<typeof BatchByUser.request>) => call(BatchByUser, body),

  /** remark ≤20, description ≤150, remark_company ≤20 characters (WeChat users only); remark_mobiles overwrites. Fields
   *  left out stay. Raises no callback. Safe to repeat. Doc 92115. */
  remark: (body: Static<typeof Remark.request>) => call(Remark, body),

  /** The one welcome message of a new friendship. welcome_code: within 20 s of its event, once; text ≤4,000 bytes; ≤9
   *  attachments. Throws 41050 late, 41051 already sent or already talking (both final), 41096 another app is sending
   *  (may be tried again within the 20 s). Repeating is harmless: a used code answers 41051. Waits 4 s at most.
   *  Doc 92137. */
  sendWelcome: (body: Static<typeof SendWelcome.request>) => call(SendWelcome, body),
})
