import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { get, post } from '../wire/endpoint.ts'
import { Characters } from '../wire/text-limits.ts'
import { Done, Id, optionalInteger, optionalText } from './common.ts'

const RuleName = Characters(20, '敏感词规则名')
const Words = Type.Array(Characters(32, '敏感词'), { minItems: 1, maxItems: 300 })
/** 1 phone, 2 email, 3 red packet. */
const Semantics = Type.Array(Type.Integer({ minimum: 1, maximum: 3 }))
/** 1 warns and blocks, 2 warns only. */
const InterceptType = Type.Union([Type.Literal(1), Type.Literal(2)])
const Range = Type.Object({
  user_list: Type.Optional(Type.Array(Id, { maxItems: 1_000 })),
  department_list: Type.Optional(Type.Array(Type.Integer(), { maxItems: 1_000 })),
})
const one = Type.Object({ rule_id: Id })

const head = { rule_id: Id, rule_name: optionalText, create_time: optionalInteger }
export const InterceptRule = Type.Object({
  ...head,
  word_list: Type.Optional(Type.Array(Type.String())),
  extra_rule: Type.Optional(Type.Object({ semantics_list: Type.Optional(Type.Array(Type.Integer())) })),
  intercept_type: optionalInteger,
  applicable_range: Type.Optional(
    Type.Object({
      user_list: Type.Optional(Type.Array(Id)),
      department_list: Type.Optional(Type.Array(Type.Integer())),
    }),
  ),
})
export type InterceptRule = Static<typeof InterceptRule>

const Add = post({
  path: '/cgi-bin/externalcontact/add_intercept_rule',
  request: Type.Object({
    rule_name: RuleName,
    word_list: Words,
    semantics_list: Type.Optional(Semantics),
    intercept_type: InterceptType,
    applicable_range: Range,
  }),
  answer: one,
})
const List = get({
  path: '/cgi-bin/externalcontact/get_intercept_rule_list',
  request: Type.Object({}),
  answer: Type.Object({ rule_list: Type.Optional(Type.Array(Type.Object(head))) }),
})
const Get = post({
  path: '/cgi-bin/externalcontact/get_intercept_rule',
  repeatable: true,
  request: one,
  answer: Type.Object({ rule: InterceptRule }),
})
const Update = post({
  path: '/cgi-bin/externalcontact/update_intercept_rule',
  repeatable: true,
  request: Type.Object({
    rule_id: Id,
    rule_name: Type.Optional(RuleName),
    word_list: Type.Optional(Words),
    extra_rule: Type.Optional(Type.Object({ semantics_list: Type.Optional(Semantics) })),
    intercept_type: Type.Optional(InterceptType),
    add_applicable_range: Type.Optional(Range),
    remove_applicable_range: Type.Optional(Range),
  }),
  answer: Done,
})
const Del = post({ path: '/cgi-bin/externalcontact/del_intercept_rule', request: one, answer: Done })

/** Words that guides may not write to customers (聊天敏感词): ≤100 rules, ≤10,000 members each. Doc 95097. */
export const createInterceptRules = (call: Call) => ({
  /** Name 1–20 characters, ≤300 words of ≤32. Throws 41069 when there are 100 rules, 41077 when the name is taken. A
   *  repeat throws 41077. */
  add: (body: Static<typeof Add.request>) => call(Add, body),
  /** All rules, names only. Safe to repeat. */
  list: () => call(List, {}),
  /** Throws 41071 when deleted, 41070 when unknown. Safe to repeat. */
  get: (body: Static<typeof Get.request>) => call(Get, body),
  /** Words and semantics are replaced, the range is added to and removed from. Safe to repeat. */
  update: (body: Static<typeof Update.request>) => call(Update, body),
  /** Repeating throws 41071. */
  del: (body: Static<typeof Del.request>) => call(Del, body),
})
