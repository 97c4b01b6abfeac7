import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Ladder, Level, RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { PolicyRule } from '../../rules/schema/policy-rule.ts'
import { createAssignPlaces } from './assign-places.ts'
import { createGuidesOf } from './guides-of-level.ts'
import { levelOf } from './judge.ts'
import {
  changeProposal,
  insertProposal,
  type Proposal,
  proposalsWhere,
  putProposal,
  standing,
  standings,
} from './proposal-store.ts'
import type { Proposals } from './proposals.ts'
import { seats } from './seats.ts'
import { tierQueries } from './tier-queries.ts'
import type { CustomerTier, Judged } from './tier-store.ts'
import { TIER_PROPOSAL } from './tier-tables.ts'

export interface GuidePlacesDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  customers: { queries: Pick<Customers['queries'], 'ownerOf'> }
  staff: { queries: Pick<Staff['queries'], 'all' | 'currentIdOf' | 'nameOf'> }
  proposals: Pick<Proposals, 'ask' | 'withdraw' | 'closeTask'>
}

/** What a guide is asked a night where the policy says nothing. */
const USUAL_A_DAY = 20
/** So many hand-overs of customers who did not just rise are proposed to one guide a night. */
export const catchUpPerGuide = ({ tasksPerGuidePerDay = USUAL_A_DAY }: PolicyRule): number =>
  Math.min(tasksPerGuidePerDay, USUAL_A_DAY)

/** Places at the guides of a level. Whoever reaches the level with a guide of the pool sits there; for everybody else a
 *  hand-over is proposed, in the order in which they came, to the guide with the fewest and never over the cap. */
export function createGuidePlaces({ clock, rules, customers, staff, proposals }: GuidePlacesDeps) {
  const guidesOf = createGuidesOf(staff)

  /** What stands is first taken back, then the place: so a place that is being given at this moment goes, too. */
  async function leave(tx: Tx, ladder: string, externalUserId: string, why: string, stands: Proposal | undefined) {
    if (stands !== undefined) await proposals.withdraw(tx, stands, why)
    await seats.vacate(tx, ladder, externalUserId)
  }

  async function settle(
    tx: Tx,
    ladder: Ladder,
    level: Level,
    who: { externalUserId: string; from: string; reason: Reason },
  ): Promise<void> {
    const { externalUserId, from, reason } = who
    const stands = await standing(tx, 'hand-over', ladder.name, externalUserId)
    // What WeCom has begun goes on; when it has ended we look again.
    if (stands?.state === 'started') return
    const owner = await customers.queries.ownerOf(tx, externalUserId)
    const guides = await guidesOf(tx, level)
    if (owner === undefined || guides.length === 0 || guides.includes(owner)) {
      const why = owner === undefined ? '客户现在没有导购' : guides.length === 0 ? '等级变了' : '已经由专属导购跟进'
      await leave(tx, ladder.name, externalUserId, why, stands)
      if (owner !== undefined && guides.includes(owner))
        await seats.sit(tx, ladder.name, level.name, externalUserId, owner)
      return
    }
    if (stands?.to === level.name) return
    await leave(tx, ladder.name, externalUserId, '等级变了', stands)
    const kind = 'hand-over' as const
    const wanted = { kind, externalUserId, ladder: ladder.name, from, to: level.name, version: ladder.version, reason }
    await insertProposal(tx, { ...wanted, state: 'queued', atMs: clock.now() })
  }

  /** Whoever is looked after by a guide of the level sits there; nobody is moved. */
  async function seat(tx: Tx, ladder: Ladder, level: Level, externalUserId: string): Promise<void> {
    const owner = await customers.queries.ownerOf(tx, externalUserId)
    if (owner === undefined || !(await guidesOf(tx, level)).includes(owner)) return
    await seats.sit(tx, ladder.name, level.name, externalUserId, owner)
  }

  /** How many hand-overs of customers who did not just rise were proposed today, by ladder and guide. */
  const today = { day: '', proposed: new Map<string, number>() }

  /** Is there room today for one more question to this guide? A ladder that is given guides asks about everybody who is on
   *  the level: not all in one night. */
  function takeTurn(ladder: string, owner: string): boolean {
    const day = shanghaiText(clock.now()).slice(0, 10)
    if (today.day !== day) Object.assign(today, { day, proposed: new Map() })
    const key = `${ladder} ${owner}`
    const asked = today.proposed.get(key) ?? 0
    if (asked >= catchUpPerGuide(rules.current().policy)) return false
    today.proposed.set(key, asked + 1)
    return true
  }

  return {
    seat,
    /** After a customer has reached a level, or its guide has changed. Safe to repeat. */
    settle,
    assign: createAssignPlaces({ clock, staff, proposals, guidesOf }),

    /** For customers of a level that was given guides after they had reached it: once per stay on the level, and so many a
     *  night that their present guides can answer. */
    catchUp: async (tx: Tx, ladder: Ladder, tiers: CustomerTier[]): Promise<void> => {
      const guided = tiers.filter((tier) => levelOf(ladder, tier.level)?.value.guides !== undefined)
      if (guided.length === 0) return
      const ids = guided.map((tier) => tier.externalUserId)
      const seated = await seats.levelsOf(tx, ladder.name, ids)
      for (const { externalUserId, level: name, sinceMs, reason } of guided) {
        const level = levelOf(ladder, name)
        if (level === undefined || seated.get(externalUserId) === name) continue
        const earlier = await proposalsWhere(
          tx,
          sql`${TIER_PROPOSAL.external_userid} = ${externalUserId} AND ${TIER_PROPOSAL.kind} = 'hand-over'
              AND ${TIER_PROPOSAL.ladder} = ${ladder.name} AND ${TIER_PROPOSAL.proposed_at} >= ${sinceMs} LIMIT 1`,
        )
        if (earlier.length > 0) continue
        const owner = await customers.queries.ownerOf(tx, externalUserId)
        if (owner === undefined) continue
        const isTheirs = (await guidesOf(tx, level)).includes(owner)
        if (isTheirs || takeTurn(ladder.name, owner))
          await settle(tx, ladder, level, { externalUserId, from: name, reason })
      }
    },

    /** The customer's guide has changed. */
    review: async (tx: Tx, externalUserId: string, known: Partial<Judged> = {}): Promise<void> => {
      const tiers = known.tiers ?? (await tierQueries.ofCustomer(tx, externalUserId))
      const names = tiers.map((tier) => tier.ladder)
      const isNew = known.isNew === true
      const standingOn = isNew ? new Map<string, Proposal>() : await standings(tx, 'hand-over', names, externalUserId)
      const seatedOn = isNew ? new Set<string>() : await seats.laddersOf(tx, externalUserId)
      for (const tier of tiers) {
        const ladder = rules.current().ladders.get(tier.ladder)
        const level = ladder === undefined ? undefined : levelOf(ladder, tier.level)
        if (ladder === undefined || level === undefined) continue
        const stands = standingOn.get(ladder.name)
        const hasSeat = seatedOn.has(ladder.name)
        if (stands === undefined && !hasSeat && level.value.guides === undefined) continue
        const owner = await customers.queries.ownerOf(tx, externalUserId)
        if (stands?.state === 'started') {
          if (stands.toUserId !== owner) continue
          const outcome = '已转给专属导购'
          await changeProposal(tx, stands.id, ['started'], { state: 'done', outcome, atMs: clock.now() })
        }
        const isGuided = (await guidesOf(tx, level)).includes(owner ?? '')
        // Given to somebody outside the pool by a person: that is their decision.
        if (hasSeat && stands === undefined && !isGuided) await seats.vacate(tx, ladder.name, externalUserId)
        else await settle(tx, ladder, level, { externalUserId, from: tier.level, reason: tier.reason })
      }
    },

    /** A guide has left: who was proposed to them waits again, in the old order. */
    guideLeft: async (tx: Tx, userId: string): Promise<void> => {
      const proposed = await proposalsWhere(
        tx,
        sql`${TIER_PROPOSAL.to_userid} = ${userId} AND ${TIER_PROPOSAL.state} IN ('open', 'accepted')`,
      )
      for (const proposal of proposed) {
        await proposals.closeTask(tx, proposal, 'dropped', '专属导购已离职')
        await putProposal(tx, proposal.id, { state: 'queued', to_userid: null, task_key: null })
      }
      await seats.vacateAllOf(tx, userId)
    },
    guideRenamed: async (tx: Tx, oldUserId: string, newUserId: string): Promise<void> => {
      await seats.guideRenamed(tx, oldUserId, newUserId)
      const taker = set(TIER_PROPOSAL, { to_userid: newUserId })
      await tx.run(sql`UPDATE ${TIER_PROPOSAL} SET ${taker} WHERE ${TIER_PROPOSAL.to_userid} = ${oldUserId}`)
    },
    vacate: seats.vacate,
  }
}
export type GuidePlaces = ReturnType<typeof createGuidePlaces>
