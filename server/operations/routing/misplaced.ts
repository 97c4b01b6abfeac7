import type { Tx } from '../../core/db/tx.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { holds } from '../../rules/condition/holds.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import { askedFacts } from './asked-facts.ts'

export interface Misplaced {
  pool: string
  groupName: string
  chatId: string
  externalUserId: string
  /** As in the group; undefined while unknown. */
  name: string | undefined
  /** Those that the entry condition asks for. */
  facts: Record<string, unknown>
}

const PAGE = 500

/** The members of a pool's groups who do not meet its entry condition, in order of joining; staff are not meant. Reads page
 *  by page, each in a transaction of its own. */
export async function* misplacedMembers(
  deps: {
    db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
    rules: Pick<RuleBookHolder, 'current'>
    facts: Pick<CustomerFacts, 'of'>
    groups: { queries: Pick<Groups['queries'], 'membersOfPool'> }
  },
  pool: string,
  nowMs: number,
): AsyncGenerator<Misplaced> {
  const rule = deps.rules.current().pools.get(pool)
  if (rule === undefined) return
  for (let after = 0; ; ) {
    const { members, known } = await deps.db.tx(async (tx) => {
      const page = await deps.groups.queries.membersOfPool(tx, pool, { after, limit: PAGE })
      const ids = page.map((member) => member.externalUserId)
      return { members: page, known: await deps.facts.of(tx, ids, nowMs, factPaths(rule.entry)) }
    })
    for (const { externalUserId, chatId, groupName, name } of members) {
      const facts = known.get(externalUserId) ?? new Map()
      if (holds(rule.entry, facts)) continue
      yield { pool, groupName, chatId, externalUserId, name, facts: askedFacts(rule.entry, facts) }
    }
    const last = members.at(-1)
    if (last === undefined || members.length < PAGE) return
    after = last.id
  }
}
