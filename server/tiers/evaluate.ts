import type { Customers } from '../customers/customers.ts'
import type { Tx } from '../db/tx.ts'
import type { CustomerFacts } from '../facts/facts.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Reason } from '../kernel/reason.ts'
import type { Facts } from '../rules/fact.ts'
import type { Ladder, RuleBookHolder } from '../rules/rule-book.ts'
import { judge, lastLevel, type Standing, type Verdict } from './judge.ts'
import { askedFacts, moveText, pathsOf } from './move-text.ts'
import type { Moves } from './moves.ts'
import { type CustomerTier, lockTier, tiersOn } from './tier-store.ts'

export interface EvaluateDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'of'>
  customers: { queries: Pick<Customers['queries'], 'exists'> }
  moves: Moves
}

/** What made us look. */
export interface Occasion {
  /** One Chinese clause, e.g. `订单付款后`. */
  text: string
  eventId?: number
}

const NOTHING_KNOWN: Facts = new Map()

/** Looks whether customers are on the level where the rules want them, and moves those who are not. Safe to repeat. */
export function createEvaluate({ clock, rules, facts, customers, moves }: EvaluateDeps) {
  const reasonOf = (ladder: Ladder, text: string, known: Facts, occasion: Occasion): Reason => ({
    text: `${occasion.text}${text}`,
    rule: { kind: 'ladder', name: ladder.name, version: ladder.version },
    facts: askedFacts(ladder, known),
    ...(occasion.eventId === undefined ? {} : { eventId: occasion.eventId }),
  })

  async function carryOut(
    tx: Tx,
    ladder: Ladder,
    tier: CustomerTier,
    verdict: Verdict,
    known: Facts,
    occasion: Occasion,
  ) {
    const { externalUserId } = tier
    if (verdict.kind === 'renew') await moves.renew(tx, ladder, externalUserId, verdict.untilMs)
    if (verdict.kind !== 'move' || ladder.value.moves === 'propose') return
    const reason = reasonOf(ladder, moveText(ladder, tier, verdict), known, occasion)
    await moves.move(tx, ladder, { externalUserId, from: tier.level, to: verdict.to, by: 'rule', reason })
  }

  /** The customer's row for this transaction alone; on the last level when there was none. */
  async function hold(tx: Tx, ladder: Ladder, externalUserId: string, occasion: Occasion): Promise<CustomerTier> {
    const found = await lockTier(tx, ladder.name, externalUserId)
    if (found !== undefined) return found
    const reason = reasonOf(ladder, '第一次评定', NOTHING_KNOWN, occasion)
    await moves.place(tx, ladder, [{ externalUserId, level: lastLevel(ladder), reason }])
    const placed = await lockTier(tx, ladder.name, externalUserId)
    if (placed === undefined) throw new Error(`${externalUserId} is not on ${ladder.name} after being put there`)
    return placed
  }

  /** Facts are read behind the locks: who judged this customer before us has committed. */
  async function judgeHeld(tx: Tx, ladders: Ladder[], externalUserId: string, occasion: Occasion): Promise<void> {
    const held: [Ladder, CustomerTier][] = []
    for (const ladder of ladders) held.push([ladder, await hold(tx, ladder, externalUserId, occasion)])
    const paths = [...new Set(ladders.flatMap(pathsOf))]
    const known = (await facts.of(tx, [externalUserId], clock.now(), paths)).get(externalUserId) ?? NOTHING_KNOWN
    for (const [ladder, tier] of held) {
      await carryOut(tx, ladder, tier, judge(ladder, tier, known, clock.now()), known, occasion)
    }
  }

  /** Where somebody belongs who has been nowhere yet. */
  function firstLevel(ladder: Ladder, known: Facts) {
    const nowhere: Standing = { level: lastLevel(ladder).name, heldFromMs: undefined, entitledUntilMs: undefined }
    const verdict = judge(ladder, nowhere, known, clock.now())
    if (verdict.kind !== 'move' || ladder.value.moves === 'propose') {
      return { level: lastLevel(ladder), text: '第一次评定' }
    }
    return { level: verdict.to, text: `第一次评定，${moveText(ladder, nowhere, verdict)}` }
  }

  return {
    hold,

    /** One customer on every ladder, at something that happened to them; a stranger is on none. */
    one: async (tx: Tx, externalUserId: string, occasion: Occasion): Promise<void> => {
      const ladders = [...rules.current().ladders.values()]
      if (ladders.length === 0 || !(await customers.queries.exists(tx, externalUserId))) return
      await judgeHeld(tx, ladders, externalUserId, occasion)
    },

    /** Many customers on one ladder; writes only what is other than before. */
    page: async (tx: Tx, ladder: Ladder, externalUserIds: string[], occasion: Occasion): Promise<void> => {
      const now = clock.now()
      const known = await facts.of(tx, externalUserIds, now, pathsOf(ladder))
      const tiers = await tiersOn(tx, ladder.name, externalUserIds)
      const factsOf = (id: string): Facts => known.get(id) ?? NOTHING_KNOWN
      const fresh = externalUserIds.filter((id) => !tiers.has(id))
      await moves.place(
        tx,
        ladder,
        fresh.map((externalUserId) => {
          const { level, text } = firstLevel(ladder, factsOf(externalUserId))
          return { externalUserId, level, reason: reasonOf(ladder, text, factsOf(externalUserId), occasion) }
        }),
      )
      for (const [externalUserId, tier] of tiers) {
        const { kind } = judge(ladder, tier, factsOf(externalUserId), now)
        if (kind === 'move' || kind === 'renew') await judgeHeld(tx, [ladder], externalUserId, occasion)
      }
    },
  }
}
export type Evaluate = ReturnType<typeof createEvaluate>
