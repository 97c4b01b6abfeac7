import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { notAllEmpty } from '../wire/text-limits.ts'
import { messageContent } from './attachment.ts'
import { Cursor, Done, Id, NextCursor, optionalInteger, optionalText, UnixSec } from './common.ts'

const ChatType = Type.Union([Type.Literal('single'), Type.Literal('group')])
const MsgId = Type.Object({ msgid: Id })
const pageOf = (most: number) => ({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: most })),
  cursor: Cursor,
})

const CreateRequest = Type.Object({
  chat_type: Type.Optional(ChatType),
  external_userid: Type.Optional(Type.Array(Id, { maxItems: 10_000 })),
  chat_id_list: Type.Optional(Type.Array(Id, { maxItems: 2_000 })),
  tag_filter: Type.Optional(
    Type.Object({
      /** One of each group's tags (or), in every group (and). */
      group_list: Type.Array(Type.Object({ tag_list: Type.Array(Id, { maxItems: 100 }) })),
    }),
  ),
  sender: Type.Optional(Id),
  allow_select: Type.Optional(Type.Boolean()),
  ...messageContent,
})

const Create = post({
  path: '/cgi-bin/externalcontact/add_msg_template',
  request: Type.Refine(
    Type.Refine(
      CreateRequest,
      (value) => notAllEmpty(['text', 'attachments'], value),
      () => '群发的正文和附件不能都为空',
    ),
    (value) => value.chat_type !== 'group' || value.sender !== undefined,
    () => '发到客户群的群发要写明由谁发送',
  ),
  answer: Type.Object({ msgid: optionalText, fail_list: Type.Optional(Type.Array(Id)) }),
})
const List = post({
  path: '/cgi-bin/externalcontact/get_groupmsg_list_v2',
  whole: true,
  repeatable: true,
  request: Type.Object({
    chat_type: ChatType,
    start_time: UnixSec,
    end_time: UnixSec,
    creator: Type.Optional(Id),
    /** 0 by the corp, 1 by members, 2 all (default). */
    filter_type: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
    ...pageOf(100),
  }),
  answer: Type.Object({
    group_msg_list: Type.Array(
      Type.Object({
        msgid: Id,
        creator: optionalText,
        create_type: optionalInteger,
        /** Unix seconds. */
        create_time: optionalInteger,
        text: Type.Optional(Type.Object({ content: optionalText })),
      }),
    ),
    next_cursor: NextCursor,
  }),
})
const Tasks = post({
  path: '/cgi-bin/externalcontact/get_groupmsg_task',
  whole: true,
  repeatable: true,
  request: Type.Object({ msgid: Id, ...pageOf(1_000) }),
  answer: Type.Object({
    task_list: Type.Array(
      /** status: 0 not sent, 1 confirmed, 2 sent. send_time: unix seconds, absent until sent. */
      Type.Object({ userid: Id, status: Type.Integer(), send_time: optionalInteger }),
    ),
    next_cursor: NextCursor,
  }),
})
const Results = post({
  path: '/cgi-bin/externalcontact/get_groupmsg_send_result',
  repeatable: true,
  request: Type.Object({ msgid: Id, userid: Id, ...pageOf(1_000) }),
  answer: Type.Object({
    send_list: Type.Array(
      Type.Object({
        external_userid: optionalText,
        chat_id: optionalText,
        userid: optionalText,
        /** 0 not sent, 1 sent, 2 not a friend any more, 3 has got as many mass messages as allowed. */
        status: Type.Integer(),
        send_time: optionalInteger,
      }),
    ),
    next_cursor: NextCursor,
  }),
})
const Remind = post({ path: '/cgi-bin/externalcontact/remind_groupmsg_send', request: MsgId, answer: Done })
const Cancel = post({
  path: '/cgi-bin/externalcontact/cancel_groupmsg_send',
  repeatable: true,
  request: MsgId,
  answer: Done,
})

/** Mass messages (企业群发). Creating one only makes tasks: each member confirms in the client. */
export const createMassSends = (call: Call) => ({
  /** ≤10,000 customers or ≤2,000 groups a call; text ≤4,000 bytes; ≤9 attachments. fail_list: who cannot be sent to; throws
   *  41048 when nobody can. NOT safe to repeat: each call makes another task; look with `list` first. Doc 92135. */
  create: (body: Static<typeof Create.request>) => call(Create, body),
  /** Tasks made between two unix seconds at most one month apart; limit ≤100. Throws 41063 just after a creation.
   *  Safe to repeat. Doc 93338. */
  list: (body: Static<typeof List.request>) => call(List, body),
  /** Which members have confirmed; limit ≤1,000. Throws 41063 just after creation. Safe to repeat. Doc 93338. */
  tasks: (body: Static<typeof Tasks.request>) => call(Tasks, body),
  /** Outcome per customer or group of one member; limit ≤1,000; group mode lists sent ones only. Safe to repeat.
   *  Doc 93338. */
  results: (body: Static<typeof Results.request>) => call(Results, body),
  /** At most 3 in 24 h per msgid (41094). NOT safe to repeat: each counts. Doc 97610. */
  remind: (body: Static<typeof MsgId>) => call(Remind, body),
  /** Stops what is unsent; 41093 when cancelled before. Doc 97611. */
  cancel: (body: Static<typeof MsgId>) => call(Cancel, body),
})
