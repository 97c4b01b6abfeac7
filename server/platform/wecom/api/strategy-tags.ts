import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { notAllEmpty } from '../wire/text-limits.ts'
import { Done, Id, optionalInteger } from './common.ts'
import { CorpTagGroup, changedTag, deletedTags, newTags } from './tags.ts'

const StrategyId = Type.Integer({ minimum: 1 })
const StrategyTagGroup = Type.Intersect([Type.Object({ strategy_id: optionalInteger }), CorpTagGroup])
export type StrategyTagGroup = Static<typeof StrategyTagGroup>

const List = post({
  path: '/cgi-bin/externalcontact/get_strategy_tag_list',
  repeatable: true,
  request: Type.Object({
    strategy_id: Type.Optional(StrategyId),
    tag_id: Type.Optional(Type.Array(Id)),
    group_id: Type.Optional(Type.Array(Id)),
  }),
  answer: Type.Object({ tag_group: Type.Array(StrategyTagGroup) }),
})
const Add = post({
  path: '/cgi-bin/externalcontact/add_strategy_tag',
  repeatable: true,
  request: Type.Refine(
    Type.Object({ strategy_id: StrategyId, ...newTags }),
    (value) => notAllEmpty(['group_id', 'group_name'], value),
    () => '要写明标签组',
  ),
  answer: Type.Object({ tag_group: StrategyTagGroup }),
})
const Edit = post({
  path: '/cgi-bin/externalcontact/edit_strategy_tag',
  repeatable: true,
  request: changedTag,
  answer: Done,
})
const Del = post({ path: '/cgi-bin/externalcontact/del_strategy_tag', request: deletedTags, answer: Done })

/** Tags of top-level strategies (规则组标签): counted in the corp's 10,000, put on customers by `tags.mark`. Doc 94882. */
export const createStrategyTags = (call: Call) => ({
  /** Of one strategy or of all; group_id wins over tag_id. Safe to repeat. */
  list: (body: Static<typeof List.request> = {}) => call(List, body),
  /** Names ≤30 characters; throws 40058 for a strategy below the top level. Safe to repeat. */
  add: (body: Static<typeof Add.request>) => call(Add, body),
  /** A tag or a group. Throws 40071 when the name is taken, 40068 when it is gone. Safe to repeat. */
  edit: (body: Static<typeof Edit.request>) => call(Edit, body),
  /** The tags leave all customers; a group goes with its last tag. Repeating throws 40068. */
  del: (body: Static<typeof Del.request>) => call(Del, body),
})
