import type { Tx } from '../../core/db/tx.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import type { AudiencePage, CustomerFacts } from './facts.ts'

/** Customers read at once; of two million a hundred cost as much as five thousand. */
const AHEAD = 5_000

/** An audience page by page, read from the database in stretches and handed out in pages: on a large database every reading
 *  costs about as much as the whole audience. What is handed out may be some pages old, so who acts on it looks again. */
export function createReadAhead(
  facts: Pick<CustomerFacts, 'audience'>,
  ahead = AHEAD,
): Pick<CustomerFacts, 'audience'> {
  /** The customers behind `after`; `isEnd`: all of them. */
  let held: { condition: Condition; nowMs: number; after: string; ids: string[]; isEnd: boolean } | undefined

  return {
    audience: async (tx: Tx, condition: Condition, nowMs: number, { limit, after = '' }: AudiencePage) => {
      const isSame = held?.condition === condition && held.nowMs === nowMs && held.after <= after
      const rest = isSame ? (held?.ids.filter((id) => id > after) ?? []) : []
      if (isSame && (rest.length >= limit || held?.isEnd === true)) return rest.slice(0, limit)
      const size = Math.max(ahead, limit)
      const ids = await facts.audience(tx, condition, nowMs, { limit: size, after })
      held = { condition, nowMs, after, ids, isEnd: ids.length < size }
      return ids.slice(0, limit)
    },
  }
}
