import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { Ladder, RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { Facts } from '../../rules/condition/fact.ts'
import type { Vocabulary } from '../../rules/vocabulary.ts'
import type { Endings } from './endings.ts'
import type { GuidePlaces } from './guide-places.ts'
import { createHoldTiers, type Occasion, reasonOf } from './hold-tiers.ts'
import { firstPlace, happensBySelf, judge, lostItsReason, type Verdict } from './judge.ts'
import { moveText, pathsOf } from './move-text.ts'
import type { Moves } from './moves.ts'
import { type Proposal, standingAmong } from './proposal-store.ts'
import type { Proposals } from './proposals.ts'
import { type CustomerTier, type Judged, tiersOn } from './tier-store.ts'

export interface EvaluateDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'of'>
  vocabulary: Pick<Vocabulary, 'facts'>
  customers: { queries: Pick<Customers['queries'], 'exists'> }
  moves: Moves
  proposals: Pick<Proposals, 'proposeMove' | 'settled' | 'misasked'>
  guidePlaces: Pick<GuidePlaces, 'catchUp'>
  endings: Pick<Endings, 'warn' | 'renewed'>
  privacy: AskConsent
}

const UNKNOWN: Judged = { tiers: undefined, isNew: false }

const NOTHING_KNOWN: Facts = new Map()
const NOTHING_STANDS: ReadonlyMap<string, Proposal> = new Map()

/** Is there anything to write? */
function isNews(ladder: Ladder, tier: CustomerTier, verdict: Verdict, stands: Proposal | undefined): boolean {
  if (verdict.kind !== 'move') return verdict.kind === 'renew' || stands !== undefined
  if (stands === undefined || happensBySelf(ladder, tier, verdict)) return true
  return stands.from !== tier.level || stands.to !== verdict.to.name
}

/** Looks whether customers are on the level where the rules want them, and moves those who are not. Safe to repeat. */
export function createEvaluate({
  clock,
  rules,
  facts,
  vocabulary,
  customers,
  moves,
  proposals,
  guidePlaces,
  endings,
  privacy,
}: EvaluateDeps) {
  const { holdAll, hold } = createHoldTiers({ moves })

  /** Who has refused to be judged by what they did stays where they are. */
  const refusedAmong = (tx: Tx, externalUserIds: string[]): Promise<Set<string>> =>
    privacy.consents.refusedAmong(tx, 'profiling', externalUserIds)

  /** Whoever is in the group that the level invites into has said yes by joining it: there is nothing left to propose. */
  async function hasJoined(tx: Tx, { to, cause }: Verdict & { kind: 'move' }, externalUserId: string) {
    const pool = to.value.invite
    if (pool === undefined || cause !== 'rise') return false
    const groups = (await facts.of(tx, [externalUserId], clock.now(), ['groups'])).get(externalUserId)?.get('groups')
    return Array.isArray(groups) && groups.includes(pool)
  }

  async function carryOut(
    tx: Tx,
    ladder: Ladder,
    tier: CustomerTier,
    verdict: Verdict,
    known: Facts,
    occasion: Occasion,
  ) {
    const { externalUserId } = tier
    if (verdict.kind === 'renew') {
      await moves.setEnd(tx, ladder, externalUserId, verdict.untilMs)
      await endings.renewed(tx, tier)
    }
    const isProposed = ladder.value.moves === 'propose'
    if (verdict.kind !== 'move') {
      if (isProposed) await proposals.settled(tx, ladder.name, externalUserId)
      return
    }
    const reason = reasonOf(ladder, moveText(ladder, tier, verdict, vocabulary.facts), known, occasion)
    if (isProposed && !happensBySelf(ladder, tier, verdict) && !(await hasJoined(tx, verdict, externalUserId))) {
      return proposals.proposeMove(tx, ladder, tier, verdict.to, reason)
    }
    if (isProposed) await proposals.settled(tx, ladder.name, externalUserId, '等级变了')
    await moves.move(tx, ladder, { externalUserId, from: tier.level, to: verdict.to, by: 'rule', reason })
  }

  /** Facts are read behind the locks: who judged this customer before us has committed. */
  async function judgeHeld(tx: Tx, ladders: Ladder[], externalUserId: string, occasion: Occasion): Promise<Judged> {
    const { standing, isNew } = await holdAll(tx, ladders, externalUserId, occasion)
    const paths = [...new Set(ladders.flatMap(pathsOf))]
    const known = (await facts.of(tx, [externalUserId], clock.now(), paths)).get(externalUserId) ?? NOTHING_KNOWN
    let hasChanged = false
    // What is only proposed comes last: it asks for nothing that a move has asked for.
    const isProposed = ([{ value }]: [Ladder, CustomerTier]): number => (value.moves === 'propose' ? 1 : 0)
    for (const [ladder, found] of standing.toSorted((one, other) => isProposed(one) - isProposed(other))) {
      let tier = found
      if (occasion.takesBack === true && lostItsReason(ladder, tier, known, clock.now())) {
        tier = { ...tier, entitledUntilMs: clock.now() }
        await moves.setEnd(tx, ladder, externalUserId, clock.now())
      }
      const verdict = judge(ladder, tier, known, clock.now())
      hasChanged ||= tier !== found || verdict.kind === 'move' || verdict.kind === 'renew'
      // Of somebody who was nowhere yet nothing has been proposed.
      if (verdict.kind === 'stay' && isNew) continue
      await carryOut(tx, ladder, tier, verdict, known, occasion)
    }
    return { tiers: hasChanged ? undefined : standing.map(([, tier]) => tier), isNew: isNew && !hasChanged }
  }

  /** Where somebody belongs who has been nowhere yet, and why. */
  function firstLevel(ladder: Ladder, known: Facts) {
    const { level, standing, move } = firstPlace(ladder, known, clock.now())
    const why = move === undefined ? '' : `，${moveText(ladder, standing, move, vocabulary.facts)}`
    return { level, text: `第一次评定${why}` }
  }

  return {
    /** The customer's row for this transaction alone; on the last level when there was none. */
    hold,

    /** One customer on every ladder, at something that happened to them; a stranger is on none. */
    one: async (tx: Tx, externalUserId: string, occasion: Occasion): Promise<Judged> => {
      const ladders = [...rules.current().ladders.values()]
      if (ladders.length === 0 || !(await customers.queries.exists(tx, externalUserId))) return UNKNOWN
      if ((await refusedAmong(tx, [externalUserId])).has(externalUserId)) return UNKNOWN
      return judgeHeld(tx, ladders, externalUserId, occasion)
    },

    /** Many customers on one ladder; writes only what is other than before. */
    page: async (tx: Tx, ladder: Ladder, ids: string[], occasion: Occasion): Promise<void> => {
      const now = clock.now()
      const refused = await refusedAmong(tx, ids)
      const externalUserIds = refused.size === 0 ? ids : ids.filter((id) => !refused.has(id))
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
      const isProposed = ladder.value.moves === 'propose'
      const stands = isProposed ? await standingAmong(tx, 'move', ladder.name, [...tiers.keys()]) : NOTHING_STANDS
      const misasked = await proposals.misasked(tx, ladder, stands)
      for (const [externalUserId, tier] of tiers) {
        const verdict = judge(ladder, tier, factsOf(externalUserId), now)
        if (misasked.has(externalUserId) || isNews(ladder, tier, verdict, stands.get(externalUserId))) {
          await judgeHeld(tx, [ladder], externalUserId, occasion)
        }
        await endings.warn(tx, ladder, tier, factsOf(externalUserId))
      }
      await guidePlaces.catchUp(tx, ladder, [...tiers.values()])
    },
  }
}
export type Evaluate = ReturnType<typeof createEvaluate>
