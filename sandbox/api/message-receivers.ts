import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import type { World } from '../world.ts'

const split = (value: string | undefined): string[] => (value ?? '').split('|').filter((part) => part !== '')

export interface Receivers {
  found: Set<string>
  invalidUsers: string[]
  invalidParties: string[]
  invalidTags: string[]
}

/** Everybody a message is for; 82001 when nobody is named, 81013 when nobody can be found. Docs 90236. */
export function receiversOf(world: World, given: { touser?: string; toparty?: string; totag?: string }): Receivers {
  const { touser, toparty, totag } = given
  if (!touser && !toparty && !totag) refuse(82001, 'no receiver')
  const [users, parties, tags] = [split(touser), split(toparty), split(totag)]
  if (users.length > 1_000) refuse(40032, 'too many users')
  if (parties.length > 100) refuse(82002, 'too many parties')
  if (tags.length > 100) refuse(82003, 'too many tags')
  const to: Receivers = { found: new Set(), invalidUsers: [], invalidParties: [], invalidTags: [] }
  const isEveryone = touser === '@all'
  const departments = new Set<number>()
  for (const party of parties) {
    if (world.departments.has(Number(party))) departments.add(Number(party))
    else to.invalidParties.push(party)
  }
  for (const id of tags) {
    const tag = world.directory.tags.get(Number(id))
    if (!tag) to.invalidTags.push(id)
    for (const userId of tag?.users ?? []) if (findStaff(world, userId)) to.found.add(userId)
    for (const party of tag?.parties ?? []) departments.add(party)
  }
  for (const id of isEveryone ? [] : users) {
    const staff = findStaff(world, id)
    if (staff) to.found.add(staff.userId)
    else to.invalidUsers.push(id.toLowerCase())
  }
  if (isEveryone || departments.size > 0) {
    for (const staff of world.staff.values()) {
      if (!staff.left && (isEveryone || staff.departments.some((id) => departments.has(id)))) to.found.add(staff.userId)
    }
  }
  if (to.found.size === 0) refuse(81013, 'all receivers invalid')
  return to
}
