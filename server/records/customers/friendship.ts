/* One guide–customer pair through adds and losses that may come twice, late and out of order. Instants are the event's
   own, whole seconds; on equal instants the one that arrives later is taken to have happened later. */

export interface Friendship {
  active: boolean
  /** Added by the customer, not yet accepted by the guide. */
  half: boolean
  /** Its beginning was told as `customer.added`. False for what a sync found. */
  announced: boolean
  addedAtMs: number | undefined
  /** The newest add event or, for what a sync found, WeCom's createtime. */
  lastAddAtMs: number | undefined
  /** The newest loss event, also one of an earlier friendship. */
  lastLossAtMs: number | undefined
}

export type AddDecision =
  /** A friendship begins; `again` when the pair had one before. */
  | { kind: 'begins'; again: boolean }
  /** More about the present friendship: the guide accepted, or an older event came late. */
  | { kind: 'goes-on'; accepted: boolean }
  /** About a friendship that has ended since. */
  | { kind: 'past' }

export type LossDecision = 'ends' | 'ended-already' | 'past'

/** An API createtime and the event of the same add may differ by this much. */
export const SAME_ADD_MS = 120_000

/** `isListed`: WeCom counts the pair as friends at this moment, so no loss we heard of can be later. */
export function decideAdd(
  known: Friendship | undefined,
  add: { atMs: number; half: boolean; isListed?: boolean },
): AddDecision {
  if (known === undefined) return { kind: 'begins', again: false }
  const { lastLossAtMs } = known
  if (add.isListed !== true && lastLossAtMs !== undefined && add.atMs < lastLossAtMs) return { kind: 'past' }
  if (!known.active) return { kind: 'begins', again: true }
  if (!known.announced) {
    const isOlder = known.addedAtMs !== undefined && add.atMs < known.addedAtMs - SAME_ADD_MS
    return isOlder ? { kind: 'past' } : { kind: 'begins', again: lastLossAtMs !== undefined }
  }
  const accepted = known.half && !add.half
  if (accepted || known.lastAddAtMs === undefined || add.atMs <= known.lastAddAtMs) return { kind: 'goes-on', accepted }
  // A later add of a pair that we think are friends: the loss between the two never reached us.
  return { kind: 'begins', again: true }
}

export function decideLoss(known: Friendship | undefined, atMs: number): LossDecision {
  if (known === undefined) return 'ends'
  if (!known.active) return 'ended-already'
  const lastAddAtMs = known.lastAddAtMs ?? known.addedAtMs
  return lastAddAtMs !== undefined && lastAddAtMs > atMs ? 'past' : 'ends'
}
