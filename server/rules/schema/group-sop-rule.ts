import Type, { type Static } from 'typebox'
import { ConditionText } from './condition.ts'
import { SendContent } from './content.ts'
import { DutyRule } from './duty-rule.ts'
import { naming } from './name-kind.ts'
import { Was } from './was.ts'

const strict = { additionalProperties: false }
export const GROUP_TAG_CHARS = 20
const GroupTag = Type.String({ minLength: 1, maxLength: GROUP_TAG_CHARS, description: '群标签，1 到 20 个字' })

/** config/group-sops/*.yaml — what happens in each group of a pool so many days after it was made, or came into the pool. */
export const GroupSopRule = Type.Object(
  {
    groupSop: Type.String({ minLength: 1, maxLength: 30, description: '名字，1 到 30 个字' }),
    was: Was,
    pools: Type.Array(Type.String(naming('pool')), {
      minItems: 1,
      uniqueItems: true,
      description: '哪些群池的群',
    }),
    from: Type.Union([Type.Literal('created'), Type.Literal('pool')], {
      description: '第几天从哪天算：created 建群那天，pool 进这个群池那天；那一天是第 0 天',
    }),
    /** Judged anew before each step: a group for which it holds no longer gets no more. */
    when: Type.Optional(ConditionText),
    steps: Type.Array(
      Type.Object(
        {
          step: Type.String({ minLength: 1, maxLength: 15, description: '这一步的名字，1 到 15 个字' }),
          was: Was,
          day: Type.Integer({ minimum: 0, maximum: 365, description: '第几天' }),
          at: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: '北京时间，如 "10:00"' }),
          send: Type.Optional(SendContent),
          duty: Type.Optional(DutyRule),
          tag: Type.Optional(
            Type.Object(
              {
                add: Type.Optional(Type.Array(GroupTag, { minItems: 1, maxItems: 10 })),
                remove: Type.Optional(Type.Array(GroupTag, { minItems: 1, maxItems: 10 })),
              },
              { ...strict, description: '给群打上、去掉群标签' },
            ),
          ),
        },
        { ...strict, description: '一步：send、duty、tag 写且只写一个' },
      ),
      { minItems: 1, maxItems: 50, description: '每一步在第几天几点做什么' },
    ),
    enabled: Type.Optional(Type.Boolean({ description: '写 false 表示先不启用' })),
  },
  strict,
)
export type GroupSopRule = Static<typeof GroupSopRule>
export type GroupSopStep = GroupSopRule['steps'][number]
