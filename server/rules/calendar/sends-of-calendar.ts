import type { Send } from '../book/rule-book.ts'
import { versionOf } from '../book/rule-version.ts'
import type { CalendarDay, CalendarRule } from '../schema/calendar-rule.ts'
import type { ContentRule } from '../schema/content.ts'
import { ANNOUNCED } from './announced-holidays.ts'
import { groupsOfCalendar, groupsWritten } from './groups-of-calendar.ts'
import { announcementIn, nextOccasion, type Occasion, occasionIn } from './occasions.ts'

export const ANNOUNCEMENT = '本周预告'

/** The sends that a calendar stands for, one a themed day and one that announces them: into all groups of its pools at once,
 *  with the ledger, limits, owners and results of any other send. */
export function sendsOfCalendar({ file, value }: { file: string; value: CalendarRule }): Send[] {
  const written = groupsWritten(value)
  const audience = groupsOfCalendar(value)
  const { from, holidays, makeUpDays, moves = [] } = value
  const made = (
    title: string,
    timing: unknown,
    contents: ContentRule[],
    inWeek: (monday: number) => Occasion | undefined,
  ): Send => {
    const name = `${value.calendar}·${title}`
    const content = contents[0] ?? {}
    const { enabled, approval } = value
    return {
      name,
      version: versionOf([value, title]),
      file,
      value: {
        send: name,
        to: 'groups',
        audience: written,
        content,
        ...(approval === undefined ? {} : { approval }),
        ...(enabled === undefined ? {} : { enabled }),
      },
      audience,
      occasions: {
        // Changed words are no changed time; announced holidays are, and what is due then is kept.
        timing: `calendar ${versionOf([timing, from, holidays ?? '', makeUpDays ?? '', ANNOUNCED])}`,
        contents,
        nextAfter: (afterMs) => nextOccasion(inWeek, afterMs),
      },
    }
  }
  const timingOf = ({ on, at, holidays: own }: CalendarDay) => [on, at, own ?? '']
  const days = value.days.map((day) =>
    made(day.theme, [...timingOf(day), moves.filter(({ theme }) => theme === day.theme)], day.weeks, (monday) =>
      occasionIn(value, day, monday),
    ),
  )
  const { announce } = value
  if (announce === undefined) return days
  const { on, at, text } = announce
  // A week of which nothing comes has no announcement: its times hang on all the others.
  const timing = [on, at, value.days.map(timingOf), moves]
  return [...days, made(ANNOUNCEMENT, timing, [{ text }], (monday) => announcementIn(value, monday))]
}
