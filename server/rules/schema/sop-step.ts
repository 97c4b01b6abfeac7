import Type, { type Static } from 'typebox'
import { ConditionText } from './condition.ts'
import { SendContent } from './content.ts'
import { naming } from './name-kind.ts'
import { Duration, EventWait, TimeOfDay } from './sop-event.ts'

const strict = { additionalProperties: false }
const Tags = Type.Array(Type.String(naming('tag')), { minItems: 1, description: '标签，写成 组/名，如 生命周期/新客' })
const UserId = Type.String({ minLength: 1, description: '企业微信的 userid' })
const SopId = Type.String({ pattern: '^[a-z0-9-]{2,40}$', description: 'SOP 的编号', ...naming('sop') })

export const TaskStep = Type.Object(
  {
    for: Type.Literal('guide', { description: '给谁做，目前只有 guide（所属导购）' }),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 60, description: '待办标题；不写就用话术的标题' })),
    /** A script's id. */
    script: Type.Optional(Type.String({ description: '话术的 id', ...naming('script') })),
    due: Type.Optional(Duration),
    /** Not done so long after it was opened: these members get an app message. */
    escalate: Type.Optional(
      Type.Object({ after: Duration, to: Type.Array(UserId, { minItems: 1, maxItems: 20 }) }, strict),
    ),
    /** Not done so long after it was opened: it goes to another guide of the customer, else to the first of `to`. */
    reassign: Type.Optional(
      Type.Object({ after: Duration, to: Type.Optional(Type.Array(UserId, { minItems: 1, maxItems: 20 })) }, strict),
    ),
  },
  strict,
)
export type TaskStep = Static<typeof TaskStep>

/** An 企业群发 in the name of the customer's guide, who confirms it; customers who reach the step within the same few
 *  minutes share one. */
export const MessageStep = Type.Object(
  {
    ...SendContent.properties,
    /** Not created, or not confirmed, by then: given up. Default 24h. */
    within: Type.Optional(Duration),
  },
  strict,
)
export type MessageStep = Static<typeof MessageStep>

/** A message of our app to members of staff. */
export const AppMessageStep = Type.Object(
  {
    to: Type.Union([Type.Literal('guide'), Type.Array(UserId, { minItems: 1, maxItems: 100 })], {
      description: '发给谁：guide（所属导购）或 userid 列表',
    }),
    text: Type.String({
      minLength: 1,
      maxLength: 600,
      description: '内容，可用 {客户昵称} 和 {导购名}，不超过 600 个字',
    }),
  },
  strict,
)
export type AppMessageStep = Static<typeof AppMessageStep>

/** A coupon or points at a shop of config/shops, once for each time a customer comes to the step. It reaches nobody by itself. */
export const GrantStep = Type.Object(
  {
    shop: Type.String({ minLength: 1, maxLength: 30, description: '在哪家店发：config/shops 里那家店的 id' }),
    /** The shop's own number of it. */
    coupon: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,19}$',
        description: '发哪张券：店铺后台的券编号（微信小店 coupon_id，有赞 activity_id），写成 "19126"',
      }),
    ),
    points: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: '发多少积分' })),
    name: Type.String({
      minLength: 1,
      maxLength: 40,
      description: '叫什么，如 满 200 减 20；导购和报表里看到的就是它',
    }),
    /** Not known at the shop by then: given up. Default 30d. */
    within: Type.Optional(Duration),
    askGuide: Type.Optional(
      Type.Boolean({ description: '写 true：店铺认不出客户时，给导购一条待办请客户去下一单；不写就只是等' }),
    ),
  },
  strict,
)
export type GrantStep = Static<typeof GrantStep>

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
  /** The next such weekday at this Shanghai time: 1 = Monday … 7 = Sunday. */
  Type.Object(
    { until: TimeOfDay, weekday: Type.Integer({ minimum: 1, maximum: 7, description: '星期几，1 是星期一' }) },
    strict,
  ),
  EventWait,
])
export type WaitStep = Static<typeof WaitStep>

const Arm = Type.String({ minLength: 1, maxLength: 20, description: '分组的名字，如 A' })

/** The steps of a journey, and what stands inside them. */
export const STEP_SHAPES = {
  Step: Type.Union([
    Type.Object(
      { welcome: Type.String({ description: '发这条欢迎语（只能在等待之前）', ...naming('welcome') }) },
      strict,
    ),
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
    Type.Object({ invite: Type.String({ description: '邀请进这个群池', ...naming('pool') }) }, strict),
    Type.Object({ task: TaskStep }, strict),
    Type.Object({ message: MessageStep }, strict),
    Type.Object({ appMessage: AppMessageStep }, strict),
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
    /** Each customer always gets the same arm of one experiment. */
    Type.Object(
      {
        split: Type.Object(
          {
            experiment: Type.String({ minLength: 1, maxLength: 40, description: '实验的名字；改名就重新分组' }),
            /** `guide`: all customers of a guide get one arm, where guides would talk about it. */
            by: Type.Optional(
              Type.Union([Type.Literal('customer'), Type.Literal('guide')], {
                description: '按客户分（默认）还是按导购分',
              }),
            ),
            arms: Type.Array(Type.Ref('Arm'), { minItems: 2, maxItems: 8 }),
          },
          strict,
        ),
      },
      strict,
    ),
    Type.Object(
      {
        tier: Type.Object(
          {
            ladder: Type.String({ description: '分层的名字（config/tiers/）' }),
            to: Type.String({ description: '调到这一级' }),
          },
          strict,
        ),
      },
      strict,
    ),
    /** A webhook of config/webhooks. */
    Type.Object(
      { webhook: Type.String({ description: '通知这个外部系统（config/webhooks/ 里的名字）', ...naming('webhook') }) },
      strict,
    ),
    Type.Object({ grant: GrantStep }, strict),
    Type.Object({ start: SopId }, strict),
    /** Another journey, which the customer then leaves. */
    Type.Object({ leave: SopId }, strict),
  ]),
  Branch: Type.Union([
    Type.Object({ when: ConditionText, do: Type.Array(Type.Ref('Step')) }, strict),
    Type.Object({ otherwise: Type.Array(Type.Ref('Step')) }, strict),
  ]),
  Arm: Type.Object(
    {
      arm: Arm,
      weight: Type.Integer({ minimum: 1, maximum: 100, description: '份数，如 50' }),
      do: Type.Array(Type.Ref('Step'), { description: '这一组走的步骤；空列表就是什么也不做' }),
    },
    strict,
  ),
}
