import { every, list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Ladder, RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { Occasion } from './hold-tiers.ts'
import { lastLevel, levelOf } from './judge.ts'
import type { Moves } from './moves.ts'
import { type Former, formerOf, lockTiers, pathOf } from './tier-store.ts'
import { TIER_MOVE as m } from './tier-tables.ts'

export interface PutBackDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  moves: Pick<Moves, 'putBack'>
}

/** Puts a customer back to where they stood before what rules have moved since an instant, by what was not theirs; what a person
 *  or a journey said meanwhile stands. Who looks at them afterwards finds what their own facts give. Safe to repeat. */
export function createPutBack({ clock, rules, moves }: PutBackDeps) {
  async function one(tx: Tx, ladder: Ladder, externalUserId: string, sinceMs: number, text: string): Promise<void> {
    const isTheirs = sql`${m.external_userid} = ${externalUserId} AND ${m.ladder} = ${ladder.name}`
    const found = await tx.rows(
      sql`SELECT ${pick(m, 'id', 'from_level', 'moved_by', 'former')} FROM ${m}
          WHERE ${every([isTheirs, sql`${m.moved_at} >= ${sinceMs}`, sql`${m.undone} = 0`])} ORDER BY ${m.id}`,
    )
    const told = found.findLastIndex(({ moved_by: by }) => by !== 'rule')
    const byRule = found.slice(told + 1)
    const [first] = byRule
    if (first === undefined) return
    const former = formerly(first, ladder)
    const now = await formerOf(tx, ladder.name, externalUserId)
    if (former === undefined || now === undefined) return
    const to = levelOf(ladder, former.path.slice(ladder.name.length + 1)) ?? lastLevel(ladder)
    await tx.run(sql`UPDATE ${m} SET ${set(m, { undone: 1 })} WHERE ${m.id} IN ${list(byRule.map(({ id }) => id))}`)
    const from = now.path.slice(ladder.name.length + 1)
    const reason = {
      text: `${text}回到原来的等级`,
      rule: { kind: 'ladder' as const, name: ladder.name, version: ladder.version },
    }
    await moves.putBack(
      tx,
      ladder,
      { externalUserId, from, to, by: 'rule', reason },
      { ...former, path: pathOf(ladder.name, to.name) },
    )
  }

  /** Where they stood; who was nowhere begins where everybody does. */
  function formerly(move: { from_level: string | null; former: string | null }, ladder: Ladder): Former | undefined {
    if (move.former !== null) return JSON.parse(move.former) as Former
    if (move.from_level !== null) return undefined
    const start = { path: pathOf(ladder.name, lastLevel(ladder).name), since: clock.now(), version: ladder.version }
    return { ...start, held_from: null, entitled_until: null, reason: JSON.stringify({ text: '第一次评定' }) }
  }

  return async (
    tx: Tx,
    externalUserId: string,
    { sinceMs, occasion }: { sinceMs: number; occasion: Occasion },
  ): Promise<void> => {
    const { ladders } = rules.current()
    await lockTiers(tx, [...ladders.keys()], externalUserId)
    for (const ladder of ladders.values()) await one(tx, ladder, externalUserId, sinceMs, occasion.text)
  }
}
