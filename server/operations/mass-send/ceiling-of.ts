import { type Among, idsAmong } from '../../core/db/among.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { PolicyRule } from '../../rules/schema/policy-rule.ts'

/** How often one customer may be contacted, or something may go into one group, within so many Shanghai days (policy.yaml);
 *  undefined: as often as one likes. */
export type Ceiling = PolicyRule['contactsPerCustomer']

/** What holds for one customer, or group. `tier`: the level for which it is written; undefined: for all. */
export type OwnCeiling = Omit<NonNullable<Ceiling>, 'tiers'> & { tier?: string }

/** The ceiling of each of these customers at `nowMs`: where it is written for levels of theirs the least of those, else the one for
 *  all. Asks for levels only where some are written. */
export async function readCeilings(
  tx: ReadTx,
  { facts }: { facts: Pick<CustomerFacts, 'of'> },
  { ceiling: { tiers = [], ...forAll }, among, nowMs }: { ceiling: NonNullable<Ceiling>; among: Among; nowMs: number },
): Promise<(id: string) => OwnCeiling> {
  const ids = idsAmong(among)
  if (tiers.length === 0 || ids.length === 0) return () => forAll
  const known = await facts.of(tx as Tx, ids, nowMs, ['tiers'])
  const byLeast = [...tiers].sort((a, b) => a.most - b.most)
  return (id) => {
    const on = known.get(id)?.get('tiers')
    const own = Array.isArray(on) ? byLeast.find(({ tier }) => on.includes(tier)) : undefined
    return own === undefined ? forAll : { ...forAll, ...own }
  }
}
