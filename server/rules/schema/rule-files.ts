import Type, { type Static } from 'typebox'
import { ROOM_NAME_CHARS, TAG_NAME_CHARS } from '../../core/kernel/wecom-limits.ts'
import { ConditionText } from './condition.ts'
import { ContentRule, GroupWelcomeContent, MomentContent, ScriptAttachmentRule } from './content.ts'
import { LadderRule } from './ladder-rule.ts'
import { naming } from './name-kind.ts'
import { PolicyRule } from './policy-rule.ts'
import { type RoleGrant, RoleRules } from './role-rules.ts'
import { ShopRule } from './shop-rule.ts'
import { SopRule } from './sop-rule.ts'
import { VariedContent } from './varied-content.ts'
import { Was } from './was.ts'

const strict = { additionalProperties: false }
const Name = Type.String({ minLength: 1, maxLength: 40, description: '名字，1 到 40 个字' })
const Tags = Type.Array(Type.String(naming('tag')), { description: '标签，写成 组/名，如 来源/包裹卡' })
const ScriptId = Type.String({ description: '话术的 id', ...naming('script') })
const WelcomeName = Type.String({ minLength: 1, maxLength: 40, description: '欢迎语的名字', ...naming('welcome') })

/** config/channels/*.yaml — one live code (contact way) each. */
export const ChannelRule = Type.Object(
  {
    channel: Name,
    was: Was,
    /** ≤30 of [0-9A-Za-z_-]; only for codes printed earlier; otherwise chosen once and kept in the database. */
    state: Type.Optional(
      Type.String({
        pattern: '^[0-9A-Za-z_-]{1,30}$',
        description: '渠道参数，1 到 30 个字母、数字、_ 或 -；不写会自动生成，印出去以后不要改',
      }),
    ),
    /** userids of the receivers, 1–100. */
    guides: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      maxItems: 100,
      description: '接待的导购，写企业微信的 userid，1 到 100 个',
    }),
    welcome: Type.Optional(WelcomeName),
    /** 组/名, set when a customer comes through this channel. */
    tags: Type.Optional(Tags),
    skipVerify: Type.Optional(Type.Boolean({ description: '扫码后不用导购通过，直接成为好友' })),
  },
  strict,
)
export type ChannelRule = Static<typeof ChannelRule>

/** config/welcomes/*.yaml */
export const WelcomeRule = Type.Object(
  {
    welcome: Name,
    /** The one for customers without a known channel; exactly one welcome says so. */
    default: Type.Optional(Type.Boolean({ description: '不知道从哪来的客户用这条；有且只有一条欢迎语写 true' })),
    ...ContentRule.properties,
    /** Instead of the text and attachments above within these Shanghai hours, "22:00-09:00"; first match counts. */
    hours: Type.Optional(
      Type.Array(
        Type.Object(
          {
            between: Type.String({
              pattern: '^([01]\\d|2[0-3]):[0-5]\\d-([01]\\d|2[0-3]):[0-5]\\d$',
              description: '北京时间的时段，如 "22:00-09:00"',
            }),
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

const TagName = Type.String({ minLength: 1, maxLength: TAG_NAME_CHARS, description: '标签或标签组的名字' })

/** config/tags.yaml — the corp tags that Huoshui keeps; ≤30 characters each. */
export const TagRules = Type.Object(
  {
    tags: Type.Array(
      Type.Object(
        {
          group: TagName,
          was: Was,
          /** A tag that has another name now is written `{ name: 熟客, was: 老客 }`. */
          names: Type.Array(Type.Union([TagName, Type.Object({ name: TagName, was: TagName }, strict)]), {
            minItems: 1,
          }),
          strategy: Type.Optional(
            Type.Boolean({ description: '企业微信规则组的标签：条件里可以用，活水不建、不打、不去掉' }),
          ),
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
    was: Was,
    role: Type.Union([Type.Literal('education'), Type.Literal('paid'), Type.Literal('vip'), Type.Literal('other')], {
      description: '群的用途：education 科普、paid 付费、vip、other 其他',
    }),
    /** Groups of the pool: by the beginning of their name, or by id. */
    groups: Type.Object(
      {
        namePrefix: Type.Optional(Type.String({ minLength: 1, description: '群名以它开头的群都算' })),
        chatIds: Type.Optional(Type.Array(Type.String(), { description: '群的 chat_id' })),
      },
      strict,
    ),
    /** Members per group after which the next group is offered; WeCom's own limit through a QR code is 200. */
    capacity: Type.Integer({ minimum: 1, maximum: 500, description: '每个群进到多少人就换下一个群' }),
    /** Who belongs here. Members who do not meet it are listed; who stops meeting it gets a "should leave" task. */
    entry: ConditionText,
    /** Events at which a customer who meets `entry` is invited. */
    inviteOn: Type.Optional(
      Type.Array(Type.Union([Type.Literal('customer.added'), Type.Literal('order.paid')]), {
        uniqueItems: true,
        description: '发生这些事、又符合 entry 的客户会被邀请',
      }),
    ),
    /** How the invitation reaches the customer: with the welcome (a groupQr attachment there), or as a to-do for the guide. */
    inviteBy: Type.Union([Type.Literal('welcome'), Type.Literal('task')], {
      description: '怎么邀请：welcome 随欢迎语发二维码，task 给导购一条待办',
    }),
    /** The script that goes with a to-do, by id. */
    script: Type.Optional(ScriptId),
    /** Scripts for the group itself, by id: the sidebar shows them beside a group of the pool. */
    groupScripts: Type.Optional(
      Type.Array(ScriptId, {
        maxItems: 20,
        uniqueItems: true,
        description: '在群里说的话术（编号），打开群时侧边栏里能直接发',
      }),
    ),
    /** The template (入群欢迎语素材) for the pool's groups; their owners choose it in the client. */
    welcome: Type.Optional(GroupWelcomeContent),
    /** Days after which an unanswered invitation lapses. Default 7. */
    lapseDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 90, description: '邀请多少天没进群就作废，默认 7' })),
    /** When all groups are full WeCom opens the next one itself. */
    autoCreate: Type.Optional(
      Type.Object(
        {
          baseName: Type.String({ minLength: 1, maxLength: ROOM_NAME_CHARS }),
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
                id: Type.String({
                  pattern: '^[a-z0-9-]{2,40}$',
                  description: '话术的编号，2 到 40 个小写字母、数字或 -',
                }),
                title: Name,
                /** What the guide wants to reach with it. */
                aim: Type.String({ minLength: 1, description: '想达到什么' }),
                /** What the customer will probably answer. */
                expect: Type.String({ minLength: 1, description: '客户大概会怎么回' }),
                text: Type.String({
                  minLength: 1,
                  description:
                    '发给客户的话，可用 {客户昵称}、{导购名}、{上次买的}、{上次下单}、{下单次数}、{退订链接}、{链接:名字} 和 {资料字段名}；不知道的，侧边栏会请导购先补上',
                }),
                attachments: Type.Optional(Type.Array(ScriptAttachmentRule, { maxItems: 9 })),
                keywords: Type.Optional(Type.Array(Type.String(), { description: '搜索时也能找到它的词' })),
                /** For whom it is proposed first. */
                for: Type.Optional(ConditionText),
                /** Chinese sentence shown with the proposal, e.g. "他从包裹卡来，还没下过单". */
                because: Type.Optional(Type.String({ description: '推荐时显示的理由，如 他从包裹卡来，还没下过单' })),
                priority: Type.Optional(
                  Type.Integer({ minimum: 0, maximum: 100, description: '几条都合适时大的先推荐，0 到 100，默认 50' }),
                ),
                /** What stands behind words that claim to have looked something up; shown to the guide. */
                basis: Type.Optional(
                  Type.Array(Type.String(), {
                    minItems: 1,
                    maxItems: 5,
                    description: '话里说替他算过、查过什么时，依据哪些事实；推荐时一起显示，事实不清楚就不推荐',
                  }),
                ),
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
    was: Was,
    /** Into customer groups: `audience` asks for facts of groups, and the owner of each confirms. */
    to: Type.Optional(
      Type.Literal('groups', {
        description: '发到客户群：audience 写 group. 开头的条件，由群主确认；不写就是发给客户',
      }),
    ),
    audience: ConditionText,
    content: VariedContent,
    /** Shanghai time, "2026-11-25 10:00". */
    at: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}$',
        description: '只发一次的北京时间，如 "2026-11-25 10:00"',
      }),
    ),
    /** Five fields, Shanghai time: "0 10 * * 3". */
    cron: Type.Optional(
      Type.String({ maxLength: 115, description: '定期发送，五段 cron，北京时间，如 "0 10 * * 3" 是每周三 10:00' }),
    ),
    /** Only customers of these guides (userids); default all. */
    guides: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: '只发这些导购的客户（userid）；不写就是全部' }),
    ),
    /** Default: each customer's own guide. No sender is named to WeCom, which chooses. */
    senders: Type.Optional(
      Type.Literal('lastChat', {
        description:
          '由谁发：lastChat 由企业微信挑每位客户最近聊过的导购，事先只能预计是谁；不写就是每位客户自己的导购',
      }),
    ),
    /** One of the kinds whose rhythm policy.yaml keeps. */
    kind: Type.Optional(
      Type.String({ minLength: 1, maxLength: 20, description: '哪一类群发：policy.yaml 的 rhythm 里写的一类' }),
    ),
    /** Why it comes although its kind has come often enough. */
    evenSo: Type.Optional(
      Type.String({ minLength: 2, maxLength: 100, description: '这一类已经排满还要发：写明为什么，谁同意的' }),
    ),
    /** Who gets the free place where several want it: the higher. Default 50. */
    priority: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        description:
          '优先级 0 到 100，默认 50：policy.yaml 的次数不够几个群发分时，大的先发；一样大的，预计每人带来的钱多的先发',
      }),
    ),
    /** What becomes of those for whom there is no place: tried again a day later, for a week at most, or left out. */
    ifCrowded: Type.Optional(
      Type.Union([Type.Literal('later'), Type.Literal('drop')], {
        description: '轮不到的人怎么办：later 第二天同一时间再看，最多看 7 天；drop 这次不发（不写就是 drop）',
      }),
    ),
    /** So long before its time the recipients are fixed and a second person is asked; without a yes nothing goes out. */
    approval: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,3}[mhd]$',
        description: '要另一个人批准：到点前多久定下名单等人批准，如 24h、2d；到点还没有人批准就不发',
      }),
    ),
    holdOut: Type.Optional(
      Type.Object(
        {
          percent: Type.Number({ minimum: 1, maximum: 50, description: '百分之几的人不发' }),
          days: Type.Integer({ minimum: 1, maximum: 90, description: '看发出后多少天里的订单' }),
        },
        {
          ...strict,
          description: '对照组：该发的人里留出一部分不发，比较两边的订单；同一个人在同一个群发里总在同一边',
        },
      ),
    ),
    enabled: Type.Optional(Type.Boolean({ description: '写 false 表示先不启用' })),
  },
  strict,
)
export type SendRule = Static<typeof SendRule>

/** config/moments/*.yaml — a moment (企业朋友圈), published by each guide's tap. Exactly one of `at` and `cron`. WeCom lets one
 *  choose by guides and by tags, and by nothing else. */
export const MomentRule = Type.Object(
  {
    moment: Name,
    was: Was,
    /** Members who publish it (userids); default: all who serve customers. */
    guides: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        maxItems: 1_000,
        description: '请哪些导购发表（userid）；不写就是全部能服务客户的人',
      }),
    ),
    /** Customers with any of these see it; default: all of those guides. */
    tags: Type.Optional(
      Type.Array(Type.String(naming('tag')), {
        minItems: 1,
        maxItems: 100,
        description: '给有这些标签之一的客户看，写成 组/名；不写就是给全部客户看',
      }),
    ),
    content: MomentContent,
    /** Shanghai time, "2026-11-25 10:00". */
    at: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}$',
        description: '只发一次的北京时间，如 "2026-11-25 10:00"',
      }),
    ),
    /** Five fields, Shanghai time: "0 10 * * 3". */
    cron: Type.Optional(
      Type.String({ maxLength: 115, description: '定期发，五段 cron，北京时间，如 "0 10 * * 3" 是每周三 10:00' }),
    ),
    /** So long before its time a second person is asked; without a yes nothing is asked of anybody. */
    approval: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,3}[mhd]$',
        description: '要另一个人批准：到点前多久请人批准，如 24h、2d；到点还没有人批准就不发',
      }),
    ),
    enabled: Type.Optional(Type.Boolean({ description: '写 false 表示先不启用' })),
  },
  strict,
)
export type MomentRule = Static<typeof MomentRule>

/** config/webhooks/*.yaml — what another system is told as it happens. */
export const WebhookRule = Type.Object(
  {
    webhook: Type.String({ pattern: '^[0-9A-Za-z_-]{1,30}$', description: '名字，1 到 30 个字母、数字、_ 或 -' }),
    url: Type.String({ maxLength: 500, description: '接收的网址，https 开头' }),
    /** Names or beginnings with a star: `order.paid`, `customer.*`, `decision.*`, `*`. */
    events: Type.Array(Type.String(), {
      minItems: 1,
      description: '要转发的事件，如 order.paid、customer.*、decision.sop.*；* 表示全部',
    }),
    fields: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 40 }), {
        description:
          '只转发 data 里的这些字段（委托处理、对外提供要最少够用）；externalUserId 总在。不写就不转发个人信息，只说发生了什么、什么时候、哪位导购',
      }),
    ),
    enabled: Type.Optional(Type.Boolean({ description: '写 false 表示先不启用' })),
  },
  strict,
)
export type WebhookRule = Static<typeof WebhookRule>

export type { RoleGrant }
export { LadderRule, PolicyRule, RoleRules, ShopRule, SopRule }
