import Type, { type Static } from 'typebox'
import { naming } from './name-kind.ts'
import { QuietHours } from './sop-event.ts'

const strict = { additionalProperties: false }

/** As it stands in `{链接:…}`, and in facts and triggers. */
const LINK_NAME = /^[^{}｛｝\s:：]{1,16}$/

const contacts = {
  most: Type.Integer({ minimum: 1, maximum: 31, description: '最多几次' }),
  days: Type.Integer({ minimum: 1, maximum: 31, description: '多少天之内' }),
  /** And not sooner than so long after the last contact. */
  apart: Type.Optional(
    Type.String({
      pattern: '^[1-9]\\d{0,3}[mhd]$',
      description: '两次之间至少隔多久，如 24h：刚联系过的先不发',
    }),
  ),
}

const words = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 20 }), { minItems: 1, maxItems: 50, description })
const answer = (description: string) => Type.String({ minLength: 1, description })

const StopWords = Type.Object(
  {
    /** open_kfid. */
    accounts: Type.Array(Type.String({ pattern: '^wk[A-Za-z0-9_-]{1,62}$' }), {
      minItems: 1,
      maxItems: 20,
      description: '听哪些微信客服账号，写编号（wk 开头）',
    }),
    stop: Type.Object(
      {
        words: words('说了就算退订的词，要整句就是这个词才算：[退订, TD, 不要再发]'),
        /** Default: all of it. */
        scope: Type.Optional(
          Type.Union([Type.Literal('sends'), Type.Literal('journeys'), Type.Literal('invites')], {
            description: '不再收到什么：sends 群发，journeys SOP，invites 入群邀请；不写就是任何营销',
          }),
        ),
        /** Default: until there is another word. */
        days: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 3_650, description: '停多少天，过了自己恢复；不写就是一直停' }),
        ),
        answer: answer('退订以后在微信客服里回复什么，最多 2048 字节'),
      },
      { ...strict, description: '退订' },
    ),
    again: Type.Object(
      { words: words('说了就算恢复的词：[恢复]'), answer: answer('恢复以后在微信客服里回复什么，最多 2048 字节') },
      { ...strict, description: '恢复' },
    ),
  },
  { ...strict, description: '客户在微信客服里说什么算退订、说什么算恢复；不写就一条消息也不读' },
)
export type StopWords = Static<typeof StopWords>

/** config/policy.yaml — what holds for all journeys and sends together. */
export const PolicyRule = Type.Object(
  {
    /** Steps that reach people, and sends, wait until these hours are over. */
    quiet: Type.Optional(QuietHours),
    /** New to-dos of one guide a day; the others wait for the next morning, the most important first. */
    tasksPerGuidePerDay: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 500,
        description:
          '一位导购一天最多几件新的事：同一位客户的待办算一件，请他确认的群发每条算一件；多的待办排到第二天早上',
      }),
    ),
    /** Messages to guides about new to-dos; without it at most one a minute. What must be done within the hour is told at once. */
    guideNotices: Type.Optional(
      Type.Object(
        {
          apart: Type.String({
            pattern: '^([1-9]|[1-9]\\d|1\\d\\d|2[0-3]\\d|240)m$|^[1-4]h$',
            description: '两条提醒之间至少隔多久，1m 到 4h；这段时间里的新待办攒成一条',
          }),
        },
        {
          ...strict,
          description: '用应用消息提醒导购有新待办：多久一条。一小时内要做的马上提醒，别的免打扰时段里不提醒',
        },
      ),
    ),
    /** How often one customer may have been contacted within so many days before no further mass message goes to them. */
    contactsPerCustomer: Type.Optional(
      Type.Object(
        {
          ...contacts,
          /** In place of `most`, for customers on a level; on several of them, the least. */
          tiers: Type.Optional(
            Type.Array(
              Type.Object(
                {
                  tier: Type.String({ minLength: 1, description: '梯子/级，如 会员等级/VIP', ...naming('tier') }),
                  most: contacts.most,
                },
                strict,
              ),
              {
                minItems: 1,
                maxItems: 100,
                description: '哪一级的客户最多几次；没写到的级照上面的，几级都写到的取最少的',
              },
            ),
          ),
        },
        {
          ...strict,
          description: '一位客户多少天内最多被联系几次，再多的群发（SOP 的和定时的）不发',
        },
      ),
    ),
    /** How often something may have gone into one group within so many days before no further send to groups does. */
    contactsPerGroup: Type.Optional(
      Type.Object(contacts, {
        ...strict,
        description: '一个客户群多少天内最多群发几次，再多的发到群的群发跳过这个群；导购自己在群里说的不算',
      }),
    ),
    /** How often a kind of send may come for anybody; one that is too many must say why (`evenSo`). */
    rhythm: Type.Optional(
      Type.Record(
        Type.String({ minLength: 1, maxLength: 20 }),
        Type.Object(
          {
            most: Type.Integer({ minimum: 1, maximum: 31, description: '最多几次' }),
            days: Type.Integer({ minimum: 1, maximum: 60, description: '多少天之内' }),
          },
          strict,
        ),
        {
          description:
            '各类群发的节奏，如 { 福利: { most: 3, days: 7 }, 大促: { most: 1, days: 30 } }：群发用 kind 写自己是哪一类，排得太密要在文件里写 evenSo 说明',
        },
      ),
    ),
    /** Where tracked links lead, by the name that stands in texts: `{链接:春季新品}`. */
    links: Type.Optional(
      Type.Record(
        Type.String({ pattern: LINK_NAME.source }),
        Type.Object(
          {
            url: Type.String({ minLength: 1, maxLength: 500, description: '点了去哪里，https:// 开头' }),
            tag: Type.Optional(Type.String({ description: '客户点了就打的标签，写成 组/名', ...naming('tag') })),
          },
          strict,
        ),
        {
          description:
            '知道谁点了的链接，名字 1 到 16 个字：{ 春季新品: { url: https://…, tag: 兴趣/新品 } }；文字里写 {链接:春季新品}',
        },
      ),
    ),
    /** Words by which customers say to the customer service (微信客服) that they want no more, or want it again. */
    stopWords: Type.Optional(StopWords),
    /** Customers who get no send and enter no journey, always the same ones. */
    holdOut: Type.Optional(
      Type.Object(
        { percent: Type.Number({ minimum: 0.5, maximum: 20, description: '百分之几的客户' }) },
        { ...strict, description: '全体对照组：这些客户不发群发、不进 SOP，用来看营销总共带来多少；总是同一批人' },
      ),
    ),
  },
  { ...strict, minProperties: 1 },
)
export type PolicyRule = Static<typeof PolicyRule>
