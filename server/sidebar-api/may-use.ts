import type { StaffMember } from '../records/staff/staff-queries.ts'

/** Whoever was suspended, has left or is no guide any more sees no customer, whatever cookie they have kept. */
export const mayUse = ({ state, isGuide }: Pick<StaffMember, 'state' | 'isGuide'>): boolean =>
  state === 'active' && isGuide
