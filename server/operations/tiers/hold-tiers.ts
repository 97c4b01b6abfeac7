import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Ladder } from '../../rules/book/rule-book.ts'
import type { Facts } from '../../rules/condition/fact.ts'
import { lastLevel } from './judge.ts'
import { askedFacts } from './move-text.ts'
import type { Moves } from './moves.ts'
import { type CustomerTier, lockTiers } from './tier-store.ts'

/** What made us look. */
export interface Occasion {
  /** One Chinese clause, e.g. `订单付款后`. */
  text: string
  eventId?: number
  /** An order was refunded or closed: what lasts because of it ends. */
  takesBack?: boolean
}

/** Customer's rows on ladders, for this transaction alone. */
interface Held {
  standing: [Ladder, CustomerTier][]
  /** There was none on any of them before. */
  isNew: boolean
}

export const reasonOf = (ladder: Ladder, text: string, known: Facts, occasion: Occasion): Reason => ({
  text: `${occasion.text}${text}`,
  rule: { kind: 'ladder', name: ladder.name, version: ladder.version },
  facts: askedFacts(ladder, known),
  ...(occasion.eventId === undefined ? {} : { eventId: occasion.eventId }),
})

const NOTHING_KNOWN: Facts = new Map()

/** Customers' rows on ladders, for this transaction alone. */
export function createHoldTiers({ moves }: { moves: Pick<Moves, 'placeOnAll'> }) {
  /** The customer's row on each of these ladders for this transaction alone; on the last level where there was none. */
  async function holdAll(
    tx: Tx,
    ladders: readonly Ladder[],
    externalUserId: string,
    occasion: Occasion,
  ): Promise<Held> {
    const names = ladders.map(({ name }) => name)
    let held = await lockTiers(tx, names, externalUserId)
    const missing = ladders.filter(({ name }) => !held.has(name))
    let placed: CustomerTier[] | undefined
    if (missing.length > 0) {
      const placings = missing.map((ladder) => {
        const reason = reasonOf(ladder, '第一次评定', NOTHING_KNOWN, occasion)
        return { ladder, externalUserId, level: lastLevel(ladder), reason }
      })
      placed = await moves.placeOnAll(tx, placings)
      if (placed === undefined) held = await lockTiers(tx, names, externalUserId)
      for (const tier of placed ?? []) held.set(tier.ladder, tier)
    }
    const standing = ladders.map((ladder): [Ladder, CustomerTier] => {
      const tier = held.get(ladder.name)
      if (tier === undefined) throw new Error(`${externalUserId} is not on ${ladder.name} after being put there`)
      return [ladder, tier]
    })
    return { standing, isNew: placed?.length === ladders.length }
  }

  async function hold(tx: Tx, ladder: Ladder, externalUserId: string, occasion: Occasion): Promise<CustomerTier> {
    const { standing } = await holdAll(tx, [ladder], externalUserId, occasion)
    const [[, tier] = []] = standing
    if (tier === undefined) throw new Error(`nobody is held on ${ladder.name}`)
    return tier
  }

  return { holdAll, hold }
}
