import Type, { type Static } from 'typebox'
import { MOMENT_LINK_TITLE_BYTES, MOMENT_TEXT_CHARS, URL_BYTES } from '../../../core/kernel/wecom-limits.ts'
import type { Call } from '../call.ts'
import { get, post } from '../wire/endpoint.ts'
import { Bytes, Characters, notAllEmpty } from '../wire/text-limits.ts'
import { Cursor, Done, Id, NextCursor, optionalInteger, optionalText, UnixSec } from './common.ts'

const DAY_SEC = 86_400
const MediaId = Type.String({ minLength: 1 })
/** All of one kind: up to nine pictures, one video or one link. Media from media.uploadAttachment, use `moment`. */
const Attachments = Type.Refine(
  Type.Array(
    Type.Union([
      Type.Object({ msgtype: Type.Literal('image'), image: Type.Object({ media_id: MediaId }) }),
      Type.Object({ msgtype: Type.Literal('video'), video: Type.Object({ media_id: MediaId }) }),
      Type.Object({
        msgtype: Type.Literal('link'),
        link: Type.Object({
          title: Bytes(MOMENT_LINK_TITLE_BYTES, '链接标题'),
          url: Bytes(URL_BYTES, '链接网址'),
          /** Cover. */
          media_id: Type.Optional(MediaId),
        }),
      }),
    ]),
  ),
  (list) => {
    const [first] = list
    return first === undefined || (list.length <= (first.msgtype === 'image' ? 9 : 1) && list.every(isLike(first)))
  },
  () => '朋友圈的附件只能是：最多 9 张图片，或 1 个视频，或 1 个链接',
)
const isLike = (first: { msgtype: string }) => (one: { msgtype: string }) => one.msgtype === first.msgtype

const Create = post({
  path: '/cgi-bin/externalcontact/add_moment_task',
  request: Type.Refine(
    Type.Object({
      text: Type.Optional(Type.Object({ content: Characters(MOMENT_TEXT_CHARS, '朋友圈正文') })),
      attachments: Type.Optional(Attachments),
      /** Absent: every member with customer contact publishes to all own customers. */
      visible_range: Type.Optional(
        Type.Object({
          sender_list: Type.Optional(
            Type.Object({
              user_list: Type.Optional(Type.Array(Id, { maxItems: 100_000 })),
              department_list: Type.Optional(Type.Array(Type.Integer())),
            }),
          ),
          external_contact_list: Type.Optional(Type.Object({ tag_list: Type.Array(Id) })),
        }),
      ),
    }),
    (value) => notAllEmpty(['text', 'attachments'], value),
    () => '朋友圈的正文和附件不能都为空',
  ),
  answer: Type.Object({ jobid: Id }),
})
const Result = get({
  path: '/cgi-bin/externalcontact/get_moment_task_result',
  request: Type.Object({ jobid: Id }),
  answer: Type.Object({
    /** 1 begun, 2 under way, 3 done. */
    status: Type.Integer(),
    type: optionalText,
    result: Type.Optional(
      Type.Object({
        errcode: optionalInteger,
        moment_id: optionalText,
        invalid_sender_list: Type.Optional(
          Type.Object({
            user_list: Type.Optional(Type.Array(Type.String())),
            department_list: Type.Optional(Type.Array(Type.Integer())),
          }),
        ),
        invalid_external_contact_list: Type.Optional(
          Type.Object({ tag_list: Type.Optional(Type.Array(Type.String())) }),
        ),
      }),
    ),
  }),
})
const MomentId = Type.Object({ moment_id: Id })
const Cancel = post({
  path: '/cgi-bin/externalcontact/cancel_moment_task',
  repeatable: true,
  request: MomentId,
  answer: Done,
})
const pageOf = (most: number) => ({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: most })),
  cursor: Cursor,
})
const List = post({
  path: '/cgi-bin/externalcontact/get_moment_list',
  repeatable: true,
  request: Type.Refine(
    Type.Object({
      start_time: UnixSec,
      end_time: UnixSec,
      creator: Type.Optional(Id),
      /** 0 of the corp, 1 of members, 2 all (default). */
      filter_type: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
      ...pageOf(20),
    }),
    ({ start_time, end_time }) => end_time >= start_time && end_time - start_time <= 30 * DAY_SEC,
    () => '一次最多查 30 天的朋友圈，结束时间不能早于开始时间',
  ),
  answer: Type.Object({
    moment_list: Type.Optional(
      Type.Array(
        Type.Object({
          moment_id: Id,
          /** Empty for a moment of the corp. */
          creator: optionalText,
          create_time: UnixSec,
          /** 0 of the corp, 1 of a member. */
          create_type: optionalInteger,
          /** 0 some, 1 all. */
          visible_type: optionalInteger,
          text: Type.Optional(Type.Object({ content: optionalText })),
        }),
      ),
    ),
    next_cursor: NextCursor,
  }),
})
const Tasks = post({
  path: '/cgi-bin/externalcontact/get_moment_task',
  repeatable: true,
  request: Type.Object({ moment_id: Id, ...pageOf(1_000) }),
  answer: Type.Object({
    /** publish_status: 0 not yet, 1 published. */
    task_list: Type.Optional(Type.Array(Type.Object({ userid: Id, publish_status: Type.Integer() }))),
    next_cursor: NextCursor,
  }),
})
const Customers = post({
  path: '/cgi-bin/externalcontact/get_moment_customer_list',
  repeatable: true,
  request: Type.Object({ moment_id: Id, userid: Id, ...pageOf(1_000) }),
  answer: Type.Object({
    customer_list: Type.Optional(Type.Array(Type.Object({ userid: optionalText, external_userid: Id }))),
    next_cursor: NextCursor,
  }),
})
const SendResult = post({
  path: '/cgi-bin/externalcontact/get_moment_send_result',
  repeatable: true,
  request: Type.Object({ moment_id: Id, userid: Id, ...pageOf(5_000) }),
  answer: Type.Object({
    customer_list: Type.Optional(Type.Array(Type.Object({ external_userid: Id }))),
    next_cursor: NextCursor,
  }),
})
const Replies = Type.Optional(
  Type.Array(Type.Object({ userid: optionalText, external_userid: optionalText, create_time: UnixSec })),
)
const Comments = post({
  path: '/cgi-bin/externalcontact/get_moment_comments',
  repeatable: true,
  request: Type.Object({ moment_id: Id, userid: Id }),
  answer: Type.Object({ comment_list: Replies, like_list: Replies }),
})

type Body<E extends { request: Type.TSchema }> = Static<E['request']>

/** 客户朋友圈. The corp makes a task, each member publishes it by a tap; a customer sees at most 4 a month. */
export const createMoments = (call: Call) => ({
  /** 10 a minute per corp. Gives a job, good for 24 h; not safe to repeat. Doc 95094. */
  create: (body: Body<typeof Create>) => call(Create, body),
  /** `result.moment_id` once status is 3; result.errcode tells why there is none. Throws 40088, after a day 40089. Safe to
   *  repeat. Doc 95094. */
  createResult: (jobid: string) => call(Result, { jobid }),
  /** Those not published yet are withdrawn, published ones stay. Throws 41060, 41067 for a member's own. Safe to repeat.
   *  Doc 97612. */
  cancel: (moment_id: string) => call(Cancel, { moment_id }),
  /** Span ≤30 days, ≤20 a page, newest first. Safe to repeat. Doc 93333. */
  list: (body: Body<typeof List>) => call(List, body),
  /** Who has published a moment of the corp. Throws 41079 while it is being handed out. Safe to repeat. Doc 93333. */
  tasks: (body: Body<typeof Tasks>) => call(Tasks, body),
  /** Customers who could see what this member published. Throws 41061 not a sender, 41062 not published. Safe to repeat.
   *  Doc 93333. */
  customers: (body: Body<typeof Customers>) => call(Customers, body),
  /** Customers it was shown to. Throws 41061, 41062. Safe to repeat. Doc 93333. */
  sendResult: (body: Body<typeof SendResult>) => call(SendResult, body),
  /** Comments and likes, each by a customer (external_userid) or a colleague (userid). Safe to repeat. Doc 93333. */
  comments: (body: Body<typeof Comments>) => call(Comments, body),
})
