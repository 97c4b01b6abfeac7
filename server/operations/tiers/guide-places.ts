import { list, lock, pick, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Ladder, Level, RuleBookHolder } from '../../rules/book/rule-book.ts'
import { levelOf } from './judge.ts'
import {
  changeProposal,
  insertProposal,
  isQueuedFor,
  type Proposal,
  proposalsWhere,
  putProposal,
  standing,
} from './proposal-store.ts'
import type { Proposals } from './proposals.ts'
import { tierQueries } from './tier-queries.ts'
import { type CustomerTier, tiersWhere } from './tier-store.ts'
import { CUSTOMER_TIER, TIER_POOL, TIER_PROPOSAL, TIER_SEAT } from './tier-tables.ts'

export interface SeatsDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  customers: { queries: Pick<Customers['queries'], 'ownerOf'> }
  staff: { queries: Pick<Staff['queries'], 'all' | 'currentIdOf' | 'nameOf'> }
  proposals: Pick<Proposals, 'ask' | 'withdraw' | 'closeTask'>
}

/** So many are given a guide in one transaction. */
const BATCH = 50

/** Places at the guides of a level. Whoever reaches the level with a guide of the pool sits there; for everybody else a
 *  hand-over is proposed, in the order in which they came, to the guide with the fewest and never over the cap. */
export function createGuidePlaces({ clock, rules, customers, staff, proposals }: SeatsDeps) {
  async function guidesOf(tx: Tx, level: Level): Promise<string[]> {
    const guides: string[] = []
    for (const userId of level.value.guides ?? []) guides.push(await staff.queries.currentIdOf(tx, userId))
    return guides
  }

  const sit = (tx: Tx, ladder: string, level: string, externalUserId: string, userId: string): Promise<void> =>
    tx.upsert(
      TIER_SEAT,
      [{ external_userid: externalUserId, ladder, level, userid: userId }],
      ['external_userid', 'ladder'],
    )

  const isSeatOf = (ladder: string, externalUserId: string): Sql =>
    sql`${TIER_SEAT.external_userid} = ${externalUserId} AND ${TIER_SEAT.ladder} = ${ladder}`

  const vacate = async (tx: Tx, ladder: string, externalUserId: string): Promise<void> => {
    await tx.run(sql`DELETE FROM ${TIER_SEAT} WHERE ${isSeatOf(ladder, externalUserId)}`)
  }

  const isSeated = async (tx: Tx, ladder: string, externalUserId: string): Promise<boolean> =>
    (await tx.row(sql`SELECT ${pick(TIER_SEAT, 'id')} FROM ${TIER_SEAT} WHERE ${isSeatOf(ladder, externalUserId)}`)) !==
    undefined

  /** What stands is first taken back, then the place: so a place that is being given at this moment goes, too. */
  async function leave(tx: Tx, ladder: string, externalUserId: string, why: string, stands: Proposal | undefined) {
    if (stands !== undefined) await proposals.withdraw(tx, stands, why)
    await vacate(tx, ladder, externalUserId)
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
      if (owner !== undefined && guides.includes(owner)) await sit(tx, ladder.name, level.name, externalUserId, owner)
      return
    }
    if (stands?.to === level.name) return
    await leave(tx, ladder.name, externalUserId, '等级变了', stands)
    const kind = 'hand-over' as const
    const wanted = { kind, externalUserId, ladder: ladder.name, from, to: level.name, version: ladder.version, reason }
    await insertProposal(tx, { ...wanted, state: 'queued', atMs: clock.now() })
  }

  async function holdPool(tx: Tx, ladder: string, level: string): Promise<void> {
    const find = () =>
      tx.row(
        sql`SELECT ${pick(TIER_POOL, 'id')} FROM ${TIER_POOL}
            WHERE ${TIER_POOL.ladder} = ${ladder} AND ${TIER_POOL.level} = ${level} ${lock()}`,
      )
    if ((await find()) !== undefined) return
    await tx.insertIgnore(TIER_POOL, [{ ladder, level }])
    await find()
  }

  const queue = (tx: Tx, ladder: string, level: string): Promise<Proposal[]> =>
    proposalsWhere(tx, sql`${isQueuedFor(ladder, level)} ORDER BY ${TIER_PROPOSAL.id} LIMIT ${BATCH}`)

  /** Gives places to those who wait; how many got one. */
  async function assign(tx: Tx, ladder: Ladder, level: Level): Promise<number> {
    if ((await queue(tx, ladder.name, level.name)).length === 0) return 0
    await holdPool(tx, ladder.name, level.name)
    const members = await staff.queries.all(tx)
    const able = new Set(members.flatMap((one) => (one.isGuide && one.state === 'active' ? [one.userId] : [])))
    const guides = (await guidesOf(tx, level)).filter((userId) => able.has(userId))
    const places = await tierQueries.placesAt(tx, ladder.name, level.name)
    const taken = new Map(places.map(({ userId, customers: seated }) => [userId, seated]))
    const cap = level.value.cap ?? Number.POSITIVE_INFINITY
    let given = 0
    for (const proposal of await queue(tx, ladder.name, level.name)) {
      const { id, externalUserId } = proposal
      const [userId] = guides
        .filter((one) => (taken.get(one) ?? 0) < cap)
        .sort((a, b) => (taken.get(a) ?? 0) - (taken.get(b) ?? 0))
      // Nobody behind overtakes.
      if (userId === undefined) break
      if (!(await changeProposal(tx, id, ['queued'], { state: 'open', atMs: clock.now() }))) continue
      await putProposal(tx, id, { to_userid: userId })
      await sit(tx, ladder.name, level.name, externalUserId, userId)
      taken.set(userId, (taken.get(userId) ?? 0) + 1)
      given += 1
      const name = (await staff.queries.nameOf(tx, userId)) ?? userId
      const title = `「${ladder.name}」到了 ${level.name}：建议转给专属导购${name}`
      await proposals.ask(tx, { ...proposal, state: 'open', toUserId: userId }, title)
    }
    return given
  }

  return {
    /** After a customer has reached a level, or its guide has changed. Safe to repeat. */
    settle,
    assign,

    /** For customers of a level that was given guides after they had reached it: once per stay on the level. */
    catchUp: async (tx: Tx, ladder: Ladder, tiers: CustomerTier[]): Promise<void> => {
      const guided = tiers.filter((tier) => levelOf(ladder, tier.level)?.value.guides !== undefined)
      if (guided.length === 0) return
      const ids = guided.map((tier) => tier.externalUserId)
      const seats = await tx.rows(
        sql`SELECT ${pick(TIER_SEAT, 'external_userid', 'level')} FROM ${TIER_SEAT}
            WHERE ${TIER_SEAT.ladder} = ${ladder.name} AND ${TIER_SEAT.external_userid} IN ${list(ids)}`,
      )
      const seated = new Map(seats.map((seat) => [seat.external_userid, seat.level]))
      for (const { externalUserId, level: name, sinceMs, reason } of guided) {
        const level = levelOf(ladder, name)
        if (level === undefined || seated.get(externalUserId) === name) continue
        const earlier = await proposalsWhere(
          tx,
          sql`${TIER_PROPOSAL.external_userid} = ${externalUserId} AND ${TIER_PROPOSAL.kind} = 'hand-over'
              AND ${TIER_PROPOSAL.ladder} = ${ladder.name} AND ${TIER_PROPOSAL.proposed_at} >= ${sinceMs} LIMIT 1`,
        )
        if (earlier.length === 0) await settle(tx, ladder, level, { externalUserId, from: name, reason })
      }
    },

    /** The customer's guide has changed. */
    review: async (tx: Tx, externalUserId: string): Promise<void> => {
      const owner = await customers.queries.ownerOf(tx, externalUserId)
      for (const tier of await tiersWhere(tx, sql`${CUSTOMER_TIER.external_userid} = ${externalUserId}`)) {
        const ladder = rules.current().ladders.get(tier.ladder)
        const level = ladder === undefined ? undefined : levelOf(ladder, tier.level)
        if (ladder === undefined || level === undefined) continue
        const stands = await standing(tx, 'hand-over', ladder.name, externalUserId)
        const hasSeat = await isSeated(tx, ladder.name, externalUserId)
        if (stands === undefined && !hasSeat && level.value.guides === undefined) continue
        if (stands?.state === 'started') {
          if (stands.toUserId !== owner) continue
          const outcome = '已转给专属导购'
          await changeProposal(tx, stands.id, ['started'], { state: 'done', outcome, atMs: clock.now() })
        }
        const isGuided = (await guidesOf(tx, level)).includes(owner ?? '')
        // Given to somebody outside the pool by a person: that is their decision.
        if (hasSeat && stands === undefined && !isGuided) await vacate(tx, ladder.name, externalUserId)
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
      await tx.run(sql`DELETE FROM ${TIER_SEAT} WHERE ${TIER_SEAT.userid} = ${userId}`)
    },
    guideRenamed: async (tx: Tx, oldUserId: string, newUserId: string): Promise<void> => {
      const seat = set(TIER_SEAT, { userid: newUserId })
      await tx.run(sql`UPDATE ${TIER_SEAT} SET ${seat} WHERE ${TIER_SEAT.userid} = ${oldUserId}`)
      const taker = set(TIER_PROPOSAL, { to_userid: newUserId })
      await tx.run(sql`UPDATE ${TIER_PROPOSAL} SET ${taker} WHERE ${TIER_PROPOSAL.to_userid} = ${oldUserId}`)
    },
    vacate,
  }
}
export type GuidePlaces = ReturnType<typeof createGuidePlaces>
