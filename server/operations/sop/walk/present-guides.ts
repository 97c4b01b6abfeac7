import type { Tx } from '../../../core/db/tx.ts'
import type { Customers } from '../../../records/customers/customers.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'

export interface PresentGuidesDeps {
  customers: { queries: Pick<Customers['queries'], 'ownersOf' | 'servedAmong'> }
}

/** The guide may have changed since these customers entered; the present one acts, and goes on with them. */
export async function withPresentGuides(tx: Tx, { customers }: PresentGuidesDeps, entries: Entry[]): Promise<Entry[]> {
  const isHere = await customers.queries.servedAmong(tx, entries)
  const alone = entries.filter((entry) => !isHere(entry)).map((entry) => entry.externalUserId)
  if (alone.length === 0) return entries
  const owners = await customers.queries.ownersOf(tx, alone)
  const present = entries.map((entry) => {
    const owner = isHere(entry) ? undefined : owners.get(entry.externalUserId)
    return owner === undefined || owner === entry.userId ? entry : { ...entry, userId: owner }
  })
  for (const [index, entry] of present.entries()) {
    if (entry !== entries[index]) await entryStore.passTo(tx, entry.id, entry.userId)
  }
  return present
}
