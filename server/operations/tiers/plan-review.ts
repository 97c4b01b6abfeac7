import type { Tx } from '../../core/db/tx.ts'
import type { customerQueries } from '../../records/customers/customer-queries.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { staffQueries } from '../../records/staff/staff-queries.ts'
import type { Ladder, RuleBook } from '../../rules/book/rule-book.ts'
import type { Facts } from '../../rules/condition/fact.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import { catchUpPerGuide } from './guide-places.ts'
import { createGuidesOf } from './guides-of-level.ts'
import { firstPlace, happensBySelf, isBetter, judge, levelOf } from './judge.ts'
import { pathsOf } from './move-text.ts'
import { nextTime } from './nightly.ts'
import { handOversSince, standingAmong } from './proposal-store.ts'
import { seats } from './seats.ts'
import { tiersOn } from './tier-store.ts'

export interface PlanReviewDeps {
  facts: Pick<CustomerFacts, 'audience' | 'of'>
  customers: Pick<typeof customerQueries, 'ownersOf'>
  staff: Pick<typeof staffQueries, 'currentIdOf'>
}

export interface PlannedMove {
  from: string
  to: string
  isRise: boolean
  /** A guide is asked first. */
  isProposed: boolean
  customers: number
}

/** What the next nightly review of a ladder will do, as things are now. */
export interface ReviewPlan {
  ladder: string
  /** UTC milliseconds. */
  atMs: number
  customers: number
  /** Who comes onto the ladder for the first time, by level: nothing else happens to them. */
  placed: Map<string, number>
  moves: PlannedMove[]
  /** Would move, but for the cool-off. */
  held: number
  /** By the present guide: hand-overs to guides of the level that will be proposed in that night, and later ones. */
  handOvers: Map<string, { tonight: number; later: number }>
}

const EVERYBODY: Condition = { kind: 'all', of: [] }
const PAGE = 500
const NOTHING_KNOWN: Facts = new Map()

/** Reads only. */
export async function planReview(
  tx: Tx,
  ladder: Ladder,
  book: Pick<RuleBook, 'policy'>,
  { deps, nowMs }: { deps: PlanReviewDeps; nowMs: number },
): Promise<ReviewPlan> {
  const atMs = nextTime(ladder, nowMs)
  const guidesOf = createGuidesOf({ queries: deps.staff })
  const plan: ReviewPlan = {
    ladder: ladder.name,
    atMs,
    customers: 0,
    placed: new Map(),
    moves: [],
    held: 0,
    handOvers: new Map(),
  }
  const guides = new Map<string, Set<string>>()
  for (const level of ladder.levels) guides.set(level.name, new Set(await guidesOf(tx, level)))

  /** The level after the review, and whether it was reached by it; undefined: nothing is proposed there. */
  async function judgePage(ids: string[]): Promise<Map<string, { level: string; hasMoved: boolean }>> {
    const known = await deps.facts.of(tx, ids, atMs, pathsOf(ladder))
    const tiers = await tiersOn(tx, ladder.name, ids)
    const declined = await standingAmong(tx, 'move', ladder.name, ids)
    const after = new Map<string, { level: string; hasMoved: boolean }>()
    for (const id of ids) {
      const facts = known.get(id) ?? NOTHING_KNOWN
      const tier = tiers.get(id)
      if (tier === undefined) {
        const { level } = firstPlace(ladder, facts, atMs)
        plan.placed.set(level.name, (plan.placed.get(level.name) ?? 0) + 1)
        continue
      }
      const verdict = judge(ladder, tier, facts, atMs)
      if (verdict.kind === 'held') plan.held += 1
      if (verdict.kind !== 'move') {
        after.set(id, { level: tier.level, hasMoved: false })
        continue
      }
      const isProposed = ladder.value.moves === 'propose' && !happensBySelf(ladder, tier, verdict)
      const stands = declined.get(id)
      if (isProposed && stands?.from === tier.level && stands.to === verdict.to.name) continue
      count(plan.moves, {
        from: tier.level,
        to: verdict.to.name,
        isRise: isBetter(ladder, verdict.to.name, tier.level),
        isProposed,
      })
      if (!isProposed) after.set(id, { level: verdict.to.name, hasMoved: true })
    }
    return after
  }

  async function countHandOvers(after: Map<string, { level: string; hasMoved: boolean }>): Promise<void> {
    const guided = [...after].filter(([, { level }]) => levelOf(ladder, level)?.value.guides !== undefined)
    if (guided.length === 0) return
    const ids = guided.map(([id]) => id)
    const owners = await deps.customers.ownersOf(tx, ids)
    const seated = await seats.levelsOf(tx, ladder.name, ids)
    const asked = await handOversSince(tx, ladder.name, await tiersOn(tx, ladder.name, ids))
    for (const [id, { level, hasMoved }] of guided) {
      const owner = owners.get(id)
      if (owner === undefined || guides.get(level)?.has(owner) === true) continue
      if (!hasMoved && (seated.get(id) === level || asked.has(id))) continue
      const sum = plan.handOvers.get(owner) ?? { tonight: 0, later: 0 }
      const isTonight = hasMoved || sum.tonight < catchUpPerGuide(book.policy)
      sum[isTonight ? 'tonight' : 'later'] += 1
      plan.handOvers.set(owner, sum)
    }
  }

  for (let after = ''; ; ) {
    const ids = await deps.facts.audience(tx, EVERYBODY, atMs, { limit: PAGE, after })
    plan.customers += ids.length
    await countHandOvers(await judgePage(ids))
    after = ids.at(-1) ?? ''
    if (ids.length < PAGE) break
  }
  const inOrder = ladder.levels.flatMap(({ name }): [string, number][] => {
    const customers = plan.placed.get(name)
    return customers === undefined ? [] : [[name, customers]]
  })
  return { ...plan, placed: new Map(inOrder) }
}

function count(moves: PlannedMove[], move: Omit<PlannedMove, 'customers'>): void {
  const same = moves.find((one) => one.from === move.from && one.to === move.to && one.isProposed === move.isProposed)
  if (same === undefined) moves.push({ ...move, customers: 1 })
  else same.customers += 1
}
