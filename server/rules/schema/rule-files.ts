import Type, { type Static } from 'typebox'
import { ConditionText } from './condition.ts'
import { AttachmentRule, ContentRule } from './content.ts'
import { SopRule } from './sop-rule.ts'

const strict = { additionalProperties: false }
const Name = Type.String({ minLength: 1, maxLength: 40 })

/** config/channels/*.yaml — one live code (contact way) each. */
export const ChannelRule = Type.Object(
  {
    channel: Name,
    /** ≤30 of [0-9A-Za-z_-]; only for codes printed earlier; otherwise chosen once and kept in the database. */
    state: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z_-]{1,30}$' })),
    /** userids of the receivers, 1–100. */
    guides: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 100 }),
    welcome: Type.Optional(Name),
    /** 组/名, set when a customer comes through this channel. */
    tags: Type.Optional(Type.Array(Type.String())),
    skipVerify: Type.Optional(Type.Boolean()),
  },
  strict,
)
export type ChannelRule = Static<typeof ChannelRule>

/** config/welcomes/*.yaml */
export const WelcomeRule = Type.Object(
  {
    welcome: Name,
    /** The one for customers without a known channel; exactly one welcome says so. */
    default: Type.Optional(Type.Boolean()),
    ...ContentRule.properties,
    /** Instead of the text and attachments above within these Shanghai hours, "22:00-09:00"; first match counts. */
    hours: Type.Optional(
      Type.Array(
        Type.Object(
          {
            between: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d-([01]\\d|2[0-3]):[0-5]\\d$' }),
            ...ContentRule.properties,
          },
          strict,
        ),
      ),
    ),
  },
  strict,
)
export type WelcomeRule = Static<typeof WelcomeRule>

/** config/tags.yaml — the corp tags that Huoshui keeps; ≤30 characters each. */
export const TagRules = Type.Object(
  {
    tags: Type.Array(
      Type.Object(
        {
          group: Type.String({ minLength: 1, maxLength: 30 }),
          names: Type.Array(Type.String({ minLength: 1, maxLength: 30 }), { minItems: 1 }),
        },
        strict,
      ),
    ),
  },
  strict,
)
export type TagRules = Static<typeof TagRules>

/** config/groups/*.yaml — a group pool. */
export const PoolRule = Type.Object(
  {
    pool: Name,
    role: Type.Union([Type.Literal('education'), Type.Literal('paid'), Type.Literal('vip'), Type.Literal('other')]),
    /** Groups of the pool: by the beginning of their name, or by id. */
    groups: Type.Object(
      { namePrefix: Type.Optional(Type.String({ minLength: 1 })), chatIds: Type.Optional(Type.Array(Type.String())) },
      strict,
    ),
    /** Members per group after which the next group is offered; WeCom's own limit through a QR code is 200. */
    capacity: Type.Integer({ minimum: 1, maximum: 500 }),
    /** Who belongs here. Members who do not meet it are listed; who stops meeting it gets a "should leave" task. */
    entry: ConditionText,
    /** Events at which a customer who meets `entry` is invited. */
    inviteOn: Type.Optional(
      Type.Array(Type.Union([Type.Literal('customer.added'), Type.Literal('order.paid')]), { uniqueItems: true }),
    ),
    /** How the invitation reaches the customer: with the welcome (a groupQr attachment there), or as a to-do for the guide. */
    inviteBy: Type.Union([Type.Literal('welcome'), Type.Literal('task')]),
    /** The script that goes with a to-do, by id. */
    script: Type.Optional(Type.String()),
    /** Days after which an unanswered invitation lapses. Default 7. */
    lapseDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 90 })),
    /** When all groups are full WeCom opens the next one itself. */
    autoCreate: Type.Optional(
      Type.Object(
        {
          baseName: Type.String({ minLength: 1, maxLength: 40 }),
          firstNumber: Type.Optional(Type.Integer({ minimum: 1 })),
        },
        strict,
      ),
    ),
  },
  strict,
)
export type PoolRule = Static<typeof PoolRule>

/** config/scripts/*.yaml — one domain per file: domain → situation → answer. */
export const ScriptRules = Type.Object(
  {
    domain: Name,
    situations: Type.Array(
      Type.Object(
        {
          situation: Name,
          scripts: Type.Array(
            Type.Object(
              {
                id: Type.String({ pattern: '^[a-z0-9-]{2,40}$' }),
                title: Name,
                /** What the guide wants to reach with it. */
                aim: Type.String({ minLength: 1 }),
                /** What the customer will probably answer. */
                expect: Type.String({ minLength: 1 }),
                text: Type.String({ minLength: 1 }),
                attachments: Type.Optional(Type.Array(AttachmentRule, { maxItems: 9 })),
                keywords: Type.Optional(Type.Array(Type.String())),
                /** For whom it is proposed first. */
                for: Type.Optional(ConditionText),
                /** Chinese sentence shown with the proposal, e.g. "他从包裹卡来，还没下过单". */
                because: Type.Optional(Type.String()),
              },
              strict,
            ),
            { minItems: 1 },
          ),
        },
        strict,
      ),
      { minItems: 1 },
    ),
  },
  strict,
)
export type ScriptRules = Static<typeof ScriptRules>
export type ScriptRule = ScriptRules['situations'][number]['scripts'][number]

/** config/sends/*.yaml — a scheduled mass-send (企业群发). Exactly one of `at` and `cron`. */
export const SendRule = Type.Object(
  {
    send: Name,
    audience: ConditionText,
    content: ContentRule,
    /** Shanghai time, "2026-11-25 10:00". */
    at: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}$' })),
    /** Five fields, Shanghai time: "0 10 * * 3". */
    cron: Type.Optional(Type.String()),
    /** Only customers of these guides (userids); default all. */
    guides: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    enabled: Type.Optional(Type.Boolean()),
  },
  strict,
)
export type SendRule = Static<typeof SendRule>

export { SopRule }
