import type { AcquisitionLink } from '../acquisition.ts'
import type { Desk } from '../desk.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import { usersOfWay } from './contact-ways.ts'

/** The smaller of two documented numbers (100 in 2023, 500 in a secondary source), departments expanded. */
const MAX_USERS = 100

export interface LinkSettings {
  link_name?: string
  range?: { user_list?: string[]; department_list?: number[] }
  priority_option?: { priority_type: number; priority_userid_list?: string[] }
  skip_verify?: boolean
  mark_source?: boolean
}

export const needLink = ({ world }: Desk, linkId: string): AcquisitionLink =>
  world.acquisition.links.get(linkId) ?? refuse(40058, 'invalid link_id')

function readRange(desk: Desk, range: LinkSettings['range']): { users: string[]; departments: number[] } {
  const users = range?.user_list ?? []
  const departments = range?.department_list ?? []
  for (const id of users) {
    const staff = findStaff(desk.world, id) ?? refuse(40003, 'invalid userid')
    if (!staff.canContact) refuse(84083, 'not a service member')
  }
  for (const id of departments) if (!desk.world.departments.has(id)) refuse(60003, 'department not found')
  if (users.length + departments.length === 0) refuse(40058, 'range empty')
  if (usersOfWay(desk, { users, parties: departments }).length > MAX_USERS) refuse(40058, 'range too large')
  return { users, departments }
}

/** Settings of a new or changed link; a given range replaces the old one. */
export function readLink(desk: Desk, p: LinkSettings, held?: AcquisitionLink) {
  const keeps = held !== undefined && p.range === undefined
  const range = keeps ? { users: held.users, departments: held.departments } : readRange(desk, p.range)
  const priority = p.priority_option ?? held?.priority
  return {
    name: p.link_name ?? held?.name ?? '',
    ...range,
    skipVerify: p.skip_verify ?? held?.skipVerify ?? true,
    markSource: p.mark_source ?? held?.markSource ?? true,
    ...(priority === undefined ? {} : { priority }),
  }
}
