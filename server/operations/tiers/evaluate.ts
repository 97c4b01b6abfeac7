import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { Ladder, RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { Facts } from '../../rules/condition/fact.ts'
import type { Vocabulary } from '../../rules/vocabulary.ts'
import type { Endings } from './endings.ts'
import type { GuidePlaces } from './guide-places.ts'
import { firstPlace, happensBySelf, judge, lastLevel, lostItsReason, type Verdict } from './judge.ts'
import { askedFacts, moveText, pathsOf } from './move-text.ts'
import type { Moves } from './moves.ts'
import { type Proposal, standingAmong } from './proposal-store.ts'
import type { Proposals } from './proposals.ts'
import { type CustomerTier, lockTiers, tiersOn } from './tier-store.ts'

export interface EvaluateDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'of'>
  vocabulary: Pick<Vocabulary, 'facts'>
  customers: { queries: Pick<Customers['queries'], 'exists'> }
  moves: Moves
  proposals: Pick<Proposals, 'proposeMove' | 'settled'>
  guidePlaces: Pick<GuidePlaces, 'catchUp'>
  endings: Pick<Endings, 'warn' | 'renewed'>
  privacy: AskConsent
}

/** What made us look. */
export interface Occasion {
  /** One Chinese clause, e.g. `订单付款后`. */
  text: string
  eventId?: number
  /** An order was refunded or closed: what lasts because of it ends. */
  takesBack?: boolean
}

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
  /** Who has refused to be judged by what they did stays where they are. */
  const refusedAmong = (tx: Tx, externalUserIds: string[]): Promise<Set<string>> =>
    privacy.consents.refusedAmong(tx, 'profiling', externalUserIds)

  const reasonOf = (ladder: Ladder, text: string, known: Facts, occasion: Occasion): Reason => ({
    text: `${occasion.text}${text}`,
    rule: { kind: 'ladder', name: ladder.name, version: ladder.version },
    facts: askedFacts(ladder, known),
    ...(occasion.eventId === undefined ? {} : { eventId: occasion.eventId }),
  })

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

  /** The customer's row on each of these ladders for this transaction alone; on the last level where there was none. */
  async function holdAll(
    tx: Tx,
    ladders: readonly Ladder[],
    externalUserId: string,
    occasion: Occasion,
  ): Promise<[Ladder, CustomerTier][]> {
    const names = ladders.map(({ name }) => name)
    let held = await lockTiers(tx, names, externalUserId)
    if (held.size < ladders.length) {
      for (const ladder of ladders) {
        if (held.has(ladder.name)) continue
        const reason = reasonOf(ladder, '第一次评定', NOTHING_KNOWN, occasion)
        await moves.place(tx, ladder, [{ externalUserId, level: lastLevel(ladder), reason }])
      }
      held = await lockTiers(tx, names, externalUserId)
    }
    return ladders.map((ladder) => {
      const tier = held.get(ladder.name)
      if (tier === undefined) throw new Error(`${externalUserId} is not on ${ladder.name} after being put there`)
      return [ladder, tier]
    })
  }

  async function hold(tx: Tx, ladder: Ladder, externalUserId: string, occasion: Occasion): Promise<CustomerTier> {
    const [[, tier] = []] = await holdAll(tx, [ladder], externalUserId, occasion)
    if (tier === undefined) throw new Error(`nobody is held on ${ladder.name}`)
    return tier
  }

  /** Facts are read behind the locks: who judged this customer before us has committed. */
  async function judgeHeld(tx: Tx, ladders: Ladder[], externalUserId: string, occasion: Occasion): Promise<void> {
    const held = await holdAll(tx, ladders, externalUserId, occasion)
    const paths = [...new Set(ladders.flatMap(pathsOf))]
    const known = (await facts.of(tx, [externalUserId], clock.now(), paths)).get(externalUserId) ?? NOTHING_KNOWN
    for (const [ladder, found] of held) {
      let tier = found
      if (occasion.takesBack === true && lostItsReason(ladder, tier, known, clock.now())) {
        tier = { ...tier, entitledUntilMs: clock.now() }
        await moves.setEnd(tx, ladder, externalUserId, clock.now())
      }
      await carryOut(tx, ladder, tier, judge(ladder, tier, known, clock.now()), known, occasion)
    }
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
    one: async (tx: Tx, externalUserId: string, occasion: Occasion): Promise<void> => {
      const ladders = [...rules.current().ladders.values()]
      if (ladders.length === 0 || !(await customers.queries.exists(tx, externalUserId))) return
      if ((await refusedAmong(tx, [externalUserId])).has(externalUserId)) return
      await judgeHeld(tx, ladders, externalUserId, occasion)
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
      for (const [externalUserId, tier] of tiers) {
        const verdict = judge(ladder, tier, factsOf(externalUserId), now)
        if (isNews(ladder, tier, verdict, stands.get(externalUserId))) {
          await judgeHeld(tx, [ladder], externalUserId, occasion)
        }
        await endings.warn(tx, ladder, tier, factsOf(externalUserId))
      }
      await guidePlaces.catchUp(tx, ladder, [...tiers.values()])
    },
  }
}
export type Evaluate = ReturnType<typeof createEvaluate>
