import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { askForMember, keepMember, updateMember } from './keep-member.ts'
import type { StaffListing } from './read-staff.ts'
import { recordDepartments } from './record-departments.ts'
import { staffQueries } from './staff-queries.ts'

/** What a listing changed in what we knew; userids. */
export interface StaffChanges {
  becameGuides: string[]
  ceasedGuides: string[]
  renamed: string[]
}

/** Who is in the listing is here; who is missing may only be out of our sight, so nobody leaves by it. Writes what differs,
 *  and tells it. Safe to repeat. */
export async function recordListing(
  tx: Tx,
  { guideIds, hasAllGuides, members, departments }: StaffListing,
  { clock, outbox }: { clock: Clock; outbox: Outbox },
): Promise<StaffChanges> {
  if (departments !== undefined) await recordDepartments(tx, departments)
  const named = new Map(members.map((member) => [member.userId, member]))
  const known = new Map((await staffQueries.allStored(tx)).map((row) => [row.userid, row]))
  const changes: StaffChanges = { becameGuides: [], ceasedGuides: [], renamed: [] }
  for (const userId of new Set([...guideIds, ...named.keys()])) {
    const before = known.get(userId)
    const member = named.get(userId)
    if (before === undefined) await keepMember(tx, userId, clock)
    if (member !== undefined) {
      const name = member.name ?? before?.name ?? null
      const departments = JSON.stringify(member.departments)
      const leads = member.leads === undefined ? (before?.leads ?? null) : JSON.stringify(member.leads)
      if (before?.name !== name || before?.departments !== departments || before.leads !== leads) {
        await updateMember(tx, userId, { name, departments, leads })
      }
      if (before !== undefined && before.name !== null && before.name !== name) changes.renamed.push(userId)
    }
    const { unseen_at: unseenAt = null } = before ?? {}
    if (member !== undefined && unseenAt !== null) {
      await askForMember(tx, outbox, { userId, key: `seen:${userId}:${unseenAt}` })
    }
    if (member?.name === undefined) await askForMember(tx, outbox, { userId, key: `nameless:${userId}` })
  }
  // An empty listing is what a missing permission looks like; a corp with guides always has one.
  if (guideIds.length === 0) return changes
  const isGuide = new Set(guideIds)
  for (const userId of isGuide) if (known.get(userId)?.is_guide !== 1) changes.becameGuides.push(userId)
  for (const row of known.values()) {
    if (hasAllGuides && row.is_guide === 1 && !isGuide.has(row.userid)) changes.ceasedGuides.push(row.userid)
  }
  for (const userId of changes.becameGuides) await updateMember(tx, userId, { is_guide: 1 })
  for (const userId of changes.ceasedGuides) await updateMember(tx, userId, { is_guide: 0 })
  return changes
}
