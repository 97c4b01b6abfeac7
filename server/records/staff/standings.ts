import type { Tx } from '../../core/db/tx.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type StaffMember, staffQueries } from './staff-queries.ts'
import { type Standing, seesAudit, seesCustomers, standingOf, whatDecides } from './standing.ts'

/** Who may look at what, as the files and WeCom say now. */
export function createStandings({ rules }: { rules: Pick<RuleBookHolder, 'current'> }) {
  return {
    /** Undefined: whoever was suspended, has left, is outside the app's range, or has no role at all sees nothing, whatever
     *  cookie they have kept. `formerIds`: all that this member was called before; looked up where it is left out. */
    of: async (tx: Tx, member: StaffMember, formerIds?: readonly string[]): Promise<Standing | undefined> => {
      if (member.state !== 'active' || member.unseenAtMs !== undefined) return undefined
      const grants = rules.current().roles
      const { byDepartment, byName } = whatDecides(grants, member)
      const standing = standingOf(member, {
        grants,
        departments: byDepartment ? await staffQueries.departments(tx) : [],
        formerIds:
          formerIds !== undefined
            ? new Map(formerIds.map((id) => [id, member.userId]))
            : byName
              ? await staffQueries.formerIds(tx)
              : new Map(),
      })
      return seesCustomers(standing) || seesAudit(standing) ? standing : undefined
    },
  }
}
export type Standings = ReturnType<typeof createStandings>
