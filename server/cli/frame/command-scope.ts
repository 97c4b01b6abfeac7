import type { RoleGrant } from '../../rules/schema/role-rules.ts'

/** Who may run a command: `open` names nobody's customer and changes nothing; `customers` shows customers; `operate` changes
 *  what is done with them; `audit` reads the audit; `owner` is about all data at once, its keys, and who is logged in. */
export type CommandScope = 'open' | 'customers' | 'operate' | 'audit' | 'owner'

/** What a scope may be, by what the audit keeps of the command: one that shows persons or changes something is never open. */
export interface ScopesOf {
  no: 'open' | 'customers' | 'owner'
  look: 'customers' | 'audit' | 'owner'
  change: 'operate' | 'owner'
}

type OperatorRole = Exclude<RoleGrant['role'], 'lead'>

const HOLDERS: Record<Exclude<CommandScope, 'open'>, readonly OperatorRole[]> = {
  customers: ['ops', 'owner'],
  operate: ['ops', 'owner'],
  audit: ['auditor', 'owner'],
  owner: ['owner'],
}
const ROLE_ZH: Record<OperatorRole, string> = { ops: '运营', owner: '负责人', auditor: '审计' }

/** Undefined: may. Otherwise the roles that may, in Chinese. Where roles.yaml names no operators at all, whoever has the
 *  shell is the owner. */
export function refusedBy(
  scope: CommandScope,
  operator: string,
  grants: readonly Pick<RoleGrant, 'role' | 'operators'>[],
): { roles: readonly OperatorRole[]; zh: string } | undefined {
  if (scope === 'open' || !grants.some(({ operators = [] }) => operators.length > 0)) return undefined
  const roles = HOLDERS[scope]
  const holds = ({ role, operators = [] }: Pick<RoleGrant, 'role' | 'operators'>): boolean =>
    role !== 'lead' && roles.includes(role) && operators.includes(operator)
  if (grants.some(holds)) return undefined
  return { roles, zh: roles.map((role) => `${ROLE_ZH[role]}（${role}）`).join('或') }
}
