import Type, { type Static } from 'typebox'

const strict = { additionalProperties: false }

/** "30s", "10m", "24h", "3d". */
export const Duration = Type.String({
  pattern: '^[1-9]\\d{0,4}[smhd]$',
  description: '时长，如 30s（秒）、10m（分钟）、24h（小时）、3d（天）',
})

/** Shanghai time of day. */
export const TimeOfDay = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: '北京时间，如 "10:00"' })

/** Shanghai hours in which nobody is asked or told anything, also over midnight. */
export const QuietHours = Type.String({
  pattern: '^([01]\\d|2[0-3]):[0-5]\\d-([01]\\d|2[0-3]):[0-5]\\d$',
  description: '免打扰时段，如 "21:30-09:00"',
})

export const TRIGGER_EVENTS = [
  'customer.added',
  'customer.readded',
  'customer.lost',
  'order.created',
  'order.paid',
  'order.refunded',
  'group.joined',
  'group.left',
  'tag.added',
  'tag.removed',
  'script.sent',
  'survey.answered',
  'tier.changed',
] as const

export type TriggerEvent = (typeof TRIGGER_EVENTS)[number]
/** The members come from a list, whose type the union cannot see. */
export const TriggerEvent = Type.Unsafe<TriggerEvent>(
  Type.Union(
    TRIGGER_EVENTS.map((name) => Type.Literal(name)),
    { description: '事件' },
  ),
)

/** What else must be true of an event; each only with the events that carry it (`EVENT_FILTERS`). */
const filters = {
  /** 组/名, for tag.added and tag.removed. */
  tag: Type.Optional(Type.String({ description: '只认这个标签，写成 组/名' })),
  /** Who did it, for tag.added and tag.removed: `hand` is a person, `rule` is us. */
  by: Type.Optional(
    Type.Union([Type.Literal('hand'), Type.Literal('rule')], { description: 'hand 人工打的，rule 规则打的' }),
  ),
  /** A group pool, for group.joined and group.left. */
  pool: Type.Optional(Type.String({ description: '只认这个群池' })),
  /** A script's id, for script.sent. */
  script: Type.Optional(Type.String({ description: '只认这条话术（id）' })),
  /** What the sent script carries, for script.sent. */
  carries: Type.Optional(
    Type.Union([Type.Literal('link'), Type.Literal('image'), Type.Literal('miniProgram')], {
      description: '只认带链接、图片或小程序的话术',
    }),
  ),
  /** For survey.answered. */
  survey: Type.Optional(Type.String({ description: '只认这份问卷（surveyId）' })),
  answer: Type.Optional(Type.String({ description: '只认有这个答案的' })),
  /** For tier.changed. */
  ladder: Type.Optional(Type.String({ description: '只认这个分层（ladder）' })),
  to: Type.Optional(Type.String({ description: '升到或降到这一级' })),
  from: Type.Optional(Type.String({ description: '原来在这一级' })),
}
export type EventFilterKey = keyof typeof filters

export const EVENT_FILTERS: Record<TriggerEvent, readonly EventFilterKey[]> = {
  'customer.added': [],
  'customer.readded': [],
  'customer.lost': [],
  'order.created': [],
  'order.paid': [],
  'order.refunded': [],
  'group.joined': ['pool'],
  'group.left': ['pool'],
  'tag.added': ['tag', 'by'],
  'tag.removed': ['tag', 'by'],
  'script.sent': ['script', 'carries'],
  'survey.answered': ['survey', 'answer'],
  'tier.changed': ['ladder', 'to', 'from'],
}

export const EventFilter = Type.Object({ event: TriggerEvent, ...filters }, strict)
export type EventFilter = Static<typeof EventFilter>

/** An event by its name, or by its name and what else must be true of it. */
export const EventSpec = Type.Union([TriggerEvent, EventFilter])
export type EventSpec = Static<typeof EventSpec>

/** Until the event comes for this customer, at most `atMost`. */
export const EventWait = Type.Object({ event: TriggerEvent, ...filters, atMost: Duration }, strict)
export type EventWait = Static<typeof EventWait>

export const eventNameOf = (spec: EventSpec): TriggerEvent => (typeof spec === 'string' ? spec : spec.event)
