import Type, { type Static } from 'typebox'
import { ConditionText } from './condition.ts'
import { EventFilter, TimeOfDay, TriggerEvent } from './sop-event.ts'

const strict = { additionalProperties: false }

/** Instants of a customer's past from which days can be counted, and the fact that counts them. */
export const SINCE_FACTS = {
  'customer.added': 'follow.days',
  'order.first': 'orders.paid.daysSinceFirst',
  'order.last': 'orders.paid.daysSinceLast',
  'group.joined': 'groups.daysSinceJoined',
  'contact.last': 'contacts.daysSinceLast',
} as const
export type SinceWhat = keyof typeof SINCE_FACTS
const SinceWhat = Type.Unsafe<SinceWhat>(
  Type.Union(
    Object.keys(SINCE_FACTS).map((name) => Type.Literal(name)),
    {
      description:
        '从哪件事算起：customer.added 加好友、order.first 首单、order.last 最近一单、group.joined 入群、contact.last 上次联系',
    },
  ),
)

/** Everybody who meets `when` at a Shanghai time of day and is not inside already. */
const Daily = Type.Object({ daily: TimeOfDay }, strict)
/** The same at the times of a cron line. */
const Cron = Type.Object(
  { cron: Type.String({ description: '五段 cron，北京时间，如 "0 10 * * 3" 是每周三 10:00' }) },
  strict,
)
/** On the Nth Shanghai day after something. */
const DayN = Type.Object(
  {
    day: Type.Integer({ minimum: 1, maximum: 3650, description: '第几天' }),
    since: SinceWhat,
    at: TimeOfDay,
  },
  strict,
)
/** `birthday: 0` on the day, `3` three days before. */
const Birthday = Type.Object(
  { birthday: Type.Integer({ minimum: 0, maximum: 60, description: '生日前几天，0 是当天' }), at: TimeOfDay },
  strict,
)
/** Once, "2026-12-24", or every year, "12-24". */
const OnDate = Type.Object(
  {
    date: Type.String({
      pattern: '^(\\d{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
      description: '日期，如 "2026-12-24"（一次）或 "12-24"（每年）',
    }),
    at: TimeOfDay,
  },
  strict,
)
/** No sign of life from the customer for so many days. */
const Silence = Type.Object(
  { silence: Type.Integer({ minimum: 1, maximum: 3650, description: '客户多少天没有任何动静' }), at: TimeOfDay },
  strict,
)
/** Whoever begins to meet the condition, looked at every ten minutes. Those who meet it when the SOP is switched on are
 *  only noted, unless `includeCurrent`. */
const Enters = Type.Object(
  {
    enters: ConditionText,
    includeCurrent: Type.Optional(Type.Boolean({ description: '启用时已经在人群里的也算' })),
  },
  strict,
)
/** Whoever no longer meets it. */
const Leaves = Type.Object({ leaves: ConditionText }, strict)

/** Customers who meet something, looked for at times; the other triggers are events of one customer. */
export type ScanTrigger = Exclude<SopTrigger, TriggerEvent | EventFilter>

export const SopTrigger = Type.Union(
  [TriggerEvent, EventFilter, Daily, Cron, DayN, Birthday, OnDate, Silence, Enters, Leaves],
  { description: '什么时候进来' },
)
export type SopTrigger = Static<typeof SopTrigger>

export const isEventTrigger = (trigger: SopTrigger): trigger is TriggerEvent | EventFilter =>
  typeof trigger === 'string' || 'event' in trigger
