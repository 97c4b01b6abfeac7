import Type, { type Static } from 'typebox'

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

/** An event that journeys can begin, go on and end by: a name of the vocabulary (`customer.added`). */
export const TriggerEvent = Type.String({ description: '事件', 'x-huoshui': 'event' })
export type TriggerEvent = string

/** An event and what else must be true of it: each other key is one of the filters that the event's capability declares. */
export interface EventFilter {
  event: TriggerEvent
  [filter: string]: string
}
// Which filters there are is filled in from the vocabulary, where the published schemas are made.
const filtered = { additionalProperties: false, 'x-huoshui': 'event-filter' }
export const EventFilter = Type.Unsafe<EventFilter>(Type.Object({ event: TriggerEvent }, filtered))

/** An event by its name, or by its name and what else must be true of it. */
export const EventSpec = Type.Union([TriggerEvent, EventFilter])
export type EventSpec = Static<typeof EventSpec>

/** Until the event comes for this customer, at most `atMost`. */
export interface EventWait extends EventFilter {
  atMost: string
}
export const EventWait = Type.Unsafe<EventWait>(Type.Object({ event: TriggerEvent, atMost: Duration }, filtered))

export const eventNameOf = (spec: EventSpec): TriggerEvent => (typeof spec === 'string' ? spec : spec.event)
