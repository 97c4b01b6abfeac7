import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { Evaluate } from './evaluate.ts'
import { levelOf } from './judge.ts'
import type { Moves } from './moves.ts'
import type { Proposals } from './proposals.ts'
import type { MovedBy } from './tier-states.ts'
import { TIER_MOVE } from './tier-tables.ts'

export interface SetTierDeps {
  rules: Pick<RuleBookHolder, 'current'>
  customers: { queries: Pick<Customers['queries'], 'exists'> }
  moves: Pick<Moves, 'move' | 'confirm'>
  evaluate: Pick<Evaluate, 'hold'>
  proposals: Pick<Proposals, 'settled'>
}

export interface TierWish {
  ladder: string
  externalUserId: string
  /** Name of the level. */
  level: string
  reason: Reason
  /** Once per key; ≤190 characters. */
  key: string
  /** The journeys that led to it. */
  via?: readonly string[]
  /** Who says so; default `journey`. */
  by?: Exclude<MovedBy, 'rule'>
}

/** `again`: this key was used before. `unknown`: the rules have no such level (any more), or nobody knows the customer. */
export type TierSet = 'moved' | 'stays' | 'again' | 'unknown'

export function createSetTier({ rules, customers, moves, evaluate, proposals }: SetTierDeps) {
  return async (tx: Tx, wish: TierWish): Promise<TierSet> => {
    const { externalUserId, reason, key, via, by = 'journey' } = wish
    const ladder = rules.current().ladders.get(wish.ladder)
    const to = ladder === undefined ? undefined : levelOf(ladder, wish.level)
    if (ladder === undefined || to === undefined) return 'unknown'
    if (!(await customers.queries.exists(tx, externalUserId))) return 'unknown'
    const tier = await evaluate.hold(tx, ladder, externalUserId, { text: '' })
    // Behind the lock, so that of two with one key the second sees the first.
    const before = await tx.row(
      sql`SELECT ${pick(TIER_MOVE, 'id')} FROM ${TIER_MOVE} WHERE ${TIER_MOVE.move_key} = ${key}`,
    )
    if (before !== undefined) return 'again'
    await proposals.settled(tx, ladder.name, externalUserId, '等级已经另外定了')
    const move = { externalUserId, from: tier.level, to, by, reason, key, via }
    if (tier.level === to.name) {
      await moves.confirm(tx, ladder, move)
      return 'stays'
    }
    await moves.move(tx, ladder, move)
    return 'moved'
  }
}
