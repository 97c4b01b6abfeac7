import type { DutyOccasion, DutyPlan } from '../../../rules/book/duty-plan.ts'

/** By which one to-do for one person and one time is known, so that it is asked for once. A calendar's day may be moved; a step whose
 *  hour was changed may come a second time that day, to other groups. */
export const dutyKey = (
  { name, once }: Pick<DutyPlan, 'name' | 'once'>,
  { date, atMs }: Pick<DutyOccasion, 'date' | 'atMs'>,
  userId: string,
): string => `${name}:${once === undefined ? date : `${date}:${atMs}`}:${userId}`

/** The day that it stands for, whatever its rule is called now. */
export const dateInKey = (key: string): string | undefined => /:(\d{4}-\d{2}-\d{2}|once):/.exec(key)?.[1]

/** When a step of a group SOP was asked for, UTC milliseconds; undefined: it is none. */
export function timeInKey(key: string): number | undefined {
  const at = /:(?:\d{4}-\d{2}-\d{2}|once):(\d+):/.exec(key)?.[1]
  return at === undefined ? undefined : Number(at)
}

const personAt = (key: string): number => key.lastIndexOf(':') + 1

/** What all who were asked at that time have in common. */
export const occasionInKey = (key: string): string => key.slice(0, personAt(key))

/** The same to-do, which is another person's now, or theirs by another userid. */
export const keyFor = (key: string, userId: string): string => `${occasionInKey(key)}${userId}`
