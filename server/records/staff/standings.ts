import type { Tx } from '../../core/db/tx.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type StaffMember, staffQueries } from './staff-queries.ts'
import { type Standing, seesAudit, seesCustomers, standingOf, whatDecides } from './standing.ts'

/** Who may look at what, as the files and WeCom say now. */
export function createStandings({ rules }: { rules: Pick<RuleBookHolder, 'current'> }) {
  /** What must be known besides is read once for all of them. */
  async function among(
    tx: Tx,
    members: readonly StaffMember[],
    known?: ReadonlyMap<string, string>,
  ): Promise<Map<string, Standing>> {
    const here = members.filter((one) => one.state === 'active' && one.unseenAtMs === undefined)
    const grants = rules.current().roles
    const decides = here.map((one) => whatDecides(grants, one))
    const sources = {
      grants,
      departments: decides.some((one) => one.byDepartment) ? await staffQueries.departments(tx) : [],
      formerIds: known ?? (decides.some((one) => one.byName) ? await staffQueries.formerIds(tx) : new Map()),
    }
    return new Map(
      here.flatMap((one) => {
        const standing = standingOf(one, sources)
        return seesCustomers(standing) || seesAudit(standing) ? [[one.userId, standing] as const] : []
      }),
    )
  }

  return {
    /** Undefined: whoever was suspended, has left, is outside the app's range, or has no role at all sees nothing, whatever
     *  cookie they have kept. `formerIds`: all that this member was called before; looked up where it is left out. */
    of: async (tx: Tx, member: StaffMember, formerIds?: readonly string[]): Promise<Standing | undefined> => {
      const known = formerIds && new Map(formerIds.map((id) => [id, member.userId]))
      return (await among(tx, [member], known)).get(member.userId)
    },
    /** Of those who see anything, by userid, in as many statements as for one. */
    among: (tx: Tx, members: readonly StaffMember[]): Promise<Map<string, Standing>> => among(tx, members),
  }
}
export type Standings = ReturnType<typeof createStandings>
