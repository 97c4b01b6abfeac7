import Type, { type Static } from 'typebox'
import { SERVICE_TEXT_BYTES } from '../../../core/kernel/wecom-limits.ts'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { Bytes } from '../wire/text-limits.ts'
import { Cursor, Id, KeptId, NextCursor, optionalInteger, optionalKeptId, optionalText } from './common.ts'

/** One message; of what was said only text is read. */
const ServiceMessage = Type.Object({
  msgid: KeptId,
  /** text, image, event … */
  msgtype: optionalText,
  /** 3 customer, 4 system event, 5 servicer. */
  origin: optionalInteger,
  external_userid: optionalKeptId,
  /** Unix seconds. */
  send_time: optionalInteger,
  text: Type.Optional(Type.Object({ content: optionalText })),
})
export type ServiceMessage = Static<typeof ServiceMessage>

const Sync = post({
  path: '/cgi-bin/kf/sync_msg',
  repeatable: true,
  request: Type.Object({
    open_kfid: Id,
    cursor: Cursor,
    token: optionalText,
    limit: Type.Integer({ minimum: 1, maximum: 1_000 }),
  }),
  answer: Type.Object({
    msg_list: Type.Optional(Type.Array(ServiceMessage)),
    /** 1: there is more, however short the page is. */
    has_more: optionalInteger,
    next_cursor: NextCursor,
  }),
})
const Send = post({
  path: '/cgi-bin/kf/send_msg',
  // The msgid is the platform's own key against doing it twice.
  repeatable: true,
  request: Type.Object({
    open_kfid: Id,
    touser: Id,
    /** Ours. */
    msgid: Type.String({ pattern: '^[0-9a-zA-Z_-]{1,32}$' }),
    msgtype: Type.Literal('text'),
    text: Type.Object({ content: Bytes(SERVICE_TEXT_BYTES, '微信客服的回复') }),
  }),
  answer: Type.Object({ msgid: optionalText }),
})

/** Customer service (微信客服): what customers say to its accounts. */
export const createCustomerService = (call: Call) => ({
  /** Messages after `cursor`, of the last three days; go on while has_more is 1, however short a page is. Without `token` (of the callback,
   *  10 min) a harsh limit holds. Throws 95007 when the token is too old, 48007 when the account is not granted, 95011, 95012 and
   *  95017 when it is not open to apps. Safe to repeat. Doc 94670. */
  sync: (body: Static<typeof Sync.request>) => call(Sync, body),
  /** Text of at most 2,048 bytes, within 48 h of the customer's last message (else 95002) and at most five for each (95001); while a
   *  servicer has the chat 95018. Safe to repeat with the same msgid. Doc 94677. */
  send: (body: Static<typeof Send.request>) => call(Send, body),
})
