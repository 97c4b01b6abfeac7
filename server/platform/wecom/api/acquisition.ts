import Type, { type Static } from 'typebox'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Call } from '../call.ts'
import { get, post } from '../wire/endpoint.ts'
import { Cursor, Done, Id, NextCursor, optionalInteger, optionalText, UnixSec } from './common.ts'
import { checkHorizon, isShortSpan, TOO_LONG } from './statistics-span.ts'

const PATH = '/cgi-bin/externalcontact/customer_acquisition'
/** Bytes of `customer_channel`; the platform cuts what is longer. */
const CHANNEL_BYTES = 64

const settings = {
  /** Departments are expanded; ≤100 members in all (a newer, weak source says 500). */
  range: Type.Optional(
    Type.Object({
      user_list: Type.Optional(Type.Array(Id, { maxItems: 100 })),
      department_list: Type.Optional(Type.Array(Type.Integer())),
    }),
  ),
  /** Some business categories only. */
  priority_option: Type.Optional(
    Type.Object({
      priority_type: Type.Union([Type.Literal(1), Type.Literal(2)]),
      priority_userid_list: Type.Optional(Type.Array(Id, { maxItems: 100 })),
    }),
  ),
  skip_verify: Type.Optional(Type.Boolean()),
  mark_source: Type.Optional(Type.Boolean()),
}
const LinkName = Type.String({ minLength: 1 })
const linkId = Type.Object({ link_id: Id })

export const AcquisitionLink = Type.Object({
  link_id: Id,
  link_name: optionalText,
  url: optionalText,
  skip_verify: Type.Optional(Type.Boolean()),
  mark_source: Type.Optional(Type.Boolean()),
  /** Unix seconds. */
  create_time: optionalInteger,
})
export type AcquisitionLink = Static<typeof AcquisitionLink>

export const LinkCustomer = Type.Object({
  external_userid: Id,
  userid: optionalText,
  /** 0 the customer has written nothing, 1 has written. */
  chat_status: optionalInteger,
  /** customer_channel of the address. */
  state: optionalText,
})
export type LinkCustomer = Static<typeof LinkCustomer>

const ListLinks = post({
  path: `${PATH}/list_link`,
  repeatable: true,
  request: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })), cursor: Cursor }),
  answer: Type.Object({ link_id_list: Type.Optional(Type.Array(Id)), next_cursor: NextCursor }),
})
const GetLink = post({
  path: `${PATH}/get`,
  repeatable: true,
  request: linkId,
  answer: Type.Object({
    link: AcquisitionLink,
    range: Type.Optional(
      Type.Object({
        user_list: Type.Optional(Type.Array(Id)),
        department_list: Type.Optional(Type.Array(Type.Integer())),
      }),
    ),
  }),
})
const CreateLink = post({
  path: `${PATH}/create_link`,
  request: Type.Object({ link_name: LinkName, ...settings }),
  answer: Type.Object({ link: AcquisitionLink }),
})
const UpdateLink = post({
  path: `${PATH}/update_link`,
  repeatable: true,
  request: Type.Object({ link_id: Id, link_name: Type.Optional(LinkName), ...settings }),
  answer: Done,
})
const DeleteLink = post({ path: `${PATH}/delete_link`, request: linkId, answer: Done })
const Customers = post({
  path: `${PATH}/customer`,
  repeatable: true,
  request: Type.Object({
    link_id: Id,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    cursor: Cursor,
  }),
  answer: Type.Object({ customer_list: Type.Optional(Type.Array(LinkCustomer)), next_cursor: NextCursor }),
})
const Statistic = post({
  path: `${PATH}/statistic`,
  repeatable: true,
  request: Type.Refine(
    Type.Object({ link_id: Id, start_time: UnixSec, end_time: UnixSec }),
    (value) => isShortSpan(value.start_time, value.end_time),
    () => TOO_LONG,
  ),
  answer: Type.Object({ click_link_customer_cnt: optionalInteger, new_customer_cnt: optionalInteger }),
})
const Quota = get({
  path: '/cgi-bin/externalcontact/customer_acquisition_quota',
  request: Type.Object({}),
  answer: Type.Object({
    /** Used in all the time. */
    total: optionalInteger,
    balance: Type.Integer(),
    quota_list: Type.Optional(Type.Array(Type.Object({ expire_date: optionalInteger, balance: optionalInteger }))),
  }),
})
const ChatInfo = post({
  path: `${PATH}/get_chat_info`,
  repeatable: true,
  request: Type.Object({ chat_key: Id }),
  answer: Type.Object({
    userid: optionalText,
    external_userid: optionalText,
    chat_info: Type.Optional(
      Type.Object({ link_id: optionalText, state: optionalText, recv_msg_cnt: optionalInteger }),
    ),
  }),
})

/** Acquisition links (获客助手): every customer who comes by one spends one of a paid quota. An app sees only its own
 *  links. Docs 97297, 97298, 97375, 100130. */
export const createAcquisition = (call: Call, clock: Clock) => ({
  /** Ids; limit ≤100. Safe to repeat. Doc 97297. */
  links: (body: Static<typeof ListLinks.request> = {}) => call(ListLinks, body),
  /** Throws 40058 for a link that is gone. Safe to repeat. Doc 97297. */
  link: (body: Static<typeof GetLink.request>) => call(GetLink, body),
  /** ≤100 members. Throws 41095 when there are too many links. NOT safe to repeat: each call makes another. Doc 97297. */
  create: (body: Static<typeof CreateLink.request>) => call(CreateLink, body),
  /** A given range replaces the old one; what is left out stays. Safe to repeat. Doc 97297. */
  update: (body: Static<typeof UpdateLink.request>) => call(UpdateLink, body),
  /** Comes back as a delete_link event. Repeating throws 40058. Doc 97297. */
  del: (body: Static<typeof DeleteLink.request>) => call(DeleteLink, body),
  /** Who came by the link; limit ≤1,000. Safe to repeat. Doc 97298. */
  customers: (body: Static<typeof Customers.request>) => call(Customers, body),
  /** Unix seconds, floored to Shanghai days: ≤30 days, none more than 180 days ago. Safe to repeat. Doc 97375. */
  statistic: async (body: Static<typeof Statistic.request>) => {
    checkHorizon(Statistic.path, body.start_time, clock.now())
    return call(Statistic, body)
  },
  /** Balance 0: the links stop. Safe to repeat. Doc 97375. */
  quota: () => call(Quota, {}),
  /** chat_key: of a message_from_customer event, within 30 minutes. Safe to repeat. Doc 100130. */
  chatInfo: (body: Static<typeof ChatInfo.request>) => call(ChatInfo, body),
})

/** The address to hand out: customers who come by it carry `channel` as their state. Throws RangeError beyond 64 bytes,
 *  where the platform would cut it and the source would be lost. Doc 97297. */
export function linkAddress(url: string, channel: string): string {
  const bytes = Buffer.byteLength(channel)
  if (bytes > CHANNEL_BYTES)
    throw new RangeError(`「获客渠道」有 ${bytes} 字节，最多 ${CHANNEL_BYTES} 字节（一个汉字 3 字节）`)
  return `${url}${url.includes('?') ? '&' : '?'}customer_channel=${encodeURIComponent(channel)}`
}
