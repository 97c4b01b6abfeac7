import type { Tx } from '../../core/db/tx.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type StaffMember, staffQueries } from './staff-queries.ts'
import { type Standing, seesAudit, seesCustomers, standingOf } from './standing.ts'

/** Who may look at what, as the files and WeCom say now. */
export function createStandings({ rules }: { rules: Pick<RuleBookHolder, 'current'> }) {
  return {
    /** Undefined: whoever was suspended, has left, is outside the app's range, or has no role at all sees nothing, whatever
     *  cookie they have kept. */
    of: async (tx: Tx, member: StaffMember): Promise<Standing | undefined> => {
      if (member.state !== 'active' || member.unseenAtMs !== undefined) return undefined
      const grants = rules.current().roles
      const standing = standingOf(member, {
        grants,
        departments: grants.length === 0 ? [] : await staffQueries.departments(tx),
        formerIds: grants.length === 0 ? new Map() : await staffQueries.formerIds(tx),
      })
      return seesCustomers(standing) || seesAudit(standing) ? standing : undefined
    },
  }
}
export type Standings = ReturnType<typeof createStandings>
