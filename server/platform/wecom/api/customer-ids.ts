import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { Cursor, Id, NextCursor, optionalInteger, optionalText } from './common.ts'

/** A customer, or someone whom a guide met in a group. */
export const ServedContact = Type.Object({
  is_customer: Type.Optional(Type.Boolean()),
  /** Of customers only. */
  external_userid: optionalText,
  /** Valid for 4 hours: no key. */
  tmp_openid: optionalText,
  name: optionalText,
  follow_userid: optionalText,
  /** Where they met, if in a group. */
  chat_id: optionalText,
  chat_name: optionalText,
  /** Unix seconds. */
  add_time: optionalInteger,
})
export type ServedContact = Static<typeof ServedContact>

const Served = post({
  path: '/cgi-bin/externalcontact/contact_list',
  repeatable: true,
  request: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })), cursor: Cursor }),
  answer: Type.Object({ info_list: Type.Optional(Type.Array(ServedContact)), next_cursor: NextCursor }),
})
const OpenId = post({
  path: '/cgi-bin/externalcontact/convert_to_openid',
  repeatable: true,
  request: Type.Object({ external_userid: Id }),
  answer: Type.Object({ openid: Id }),
})
const OfUnionId = post({
  path: '/cgi-bin/externalcontact/unionid_to_external_userid',
  repeatable: true,
  request: Type.Object({ unionid: Id, openid: Type.Optional(Id) }),
  answer: Type.Object({ external_userid: Id }),
})
const OfUnionIdOrPending = post({
  path: '/cgi-bin/idconvert/unionid_to_external_userid',
  repeatable: true,
  request: Type.Object({
    unionid: Id,
    openid: Id,
    /** 0 this corp, 1 its provider. */
    subject_type: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)])),
  }),
  answer: Type.Object({ external_userid: optionalText, pending_id: optionalText }),
})

/** One id of a customer for another. Conversions by unionid share 100,000 an hour, 480,000 a day, 7,500,000 a month per
 *  corp (45009). All are safe to repeat. */
export const createCustomerIds = (call: Call) => ({
  /** Everyone the corp has served, strangers in groups too; limit ≤1,000, a cursor lives 4 hours. Self-built apps only.
   *  Doc 99434. */
  served: (body: Static<typeof Served.request> = {}) => call(Served, body),
  /** For WeChat pay. Throws 41056 for WeCom users, 84061 for those who are nobody's customer. Doc 92323. */
  openId: (externalUserId: string) => call(OpenId, { external_userid: externalUserId }),
  /** The older form. Throws 40096 when unknown, 84061 when nobody's customer. Doc 93274. */
  ofUnionId: (body: Static<typeof OfUnionId.request>) => call(OfUnionId, body),
  /** Not a customer yet: `pending_id` in place of it, valid for 90 days. Doc 95926. */
  ofUnionIdOrPending: (body: Static<typeof OfUnionIdOrPending.request>) => call(OfUnionIdOrPending, body),
})
