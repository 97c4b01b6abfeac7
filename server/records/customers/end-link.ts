import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { CustomerUnlinked } from './customer-events.ts'
import { customerLinks, type StoredLink } from './customer-links.ts'

interface EndLinkDeps {
  clock: Clock
  emit: Emit
}

/** What was told under these names goes back as soon as the server hears of it. Undefined: there is none of this number that
 *  stands. Safe to repeat. */
export async function endLink(
  tx: Tx,
  linkId: number,
  by: string,
  { clock, emit }: EndLinkDeps,
): Promise<StoredLink | undefined> {
  const link = await customerLinks.end(tx, linkId, { by, nowMs: clock.now() })
  if (link === undefined) return undefined
  const payload = { externalUserId: link.external_userid, linkId, sinceMs: link.linked_at }
  await emit(tx, CustomerUnlinked, { key: String(linkId), payload })
  return link
}
