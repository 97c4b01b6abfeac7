import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Ladder, Level } from '../../rules/book/rule-book.ts'
import type { GuidesOf } from './guides-of-level.ts'
import { changeProposal, isQueuedFor, type Proposal, proposalsWhere, putProposal } from './proposal-store.ts'
import type { Proposals } from './proposals.ts'
import { seats } from './seats.ts'
import { tierQueries } from './tier-queries.ts'
import { TIER_POOL, TIER_PROPOSAL } from './tier-tables.ts'

export interface AssignPlacesDeps {
  clock: Clock
  staff: { queries: Pick<Staff['queries'], 'all' | 'nameOf'> }
  proposals: Pick<Proposals, 'ask'>
  guidesOf: GuidesOf
}

/** So many are given a guide in one transaction. */
const BATCH = 50

/** Whoever gives places of a level waits for whoever does so now; by a write, since that of two nodes at once one fails. */
const takeTurn = (tx: Tx, ladder: string, level: string): Promise<void> =>
  tx.increase(TIER_POOL, [{ ladder, level, turns: 1 }], ['ladder', 'level'], 'turns')

const queue = (tx: Tx, ladder: string, level: string): Promise<Proposal[]> =>
  proposalsWhere(tx, sql`${isQueuedFor(ladder, level)} ORDER BY ${TIER_PROPOSAL.id} LIMIT ${BATCH}`)

/** Gives places at the guides of a level to those who wait for one. */
export function createAssignPlaces({ clock, staff, proposals, guidesOf }: AssignPlacesDeps) {
  /** How many got one. */
  return async function assignPlaces(tx: Tx, ladder: Ladder, level: Level): Promise<number> {
    if ((await queue(tx, ladder.name, level.name)).length === 0) return 0
    await takeTurn(tx, ladder.name, level.name)
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
      await seats.sit(tx, ladder.name, level.name, externalUserId, userId)
      taken.set(userId, (taken.get(userId) ?? 0) + 1)
      given += 1
      const name = (await staff.queries.nameOf(tx, userId)) ?? userId
      const title = `「${ladder.name}」到了 ${level.name}：建议转给专属导购${name}`
      await proposals.ask(tx, { ...proposal, state: 'open', toUserId: userId }, title)
    }
    return given
  }
}
