import Type, { type Static } from 'typebox'
import { ConditionText } from './condition.ts'

const strict = { additionalProperties: false }

/** "30s", "10m", "24h", "3d". */
export const Duration = Type.String({ pattern: '^[1-9]\\d{0,4}[smhd]$' })

export const TRIGGER_EVENTS = [
  'customer.added',
  'customer.lost',
  'order.created',
  'order.paid',
  'order.refunded',
  'group.joined',
  'group.left',
  'tag.added',
] as const

export const TriggerEvent = Type.Union(TRIGGER_EVENTS.map((name) => Type.Literal(name)))
export type TriggerEvent = (typeof TRIGGER_EVENTS)[number]

export const SopTrigger = Type.Union([
  TriggerEvent,
  /** Each day at this Shanghai time: everybody who meets `when` and is not inside already. */
  Type.Object({ daily: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }) }, strict),
])
export type SopTrigger = Static<typeof SopTrigger>

export const TaskStep = Type.Object(
  {
    for: Type.Literal('guide'),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    /** A script's id. */
    script: Type.Optional(Type.String()),
    due: Type.Optional(Duration),
  },
  strict,
)

export const WaitStep = Type.Union([
  Duration,
  /** `days` later (0 = today) at this Shanghai time; if that has passed, a day on. */
  Type.Object(
    {
      until: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
      days: Type.Optional(Type.Integer({ minimum: 0, maximum: 365 })),
    },
    strict,
  ),
  /** Until the event comes for this customer, at most `atMost`. */
  Type.Object({ event: TriggerEvent, atMost: Duration }, strict),
])
export type WaitStep = Static<typeof WaitStep>

export const SopRule = Type.Module({
  Step: Type.Union([
    Type.Object({ welcome: Type.String() }, strict),
    Type.Object(
      {
        tag: Type.Object(
          { add: Type.Optional(Type.Array(Type.String())), remove: Type.Optional(Type.Array(Type.String())) },
          { ...strict, minProperties: 1 },
        ),
      },
      strict,
    ),
    /** ≤20 characters after {客户昵称} is filled in. */
    Type.Object({ remark: Type.String({ minLength: 1 }) }, strict),
    /** A group pool. */
    Type.Object({ invite: Type.String() }, strict),
    Type.Object({ task: TaskStep }, strict),
    Type.Object({ wait: WaitStep }, strict),
    Type.Object({ choose: Type.Array(Type.Ref('Branch'), { minItems: 1 }) }, strict),
  ]),
  Branch: Type.Union([
    Type.Object({ when: ConditionText, do: Type.Array(Type.Ref('Step')) }, strict),
    Type.Object({ otherwise: Type.Array(Type.Ref('Step')) }, strict),
  ]),
  SopRule: Type.Object(
    {
      sop: Type.String({ pattern: '^[a-z0-9-]{2,40}$' }),
      name: Type.String({ minLength: 1, maxLength: 40 }),
      enabled: Type.Optional(Type.Boolean()),
      trigger: SopTrigger,
      when: Type.Optional(ConditionText),
      steps: Type.Array(Type.Ref('Step'), { minItems: 1 }),
      /** Reaching it ends the journey as a success. */
      goal: Type.Optional(TriggerEvent),
      /** Any of these ends it. */
      leave: Type.Optional(Type.Array(TriggerEvent)),
      /** Days before the same customer may enter again; absent: once ever. */
      reenterAfterDays: Type.Optional(Type.Integer({ minimum: 0 })),
    },
    strict,
  ),
}).SopRule
export type SopRule = Static<typeof SopRule>
