import Type, { type Static } from 'typebox'
import { Was } from './was.ts'

const strict = { additionalProperties: false }

/** What WeCom recognises besides words, with its number for it. Docs 95097. */
export const INTERCEPT_KINDS = { phone: 1, email: 2, redPacket: 3 } as const

/** config/intercepts/*.yaml — words that members may not write to customers (聊天敏感词), kept by WeCom in its own client. */
export const InterceptRule = Type.Object(
  {
    intercept: Type.String({ minLength: 1, maxLength: 20, description: '名字，1 到 20 个字；企业微信里的规则名' }),
    was: Was,
    words: Type.Array(Type.String({ minLength: 1, maxLength: 32 }), {
      minItems: 1,
      maxItems: 300,
      description: '敏感词，每个 1 到 32 个字，最多 300 个',
    }),
    also: Type.Optional(
      Type.Array(Type.Union([Type.Literal('phone'), Type.Literal('email'), Type.Literal('redPacket')]), {
        uniqueItems: true,
        description: '除了词还拦：phone 手机号，email 邮箱，redPacket 红包',
      }),
    ),
    block: Type.Boolean({ description: 'true 警告并拦下，发不出去；false 只警告' }),
    members: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        maxItems: 1_000,
        description: '对哪些员工生效（userid）',
      }),
    ),
    departments: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        maxItems: 1_000,
        uniqueItems: true,
        description: '对哪些部门生效（部门编号，1 是整个企业）',
      }),
    ),
    enabled: Type.Optional(Type.Boolean({ description: '写 false 表示先不启用，企业微信里的那条会删掉' })),
  },
  strict,
)
export type InterceptRule = Static<typeof InterceptRule>
