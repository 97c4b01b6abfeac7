import type { RoleGrant } from '../../rules/schema/role-rules.ts'
import type { Department, StaffMember } from './staff-queries.ts'

/** What somebody may look at by roles.yaml and by what WeCom says of them. */
export interface Standing {
  /** Has customers of their own. */
  isGuide: boolean
  /** Of guides in these departments they see the customers; those below are among them. */
  leads: ReadonlySet<number>
  /** Sees all customers, changes none. */
  isOps: boolean
  /** Sees all customers and the audit, changes none. */
  isOwner: boolean
  /** Sees the audit and no customer. */
  isAuditor: boolean
}

export interface StandingSources {
  grants: readonly RoleGrant[]
  departments: readonly Department[]
  /** What userids of long ago are called today. */
  formerIds: ReadonlyMap<string, string>
}

/** What must be known besides to say where this member stands: what no grant goes by need not be read. */
export function whatDecides(
  grants: readonly RoleGrant[],
  { departments, leads }: Pick<StaffMember, 'departments' | 'leads'>,
): { byDepartment: boolean; byName: boolean } {
  const byName = grants.some(({ members }) => members !== undefined)
  const byDepartment = grants.some(
    (grant) =>
      (grant.departments !== undefined && departments.length > 0) ||
      (grant.role === 'lead' && (grant.members !== undefined || (grant.leaders === true && leads.length > 0))),
  )
  return { byDepartment, byName }
}

/** Pure, so that a change of the file or of WeCom's departments counts at the next request. */
export function standingOf(
  member: Pick<StaffMember, 'userId' | 'isGuide' | 'departments' | 'leads'>,
  { grants, departments, formerIds }: StandingSources,
): Standing {
  const idsOf = (written: readonly (string | number)[]): number[] =>
    written.flatMap((one) => {
      if (typeof one === 'number') return [one]
      // A name that two departments have, or none, lets nobody in.
      const same = departments.filter(({ name }) => name === one)
      return same.length === 1 && same[0] !== undefined ? [same[0].id] : []
    })
  const isNamed = ({ members = [] }: RoleGrant): boolean =>
    members.some((named) => named === member.userId || formerIds.get(named) === member.userId)
  const isInside = ({ departments: written = [] }: RoleGrant): boolean =>
    written.length > 0 && member.departments.some((id) => withBelow(idsOf(written), departments).has(id))

  const leads = new Set<number>()
  const has = { ops: false, owner: false, auditor: false }
  for (const grant of grants) {
    const isMeant = isNamed(grant) || isInside(grant)
    if (grant.role !== 'lead') {
      if (isMeant) has[grant.role] = true
      continue
    }
    const isHead = grant.leaders === true && member.leads.length > 0
    if (!isMeant && !isHead) continue
    const own = isMeant && member.leads.length === 0 ? member.departments : member.leads
    const roots = grant.of === undefined ? own : idsOf(grant.of)
    for (const id of withBelow(roots, departments)) leads.add(id)
  }
  return { isGuide: member.isGuide, leads, isOps: has.ops, isOwner: has.owner, isAuditor: has.auditor }
}

export const seesAll = ({ isOps, isOwner }: Standing): boolean => isOps || isOwner
export const seesAudit = ({ isOwner, isAuditor }: Standing): boolean => isOwner || isAuditor
/** Has to do with customers at all. */
export const seesCustomers = (standing: Standing): boolean =>
  standing.isGuide || standing.leads.size > 0 || seesAll(standing)

/** Chinese, most first; for lists and the audit. */
export const rolesText = (standing: Standing): string =>
  [
    standing.isOwner ? '负责人' : '',
    standing.isAuditor ? '审计' : '',
    standing.isOps ? '运营' : '',
    standing.leads.size > 0 ? '店长' : '',
    standing.isGuide ? '导购' : '',
  ]
    .filter((word) => word !== '')
    .join('、')

/** These departments and all that lie below them. */
function withBelow(roots: readonly number[], departments: readonly Department[]): Set<number> {
  const found = new Set(roots)
  let before = 0
  // As many rounds as the tree is deep, at most fifteen at WeCom.
  while (found.size > before) {
    before = found.size
    for (const { id, parentId } of departments) if (found.has(parentId)) found.add(id)
  }
  return found
}
