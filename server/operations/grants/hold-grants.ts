import type { Tx } from '../../core/db/tx.ts'
import { createEndGrant, type EndGrantDeps } from './end-grant.ts'
import { grantStore } from './grant-store.ts'

/** After an old state of the database was put back: what had not been given by then (UTC milliseconds) may have been given since. A
 *  person looks; ops, the guide and the journey (`hears`, by the key under which it was asked for) are told. Gives how many. Safe to
 *  repeat. */
export async function holdGrants(
  tx: Tx,
  { hears, ...deps }: EndGrantDeps & { hears: (tx: Tx, key: string, text: string) => Promise<void> },
  { untilMs, why }: { untilMs: number; why: string },
): Promise<number> {
  const { end } = createEndGrant(deps)
  const open = await grantStore.openUntil(tx, untilMs)
  for (const grant of open) {
    const text = await end(tx, grant, { kind: 'unsure', why })
    if (text !== undefined) await hears(tx, grant.key, text)
  }
  return open.length
}
