import type { Desk } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { addTagParams, addTags, delTags, editTag, editTagParams, listTags, type Shelf } from './tag-shelf.ts'

const some = { tag_id: texts(), group_id: texts() }
const ANY: Shelf = { kind: 'strategy' }

/** Only strategies of the top level own tags. */
function shelfOf({ world }: Desk, strategyId: number): Shelf {
  const strategy = world.strategies.customer.get(strategyId) ?? refuse(40058, 'invalid strategy_id')
  if (strategy.parentId !== 0) refuse(40058, 'not a top-level strategy')
  return { kind: 'strategy', strategyId }
}

/** Tags of customer strategies (规则组标签). Docs 94882. */
export function strategyTagEndpoints() {
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/get_strategy_tag_list',
      method: 'POST',
      params: { strategy_id: int(), ...some },
      empty: { tag_group: [] },
      handle: (p, desk) => listTags(desk, p.strategy_id === undefined ? ANY : shelfOf(desk, p.strategy_id), p),
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/add_strategy_tag',
      method: 'POST',
      params: { strategy_id: need(int()), ...addTagParams },
      handle: (p, desk) => addTags(desk, shelfOf(desk, p.strategy_id), p),
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/edit_strategy_tag',
      method: 'POST',
      params: editTagParams,
      handle: (p, desk) => editTag(desk, ANY, p),
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/del_strategy_tag',
      method: 'POST',
      params: some,
      handle: (p, desk) => delTags(desk, ANY, p),
    }),
  ]
}
