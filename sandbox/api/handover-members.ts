import { DAY_MS } from '../../server/core/kernel/shanghai.ts'
import type { Desk } from '../desk.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import type { Staff } from '../world.ts'

const YEAR_MS = 365 * DAY_MS

const notDormant = (staff: Staff): Staff =>
  staff.state === 'dormant' ? refuse(40205, 'member ticket expired: no login within a year') : staff

/** Who takes over: in the corp and with customer contact. */
export function needTakeover({ world }: Desk, userId: string): Staff {
  const staff = findStaff(world, userId) ?? refuse(40003, 'invalid userid')
  if (!staff.canContact) refuse(84083, 'not a service member')
  return notDormant(staff)
}

/** Who hands over, still on the job. */
export function needOnJob({ world }: Desk, userId: string): Staff {
  return notDormant(findStaff(world, userId) ?? refuse(40003, 'invalid userid'))
}

/** Who hands over, having left at most a year ago. */
export function needResigned({ world, clock }: Desk, userId: string): Staff {
  const staff = world.staff.get(userId) ?? refuse(40003, 'invalid userid')
  if (!staff.left) refuse(40097, 'member has not left')
  if (clock.now() - (staff.leftAtMs ?? clock.now()) > YEAR_MS) refuse(40003, 'left more than a year ago')
  return staff
}
