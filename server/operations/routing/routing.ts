import type { Db } from '../../core/db/db.ts'
import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { RenamedStaff } from '../../records/define-capability.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { Welcome } from '../welcome/welcome.ts'
import { invitationJobs } from './invitation-jobs.ts'
import { invitationQueries } from './invitation-queries.ts'
import { createInvitations, type InvitationsDeps } from './invitations.ts'
import { createMembershipReview, type MembershipReviewDeps } from './membership-review.ts'
import { misplacedMembers } from './misplaced.ts'
import { onCustomerEvents } from './on-customer-events.ts'
import { INVITATION } from './routing-tables.ts'

export type RoutingDeps = InvitationsDeps &
  Omit<MembershipReviewDeps, 'invitations'> & {
    db: Db
    groups: Pick<Groups, 'queries'>
    welcome: { queries: Pick<Welcome['queries'], 'ofCustomers'> }
  }

/** Brings each customer into the group pool where they belong, and notices when they no longer do. */
export function createRouting(deps: RoutingDeps) {
  const { clock, groups } = deps
  const invitations = createInvitations(deps)
  const membershipReview = createMembershipReview({ ...deps, invitations })

  return {
    invite: invitations.invite,
    dropAsked: invitations.dropAsked,
    guideRenamed: (tx: Tx, { oldUserId, newUserId }: RenamedStaff): Promise<number> =>
      tx.run(
        sql`UPDATE ${INVITATION} SET ${set(INVITATION, { userid: newUserId })}
            WHERE ${INVITATION.userid} = ${oldUserId} AND ${INVITATION.open_slot} IS NOT NULL`,
      ),
    queries: {
      ...invitationQueries,
      fullness: groups.queries.fullness,
      misplaced: (pool: string) => misplacedMembers(deps, pool, clock.now()),
    },
    subscriptions: onCustomerEvents({ ...deps, invitations, membershipReview }),
    jobs: invitationJobs({ ...deps, invitations, membershipReview }),
  }
}
export type Routing = ReturnType<typeof createRouting>
