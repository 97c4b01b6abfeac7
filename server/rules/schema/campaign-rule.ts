import Type, { type Static } from 'typebox'
import { ConditionText } from './condition.ts'
import { MomentContent, SendContent } from './content.ts'
import { DutyRule } from './duty-rule.ts'
import { naming } from './name-kind.ts'
import { SendRule } from './rule-files.ts'
import { VariedContent } from './varied-content.ts'
import { Was } from './was.ts'

const strict = { additionalProperties: false }
/** Of one step: a to-do, a send or a moment so many days before or after the day of the campaign. */
const MOST_DAYS = 60
const { kind, evenSo, priority, ifCrowded, approval, holdOut, enabled, guides, senders } = SendRule.properties

const CampaignStep = Type.Object(
  {
    /** Stays the same wherever the campaign is moved: what has gone out under it does not go out again. */
    step: Type.String({ minLength: 1, maxLength: 15, description: '这一步的名字，1 到 15 个字' }),
    was: Was,
    day: Type.Integer({
      minimum: -MOST_DAYS,
      maximum: MOST_DAYS,
      description: '离 date 几天：-3 是提前三天，0 是当天，2 是过后两天',
    }),
    at: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: '北京时间，如 "10:00"' }),
    /** Of the customers of the campaign, or of its groups. */
    only: Type.Optional(ConditionText),
    send: Type.Optional(VariedContent),
    groupSend: Type.Optional(SendContent),
    moment: Type.Optional(
      Type.Object(
        {
          ...MomentContent.properties,
          tags: Type.Optional(
            Type.Array(Type.String(naming('tag')), {
              minItems: 1,
              maxItems: 100,
              description: '给有这些标签之一的客户看，写成 组/名；企业微信不认 audience',
            }),
          ),
        },
        { ...strict, description: '一条企业朋友圈' },
      ),
    ),
    duty: Type.Optional(DutyRule),
  },
  { ...strict, description: '一步：send、groupSend、moment、duty 写且只写一个' },
)

/** config/campaigns/*.yaml — one occasion with all that is done for it, before it, on the day and after it. */
export const CampaignRule = Type.Object(
  {
    campaign: Type.String({ minLength: 1, maxLength: 30, description: '名字，1 到 30 个字；下一次办换一个名字' }),
    was: Was,
    /** The one place to move it. */
    date: Type.String({
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      description: '活动那一天，如 "2026-12-12"；改它，没发的全部跟着走，发过的不再发',
    }),
    /** Nothing is sent after it. */
    until: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MOST_DAYS,
        description: '活动的最后一天是 date 之后第几天；在它之后不能再发',
      }),
    ),
    /** Of the steps that go to customers. */
    audience: Type.Optional(ConditionText),
    /** Of the steps that go into groups. */
    groups: Type.Optional(ConditionText),
    /** Who has done it since the first step gets no further ones. */
    dropOut: Type.Optional(
      Type.Object(
        {
          bought: Type.Optional(Type.Boolean({ description: 'true：活动开始以后付过款的人，后面的不再收' })),
          clicked: Type.Optional(
            Type.Array(Type.String({ minLength: 1 }), {
              minItems: 1,
              maxItems: 20,
              description: '活动开始以后点过这些链接（policy.yaml 的 links 里的名字）之一的人，后面的不再收',
            }),
          ),
        },
        { ...strict, description: '谁不再收后面的' },
      ),
    ),
    guides,
    senders,
    kind,
    evenSo,
    priority,
    ifCrowded,
    approval,
    holdOut,
    steps: Type.Array(CampaignStep, { minItems: 1, maxItems: 30, description: '每一步在第几天几点做什么' }),
    enabled,
  },
  strict,
)
export type CampaignRule = Static<typeof CampaignRule>
export type CampaignStep = CampaignRule['steps'][number]
