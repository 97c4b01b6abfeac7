import Type, { type Static } from 'typebox'

const strict = { additionalProperties: false }

/** What a field's name may look like: rules write it behind a dot. */
export const FIELD_NAME = '^[\\p{L}\\p{N}_-]{1,20}$'
const MOST_FIELDS = 30
const MOST_OPTIONS = 30
/** Longest text of a value, characters. */
export const VALUE_CHARS = 100

const Role = Type.Union([Type.Literal('guide'), Type.Literal('lead'), Type.Literal('ops'), Type.Literal('owner')])
export type FieldRole = Static<typeof Role>

const ProfileField = Type.Object(
  {
    field: Type.String({
      pattern: FIELD_NAME,
      description: '字段名，1 到 20 个字；规则里写 profile.字段名，别的系统也用它写值，用了以后不要改',
    }),
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 20, description: '导购看到的名字；不写就是字段名，可以随时改' }),
    ),
    type: Type.Union(
      [
        Type.Literal('text'),
        Type.Literal('number'),
        Type.Literal('date'),
        Type.Literal('choice'),
        Type.Literal('choices'),
      ],
      { description: 'text 文字、number 整数、date 日期、choice 选一个、choices 选几个' },
    ),
    options: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 20 }), {
        minItems: 2,
        maxItems: MOST_OPTIONS,
        description: '能选的值，2 到 30 个；只有 choice 和 choices 写',
      }),
    ),
    unit: Type.Optional(Type.String({ minLength: 1, maxLength: 6, description: '数字的单位，如 口、公斤' })),
    min: Type.Optional(Type.Integer({ description: '数字最小是多少' })),
    max: Type.Optional(Type.Integer({ description: '数字最大是多少' })),
    hint: Type.Optional(Type.String({ minLength: 1, maxLength: 60, description: '填的时候给导购看的一句话' })),
    /** The pane says that it is missing; nothing is refused for it. */
    required: Type.Optional(Type.Boolean({ description: '没填时提醒导购问；最多三个字段写 true' })),
    /** May rules ask for it? */
    fact: Type.Optional(Type.Boolean({ description: '规则可以用 profile.字段名 问它；不写就不能' })),
    see: Type.Optional(
      Type.Array(Role, {
        minItems: 1,
        description: '谁能看：guide 导购、lead 店长、ops 运营、owner 负责人；不写就是都能',
      }),
    ),
    edit: Type.Optional(
      Type.Array(Type.Union([Type.Literal('guide'), Type.Literal('lead')]), {
        description: '谁能改：guide 导购、lead 店长；不写就是都能，写 [] 就只有别的系统能写',
      }),
    ),
  },
  strict,
)
export type ProfileField = Static<typeof ProfileField>

/** config/profile.yaml — what is asked and kept about customers besides what WeCom and the shop know. */
export const ProfileRules = Type.Object(
  {
    fields: Type.Array(ProfileField, {
      minItems: 1,
      maxItems: MOST_FIELDS,
      description: '客户资料的字段，最多 30 个；按这里的先后给导购看',
    }),
  },
  strict,
)
export type ProfileRules = Static<typeof ProfileRules>
