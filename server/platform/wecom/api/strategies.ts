import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { Cursor, Done, Id, NextCursor, optionalInteger, optionalText } from './common.ts'

const StrategyId = Type.Integer({ minimum: 1 })
/** Right by its documented name (`send_customer_msg`, `send_moment` …) → granted. */
const Privilege = Type.Record(Type.String(), Type.Boolean())
/** A member or a department. */
const RangeNode = Type.Union([
  Type.Object({ type: Type.Literal(1), userid: Id }),
  Type.Object({ type: Type.Literal(2), partyid: Type.Integer() }),
])
const Nodes = Type.Array(RangeNode, { maxItems: 100 })
const Admins = Type.Array(Id, { minItems: 1, maxItems: 20 })
const page = { cursor: Cursor, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })) }
const one = Type.Object({ strategy_id: StrategyId })

export const Strategy = Type.Object({
  strategy_id: StrategyId,
  /** 0 or absent: top level. */
  parent_id: optionalInteger,
  strategy_name: optionalText,
  /** Unix seconds. */
  create_time: optionalInteger,
  admin_list: Type.Optional(Type.Array(Id)),
  privilege: Type.Optional(Privilege),
})
export type Strategy = Static<typeof Strategy>

const endpointsOf = (kind: 'customer' | 'moment') => {
  const at = (name: string): string => `/cgi-bin/externalcontact/${kind}_strategy/${name}`
  return {
    list: post({
      path: at('list'),
      repeatable: true,
      request: Type.Object(page),
      answer: Type.Object({
        strategy: Type.Optional(Type.Array(Type.Object({ strategy_id: StrategyId }))),
        next_cursor: NextCursor,
      }),
    }),
    get: post({ path: at('get'), repeatable: true, request: one, answer: Type.Object({ strategy: Strategy }) }),
    range: post({
      path: at('get_range'),
      repeatable: true,
      request: Type.Object({ strategy_id: StrategyId, ...page }),
      answer: Type.Object({ range: Type.Optional(Type.Array(RangeNode)), next_cursor: NextCursor }),
    }),
    create: post({
      path: at('create'),
      request: Type.Object({
        parent_id: Type.Optional(Type.Integer({ minimum: 0 })),
        strategy_name: Type.String({ minLength: 1 }),
        admin_list: Admins,
        privilege: Privilege,
        range: Type.Array(RangeNode, { minItems: 1, maxItems: 100 }),
      }),
      answer: one,
    }),
    edit: post({
      path: at('edit'),
      repeatable: true,
      request: Type.Object({
        strategy_id: StrategyId,
        strategy_name: Type.Optional(Type.String({ minLength: 1 })),
        admin_list: Type.Optional(Admins),
        privilege: Type.Optional(Privilege),
        range_add: Type.Optional(Nodes),
        range_del: Type.Optional(Nodes),
      }),
      answer: Done,
    }),
    del: post({ path: at('del'), request: one, answer: Done }),
  }
}

/** Strategies (规则组) of customer contact or of moments: who may do what for which members. Call one after the other. At
 *  most 5 levels and 3,000 places each. Docs 94883, 94890. */
export const createStrategies = (call: Call, kind: 'customer' | 'moment') => {
  const { list, get, range, create, edit, del } = endpointsOf(kind)
  return {
    /** Ids; limit ≤1,000. Safe to repeat. */
    list: (body: Static<typeof list.request> = {}) => call(list, body),
    /** Throws 40058 when it is gone. Safe to repeat. */
    get: (body: Static<typeof get.request>) => call(get, body),
    /** Members and departments; limit ≤1,000. Safe to repeat. */
    range: (body: Static<typeof range.request>) => call(range, body),
    /** ≤20 administrators, ≤100 places at once. NOT safe to repeat: each call makes another. */
    create: (body: Static<typeof create.request>) => call(create, body),
    /** What is left out stays; ≤100 places added and removed at once. Safe to repeat. */
    edit: (body: Static<typeof edit.request>) => call(edit, body),
    /** Repeating throws 40058. */
    del: (body: Static<typeof del.request>) => call(del, body),
  }
}
