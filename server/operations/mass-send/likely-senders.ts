import type { Among } from '../../core/db/among.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Touches } from '../../records/touches/touches.ts'

/** Who WeCom will choose to send to a customer, as far as we can know: it sees all chats, we see what was written with our help. */
export interface Likely {
  userId: string
  /** There is nobody else whom it could choose. */
  isSure: boolean
}

export interface LikelyDeps {
  customers: Pick<Customers['queries'], 'presentGuidesOf'>
  touches: Pick<Touches, 'lastOfGuides'>
}

/** Of these guides the one who wrote or was added last; `wroteAtMs`: by userid, as far as we know. Undefined: nobody could. Pure. */
export function likelySender(
  guides: readonly { userId: string; addedAtMs: number }[],
  wroteAtMs: ReadonlyMap<string, number>,
): Likely | undefined {
  const lastMs = ({ userId, addedAtMs }: { userId: string; addedAtMs: number }): number =>
    Math.max(addedAtMs, wroteAtMs.get(userId) ?? 0)
  const [first, ...others] = guides
  if (first === undefined) return undefined
  const last = others.reduce((best, one) => (lastMs(one) >= lastMs(best) ? one : best), first)
  return { userId: last.userId, isSure: others.length === 0 }
}

/** The same of these customers, by external_userid; those without a guide are left out. Reads only. */
export async function likelySenders(
  tx: ReadTx,
  { customers, touches }: LikelyDeps,
  among: Among,
): Promise<Map<string, Likely>> {
  const guides = await customers.presentGuidesOf(tx, among)
  const wrote = new Map<string, Map<string, number>>()
  for (const { externalUserId, userId, atMs } of await touches.lastOfGuides(tx, among)) {
    const own = wrote.get(externalUserId) ?? new Map<string, number>()
    wrote.set(externalUserId, own.set(userId, atMs))
  }
  const found = new Map<string, Likely>()
  for (const [id, own] of guides) {
    const likely = likelySender(own, wrote.get(id) ?? new Map())
    if (likely !== undefined) found.set(id, likely)
  }
  return found
}
