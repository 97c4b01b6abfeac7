import type { Desk } from '../desk.ts'
import type { Moment } from '../moments.ts'
import { refuse } from '../refusal.ts'

/** The job that makes the moment runs this long; only then it exists. */
export const JOB_MS = 1_000

export const isReady = (moment: Moment, nowMs: number): boolean =>
  moment.createType === 1 || nowMs - moment.createdAtMs >= JOB_MS

export function needMoment({ world, clock }: Desk, momentId: string): Moment {
  const moment = world.moments.byId.get(momentId)
  return moment && isReady(moment, clock.now()) ? moment : refuse(41060, 'invalid moment_id')
}
export function needCompanyMoment(desk: Desk, momentId: string): Moment {
  const moment = needMoment(desk, momentId)
  return moment.createType === 0 ? moment : refuse(41067, 'not a moment of the corp')
}
