import Type, { type Static } from 'typebox'
import { ConditionText } from './condition.ts'
import { naming } from './name-kind.ts'
import { TimeOfDay } from './sop-event.ts'

const strict = { additionalProperties: false }
const MOST_DAYS = 3_650
export const DEFAULT_COOL_DOWN_DAYS = 14
export const DEFAULT_EVALUATE_AT = '03:30'

export const LevelRule = Type.Object(
  {
    level: Type.String({ minLength: 1, maxLength: 20, description: '这一级的名字，如 S' }),
    /** The level's former name: whoever is on it stays on it. */
    was: Type.Optional(
      Type.String({ minLength: 1, maxLength: 20, description: '改名时写旧名字，这一级的客户留在原处' }),
    ),
    /** To rise into it. The last level has none: everybody is at least there. */
    when: Type.Optional(ConditionText),
    /** Who is on the level stays while this or `when` holds. Default `when`; with `lastsDays` the whole time. */
    keep: Type.Optional(ConditionText),
    /** 组/名, put on whoever is on the level and taken off whoever is not. */
    tag: Type.Optional(
      Type.String({ minLength: 1, description: '这一级的标签，组/名；升降时自动换上、去掉', ...naming('tag') }),
    ),
    /** userids of the guides who look after this level. */
    guides: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        maxItems: 100,
        description: '这一级专属的导购（userid）；客户升到这里而导购不在其中时，提议转接',
      }),
    ),
    /** Customers of this level that one of the guides is given at most. */
    cap: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 20_000, description: '每位专属导购最多带多少位这一级的客户；满了就排队' }),
    ),
    /** A group pool. */
    invite: Type.Optional(Type.String({ minLength: 1, description: '升到这里时邀请进的群池', ...naming('pool') })),
    /** The level ends after so many days, unless `when` holds then. */
    lastsDays: Type.Optional(
      Type.Integer({
        minimum: 8,
        maximum: MOST_DAYS,
        description: '有效天数；到期时仍符合 when 就续，否则降到符合的一级',
      }),
    ),
  },
  strict,
)
export type LevelRule = Static<typeof LevelRule>

/** config/tiers/*.yaml — a ladder of levels, the best first; each customer is on exactly one. */
export const LadderRule = Type.Object(
  {
    ladder: Type.String({ minLength: 1, maxLength: 40, description: '梯子的名字，如 分层、新手进阶' }),
    was: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: '改名时写旧名字，客户留在原来的级' })),
    levels: Type.Array(LevelRule, { minItems: 2, maxItems: 20, description: '从高到低；最后一级不写 when' }),
    /** No move within so many days of the last one, up or down. Default 14. */
    coolDownDays: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 365, description: '升降一次以后多少天不再动，默认 14' }),
    ),
    /** Rises do not wait for `coolDownDays`. */
    promoteAtOnce: Type.Optional(Type.Boolean({ description: '写 true 时升级不用等 coolDownDays，降级照样等' })),
    moves: Type.Union([Type.Literal('auto'), Type.Literal('propose')], {
      description: 'auto 自动升降；propose 先给导购一条待办，确认了再动',
    }),
    /** Shanghai time at which everybody is looked at again. Default "03:30". */
    evaluateAt: Type.Optional(TimeOfDay),
  },
  strict,
)
export type LadderRule = Static<typeof LadderRule>
