import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Paging } from '../paging.ts'
import { bool, int, need, object, objects, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import { levelOf, type RangeNode, type Strategy, type StrategyKind } from '../strategies.ts'

const MAX_NODES = 3_000
const MAX_LEVELS = 5
const RIGHTS: Record<StrategyKind, string> = {
  customer:
    'view_customer_list view_customer_data view_room_list contact_me join_room share_customer oper_resign_customer oper_resign_group send_customer_msg edit_welcome_msg view_behavior_data view_room_data send_group_msg room_deduplication rapid_reply onjob_customer_transfer edit_anti_spam_rule export_customer_list export_customer_data export_customer_group_list',
  moment: 'view_moment_list send_moment',
}

const admins = texts({ max: 20 })
const nodes = objects({ type: need(int({ min: 1, max: 2 })), userid: text(), partyid: int() }, { max: 100 })
type GivenNode = { type: number; userid: string | undefined; partyid: number | undefined }

function readNodes({ world }: Desk, given: GivenNode[] | undefined): RangeNode[] {
  return (given ?? []).map((node): RangeNode => {
    if (node.type === 1) {
      const staff = findStaff(world, node.userid ?? '') ?? refuse(40003, 'invalid userid')
      return { type: 1, userid: staff.userId }
    }
    const partyid = node.partyid ?? 0
    if (!world.departments.has(partyid)) refuse(60003, 'department not found')
    return { type: 2, partyid }
  })
}
const nodeKey = (node: RangeNode): string => (node.type === 1 ? `u ${node.userid}` : `p ${node.partyid}`)

function checkAdmins({ world }: Desk, ids: readonly string[]): void {
  for (const id of ids) findStaff(world, id) ?? refuse(40003, 'invalid userid')
}

/** The union of both, without doubles and without `removed`. */
function rangeOf(held: RangeNode[], added: RangeNode[], removed: RangeNode[]): RangeNode[] {
  const gone = new Set(removed.map(nodeKey))
  const all = new Map([...held, ...added].map((node) => [nodeKey(node), node]))
  const range = [...all.entries()].filter(([key]) => !gone.has(key)).map(([, node]) => node)
  if (range.length === 0) refuse(40058, 'range empty')
  return range.length > MAX_NODES ? refuse(40058, 'range too large') : range
}

/** Strategies of one kind; docs 94883 and 94890 have the same calls for both. */
function strategiesOf(kind: StrategyKind, paging: Paging) {
  const at = (name: string): string => `/cgi-bin/externalcontact/${kind}_strategy/${name}`
  const rights = RIGHTS[kind].split(' ')
  const privilege = object(Object.fromEntries(rights.map((name) => [name, bool()])))
  const strategyId = { strategy_id: need(int()) }
  const page = { cursor: text(), limit: int({ min: 1, max: 1000 }) }
  const find = ({ world }: Desk, id: number): Strategy =>
    world.strategies[kind].get(id) ?? refuse(40058, 'invalid strategy_id')
  const grant = (given: Record<string, boolean | undefined>, held: Record<string, boolean> = {}) =>
    Object.fromEntries(rights.map((name) => [name, given[name] ?? held[name] ?? false]))
  return [
    endpoint({
      path: at('list'),
      method: 'POST',
      params: page,
      empty: { strategy: [], next_cursor: '' },
      handle: (p, { world }) => {
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 1000, () => [...world.strategies[kind].keys()])
        return { strategy: rows.map((id) => ({ strategy_id: id })), next_cursor: nextCursor }
      },
    }),
    endpoint({
      path: at('get'),
      method: 'POST',
      params: strategyId,
      handle: (p, desk) => {
        const held = find(desk, p.strategy_id)
        return {
          strategy: {
            strategy_id: held.id,
            parent_id: held.parentId,
            strategy_name: held.name,
            create_time: toSec(held.createdAtMs),
            admin_list: held.adminUserIds,
            privilege: held.privilege,
          },
        }
      },
    }),
    endpoint({
      path: at('get_range'),
      method: 'POST',
      params: { ...strategyId, ...page },
      empty: { range: [], next_cursor: '' },
      handle: (p, desk) => {
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 1000, () => [...find(desk, p.strategy_id).range])
        return { range: rows, next_cursor: nextCursor }
      },
    }),
    endpoint({
      path: at('create'),
      method: 'POST',
      params: {
        parent_id: int({ min: 0 }),
        strategy_name: need(text()),
        admin_list: need(admins),
        privilege: need(privilege),
        range: need(nodes),
      },
      handle: (p, desk) => {
        const { strategies } = desk.world
        const parent = p.parent_id ? find(desk, p.parent_id) : undefined
        if (levelOf(strategies[kind], parent) >= MAX_LEVELS) refuse(40058, 'too many levels')
        checkAdmins(desk, p.admin_list)
        const range = rangeOf([], readNodes(desk, p.range), [])
        const id = strategies.nextId++
        strategies[kind].set(id, {
          id,
          parentId: parent?.id ?? 0,
          name: p.strategy_name,
          adminUserIds: p.admin_list,
          privilege: grant(p.privilege),
          range,
          createdAtMs: desk.clock.now(),
        })
        desk.changed()
        return { strategy_id: id }
      },
    }),
    endpoint({
      path: at('edit'),
      method: 'POST',
      params: {
        ...strategyId,
        strategy_name: text(),
        admin_list: admins,
        privilege,
        range_add: nodes,
        range_del: nodes,
      },
      handle: (p, desk) => {
        const held = find(desk, p.strategy_id)
        checkAdmins(desk, p.admin_list ?? [])
        held.range = rangeOf(held.range, readNodes(desk, p.range_add), readNodes(desk, p.range_del))
        held.name = p.strategy_name ?? held.name
        held.adminUserIds = p.admin_list ?? held.adminUserIds
        held.privilege = grant(p.privilege ?? {}, held.privilege)
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: at('del'),
      method: 'POST',
      params: strategyId,
      handle: (p, desk) => {
        const all = desk.world.strategies[kind]
        const held = find(desk, p.strategy_id)
        if ([...all.values()].some((other) => other.parentId === held.id)) refuse(40058, 'has strategies below it')
        all.delete(held.id)
        desk.changed()
        return {}
      },
    }),
  ]
}

/** Docs 94883, 94890. */
export const strategyEndpoints = (paging: Paging) => [
  ...strategiesOf('customer', paging),
  ...strategiesOf('moment', paging),
]
