import Type, { type Static } from 'typebox'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Call } from '../call.ts'
import { type Endpoint, post } from '../wire/endpoint.ts'
import { notAllEmpty } from '../wire/text-limits.ts'
import { Id, optionalInteger, UnixSec } from './common.ts'
import { checkHorizon, isShortSpan, TOO_LONG } from './statistics-span.ts'

/** One day, summed over all members asked for. */
export const BehaviorDay = Type.Object({
  /** Unix seconds of the day's beginning in Shanghai. */
  stat_time: Type.Integer(),
  chat_cnt: optionalInteger,
  message_cnt: optionalInteger,
  /** 0–100; absent when no customer began a chat. */
  reply_percentage: Type.Optional(Type.Number()),
  /** Minutes; absent when none was answered. */
  avg_reply_time: optionalInteger,
  /** Customers who deleted or blocked a member. */
  negative_feedback_cnt: optionalInteger,
  new_apply_cnt: optionalInteger,
  new_contact_cnt: optionalInteger,
})
export type BehaviorDay = Static<typeof BehaviorDay>

const GroupFigures = Type.Object({
  new_chat_cnt: optionalInteger,
  chat_total: optionalInteger,
  chat_has_msg: optionalInteger,
  new_member_cnt: optionalInteger,
  member_total: optionalInteger,
  member_has_msg: optionalInteger,
  msg_total: optionalInteger,
  migrate_trainee_chat_cnt: optionalInteger,
})

const Behavior = post({
  path: '/cgi-bin/externalcontact/get_user_behavior_data',
  repeatable: true,
  request: Type.Refine(
    Type.Refine(
      Type.Object({
        start_time: UnixSec,
        end_time: UnixSec,
        userid: Type.Optional(Type.Array(Id, { maxItems: 100 })),
        partyid: Type.Optional(Type.Array(Type.Integer(), { maxItems: 100 })),
      }),
      (value) => isShortSpan(value.start_time, value.end_time),
      () => TOO_LONG,
    ),
    (value) => notAllEmpty(['userid', 'partyid'], value),
    () => '要写明查询哪些成员或部门的联系客户统计',
  ),
  answer: Type.Object({ behavior_data: Type.Array(BehaviorDay) }),
})

const groupDays = {
  day_begin_time: UnixSec,
  /** Default: the one day. */
  day_end_time: Type.Optional(UnixSec),
  /** Empty: every owner in range, refused with 81017 beyond 1,000 members. */
  owner_filter: Type.Object({ userid_list: Type.Optional(Type.Array(Id, { maxItems: 100 })) }),
}
const isShortGroupSpan = (value: { day_begin_time: number; day_end_time?: number }): boolean =>
  isShortSpan(value.day_begin_time, value.day_end_time ?? value.day_begin_time)

const ByOwner = post({
  path: '/cgi-bin/externalcontact/groupchat/statistic',
  repeatable: true,
  request: Type.Refine(
    Type.Object({
      ...groupDays,
      /** 1 new groups, 2 total groups, 3 new members, 4 total members. */
      order_by: Type.Optional(Type.Integer({ minimum: 1, maximum: 4 })),
      order_asc: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)])),
      offset: Type.Optional(Type.Integer({ minimum: 0 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    }),
    isShortGroupSpan,
    () => TOO_LONG,
  ),
  answer: Type.Object({
    items: Type.Array(Type.Object({ owner: Id, data: GroupFigures })),
    total: optionalInteger,
    next_offset: optionalInteger,
  }),
})
const ByDay = post({
  path: '/cgi-bin/externalcontact/groupchat/statistic_group_by_day',
  repeatable: true,
  request: Type.Refine(Type.Object(groupDays), isShortGroupSpan, () => TOO_LONG),
  answer: Type.Object({ items: Type.Array(Type.Object({ stat_time: Type.Integer(), data: GroupFigures })) }),
})

/** The platform's own figures. Times are unix seconds, floored to Shanghai days; at most 30 days at once, none more than
 *  180 days ago; a day's figures are there on the next day. All are safe to repeat. */
export const createStatistics = (call: Call, clock: Clock) => {
  const within = (endpoint: Endpoint, fromSec: number): void => checkHorizon(endpoint.path, fromSec, clock.now())
  return {
    /** One row per day, *summed* over the members: ask per member for figures per member. ≤100 members, ≤100
     *  departments. Throws 40003, 60011. Doc 92132. */
    behavior: async (body: Static<typeof Behavior.request>) => {
      within(Behavior, body.start_time)
      return call(Behavior, body)
    },
    /** One row per group owner over the whole span; ≤100 owners; limit ≤1,000 (default 500) by offset. Doc 92133. */
    groupsByOwner: async (body: Static<typeof ByOwner.request>) => {
      within(ByOwner, body.day_begin_time)
      return call(ByOwner, body)
    },
    /** One row per day, summed over the owners (≤100). Doc 92133. */
    groupsByDay: async (body: Static<typeof ByDay.request>) => {
      within(ByDay, body.day_begin_time)
      return call(ByDay, body)
    },
  }
}
