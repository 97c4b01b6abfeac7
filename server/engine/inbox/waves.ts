import type { EventRow } from './event-queue.ts'

/** Whom an event is about; undefined: about no customer, or about several. */
export function customerOf(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined
  const { externalUserId, ExternalUserID } = payload as Record<string, unknown>
  const id = externalUserId ?? ExternalUserID
  return typeof id === 'string' ? id : undefined
}

export interface Waiting {
  row: EventRow
  payload: unknown
}

/** Events in the order in which they are handled: those of one wave at once. They are of one kind and about different
 *  customers. Of one customer, each comes after those before it; and nothing overtakes an event that is about no customer. */
export function wavesOf<One extends Waiting>(events: readonly One[]): One[][] {
  const waves: One[][] = []
  let left = [...events]
  while (left.length > 0) {
    const [first] = left
    if (first === undefined) break
    const wave: One[] = []
    const seen = new Set<string>()
    for (const one of left) {
      const customer = customerOf(one.payload)
      if (customer === undefined) {
        if (wave.length === 0) wave.push(one)
        break
      }
      if (one.row.kind === first.row.kind && !seen.has(customer)) wave.push(one)
      seen.add(customer)
    }
    waves.push(wave)
    left = left.filter((one) => !wave.includes(one))
  }
  return waves
}
