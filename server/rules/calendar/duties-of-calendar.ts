import { durationMs } from '../../core/kernel/duration-ms.ts'
import type { DutyOccasion, DutyPlan } from '../book/duty-plan.ts'
import { versionOf } from '../book/rule-version.ts'
import type { CalendarRule } from '../schema/calendar-rule.ts'
import type { HostRule } from '../schema/duty-rule.ts'
import { ANNOUNCED } from './announced-holidays.ts'
import { dayNumber, mondayOf } from './days-of-china.ts'
import { groupsOfCalendar } from './groups-of-calendar.ts'
import { nextOccasion, type Occasion, occasionIn, turnOf } from './occasions.ts'

export const DEFAULT_BEFORE = '1h'
export const DEFAULT_WITHIN = '3h'

/** The to-dos for the hosts of a calendar's themed days, at the times at which the days really come. */
export function dutiesOfCalendar({ file, value }: { file: string; value: CalendarRule }): DutyPlan[] {
  const { from, holidays, makeUpDays, moves = [], enabled } = value
  return value.days.flatMap((day) => {
    const { host, theme } = day
    if (host === undefined) return []
    const beforeMs = durationMs(host.before ?? DEFAULT_BEFORE)
    const askedFor = ({ date, atMs }: Occasion): DutyOccasion => ({
      ...{ date, atMs: atMs - beforeMs, happensAtMs: atMs },
      ...inTurn(host, turnOf(value, date)),
    })
    const own = moves.filter((move) => move.theme === theme)
    const timing = [
      day.on,
      day.at,
      day.holidays ?? '',
      own,
      from,
      holidays ?? '',
      makeUpDays ?? '',
      beforeMs,
      ANNOUNCED,
    ]
    const plan: DutyPlan = {
      name: `${value.calendar}·${theme}`,
      version: versionOf([value, theme, 'host']),
      file,
      value: enabled === undefined ? {} : { enabled },
      groups: groupsOfCalendar(value),
      deed: {
        kind: 'ask',
        title: `主持「${theme}」`,
        evidence: host.evidence,
        withinMs: durationMs(host.within ?? DEFAULT_WITHIN),
        tell: host.tell ?? [],
        isOfItsHour: true,
      },
      occasions: {
        timing: `host ${versionOf(timing)}`,
        nextAfter: (afterMs) => {
          const next = nextOccasion((monday) => occasionIn(value, day, monday), afterMs + beforeMs)
          return next === undefined ? undefined : askedFor(next)
        },
        on: (written) => {
          const found = occasionIn(value, day, mondayOf(dayNumber(written)))
          return found?.date === written ? askedFor(found) : undefined
        },
      },
    }
    return [plan]
  })
}

/** The host and the script of that week. */
function inTurn({ who, scripts }: HostRule, week: number) {
  const host = who?.[week % who.length]
  return { who: host === undefined ? undefined : [host], script: scripts?.[week % scripts.length] }
}
