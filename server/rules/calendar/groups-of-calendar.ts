import { GROUP_FACTS } from '../condition/group-facts.ts'
import { conditionOf } from '../condition/parse-condition.ts'
import type { CalendarRule } from '../schema/calendar-rule.ts'
import type { Condition } from '../schema/condition.ts'

/** Which groups, as a rule would say it. */
export const groupsWritten = ({ pools, daysOld }: Pick<CalendarRule, 'pools' | 'daysOld'>) => ({
  'group.pool': { in: pools },
  ...(daysOld === undefined ? {} : { 'group.daysOld': { gte: daysOld } }),
})

export const groupsOfCalendar = (calendar: Pick<CalendarRule, 'pools' | 'daysOld'>): Condition =>
  conditionOf(groupsWritten(calendar), GROUP_FACTS)
