import type { Tx } from '../core/db/tx.ts'
import type { customerQueries } from '../records/customers/customer-queries.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import type { Friend } from './friend-of.ts'

export interface ColleaguesDeps {
  staff: { queries: Pick<typeof staffQueries, 'get'> }
  customers: { queries: Pick<typeof customerQueries, 'followsOf'> }
}

export interface Colleague {
  userId: string
  name: string
}

/** To whom a lead may give what is asked of a guide: the others of the lead's departments who are this customer's friends, too,
 *  since nobody else can write to the customer. Of nobody but a lead. */
export function createColleagues({ staff, customers }: ColleaguesDeps) {
  return async function colleagues(tx: Tx, friend: Friend, externalUserId: string): Promise<Colleague[]> {
    if (friend.stands !== 'lead') return []
    const { leads } = friend.person.standing
    const found: Colleague[] = []
    for (const { userId, active } of await customers.queries.followsOf(tx, externalUserId)) {
      if (!active || userId === friend.userId) continue
      const member = await staff.queries.get(tx, userId)
      const isHere = member?.state === 'active' && member.isGuide && member.departments.some((id) => leads.has(id))
      if (isHere) found.push({ userId, name: member.name ?? userId })
    }
    return found
  }
}
export type Colleagues = ReturnType<typeof createColleagues>
