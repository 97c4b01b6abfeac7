import Type, { type Static } from 'typebox'
import { ConditionText } from './condition.ts'

const strict = { additionalProperties: false }

/** "30s", "10m", "24h", "3d". */
export const Duration = Type.String({
  pattern: '^[1-9]\\d{0,4}[smhd]$',
  description: '时长，如 30s（秒）、10m（分钟）、24h（小时）、3d（天）',
})

/** Shanghai time of day. */
const TimeOfDay = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: '北京时间，如 "10:00"' })

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

export type TriggerEvent = (typeof TRIGGER_EVENTS)[number]
/** The members come from a list, whose type the union cannot see. */
export const TriggerEvent = Type.Unsafe<TriggerEvent>(
  Type.Union(
    TRIGGER_EVENTS.map((name) => Type.Literal(name)),
    { description: '事件' },
  ),
)

export const SopTrigger = Type.Union([
  TriggerEvent,
  /** Each day at this Shanghai time: everybody who meets `when` and is not inside already. */
  Type.Object({ daily: TimeOfDay }, strict),
])
export type SopTrigger = Static<typeof SopTrigger>

export const TaskStep = Type.Object(
  {
    for: Type.Literal('guide', { description: '给谁做，目前只有 guide（所属导购）' }),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 60, description: '待办标题；不写就用话术的标题' })),
    /** A script's id. */
    script: Type.Optional(Type.String({ description: '话术的 id' })),
    due: Type.Optional(Duration),
  },
  strict,
)

export const WaitStep = Type.Union([
  Duration,
  /** `days` later (0 = today) at this Shanghai time; if that has passed, a day on. */
  Type.Object(
    {
      until: TimeOfDay,
      days: Type.Optional(Type.Integer({ minimum: 0, maximum: 365, description: '几天以后，0 是当天' })),
    },
    strict,
  ),
  /** Until the event comes for this customer, at most `atMost`. */
  Type.Object({ event: TriggerEvent, atMost: Duration }, strict),
])
export type WaitStep = Static<typeof WaitStep>

const Tags = Type.Array(Type.String(), { minItems: 1, description: '标签，写成 组/名，如 生命周期/新客' })

export const SopRule = Type.Module({
  Step: Type.Union([
    Type.Object({ welcome: Type.String({ description: '发这条欢迎语（只能在等待之前）' }) }, strict),
    Type.Object(
      {
        tag: Type.Object({ add: Type.Optional(Tags), remove: Type.Optional(Tags) }, { ...strict, minProperties: 1 }),
      },
      strict,
    ),
    /** ≤20 characters after {客户昵称} is filled in. */
    Type.Object(
      { remark: Type.String({ minLength: 1, description: '客户备注，可用 {客户昵称}，不超过 20 个字' }) },
      strict,
    ),
    /** A group pool. */
    Type.Object({ invite: Type.String({ description: '邀请进这个群池' }) }, strict),
    Type.Object({ task: TaskStep }, strict),
    Type.Object({ wait: WaitStep }, strict),
    Type.Object(
      {
        choose: Type.Array(Type.Ref('Branch'), {
          minItems: 1,
          description: '分支：从上往下第一个成立的 when，都不成立走 otherwise',
        }),
      },
      strict,
    ),
  ]),
  Branch: Type.Union([
    Type.Object({ when: ConditionText, do: Type.Array(Type.Ref('Step')) }, strict),
    Type.Object({ otherwise: Type.Array(Type.Ref('Step')) }, strict),
  ]),
  SopRule: Type.Object(
    {
      sop: Type.String({
        pattern: '^[a-z0-9-]{2,40}$',
        description: 'SOP 的编号，2 到 40 个小写字母、数字或 -；定了就不要改',
      }),
      name: Type.String({ minLength: 1, maxLength: 40, description: '给人看的名字' }),
      enabled: Type.Optional(Type.Boolean({ description: '写 false 表示先不启用' })),
      trigger: SopTrigger,
      when: Type.Optional(ConditionText),
      steps: Type.Array(Type.Ref('Step'), { minItems: 1 }),
      /** Reaching it ends the journey as a success. */
      goal: Type.Optional(TriggerEvent),
      /** Any of these ends it. */
      leave: Type.Optional(Type.Array(TriggerEvent)),
      /** Days before the same customer may enter again; absent: once ever. */
      reenterAfterDays: Type.Optional(
        Type.Integer({ minimum: 0, description: '隔多少天同一个客户可以再进；不写就是只进一次' }),
      ),
    },
    strict,
  ),
}).SopRule
export type SopRule = Static<typeof SopRule>
export type SopStep = SopRule['steps'][number]
export type SopBranch = Extract<SopStep, { choose: unknown }>['choose'][number]
