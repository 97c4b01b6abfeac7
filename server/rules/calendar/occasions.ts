import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type CalendarDay, type CalendarRule, WEEKDAYS } from '../schema/calendar-rule.ts'
import type { ContentRule } from '../schema/content.ts'
import { dateOf, dayNumber, isHoliday, isMakeUpDay, isWorkday, mondayOf, weekdayOf } from './days-of-china.ts'

/** One time at which something of a calendar comes. */
export interface Occasion {
  /** The day on which it would come in a plain week: it stays the same when it is moved. */
  date: string
  /** UTC milliseconds. */
  atMs: number
  content: ContentRule
}

/** A move further away is a mistake; the search for what comes next rests on it. */
export const MOST_DAYS_MOVED = 28
const WEEKS_AHEAD = 60

type Item = Pick<CalendarDay, 'on' | 'at' | 'holidays'>

const atMsOf = (day: number, at: string): number =>
  day * DAY_MS + Number(at.slice(0, 2)) * HOUR_MS + Number(at.slice(3)) * MINUTE_MS - 8 * HOUR_MS
const shanghaiDay = (atMs: number): number => Math.floor((atMs + 8 * HOUR_MS) / DAY_MS)

/** The day on which what is planned for `day` comes; undefined: not at all. */
function dayAfterHolidays(calendar: CalendarRule, item: Item, day: number): number | undefined {
  if (isMakeUpDay(day) && calendar.makeUpDays === 'skip') return undefined
  if (!isHoliday(day)) return day
  const rule = item.holidays ?? calendar.holidays ?? 'skip'
  if (rule === 'skip') return undefined
  let moved = day
  while (rule === 'workday' && !isWorkday(moved)) moved += 1
  return moved
}

/** Which week of the calendar it is, 0 for the first; `date`: any day of it. */
export const turnOf = (calendar: Pick<CalendarRule, 'from'>, date: string): number =>
  (mondayOf(dayNumber(date)) - dayNumber(calendar.from)) / 7

/** What comes of one themed day in the week of `monday`; undefined: nothing. Pure. */
export function occasionIn(calendar: CalendarRule, item: CalendarDay, monday: number): Occasion | undefined {
  const first = dayNumber(calendar.from)
  if (monday < first) return undefined
  const day = monday + WEEKDAYS.indexOf(item.on)
  const date = dateOf(day)
  const content = item.weeks[turnOf(calendar, date) % item.weeks.length] ?? {}
  const move = calendar.moves?.find(({ theme, from }) => theme === item.theme && from === date)
  if (move !== undefined) {
    if (move.to === undefined && move.at === undefined) return undefined
    const moved = move.to === undefined ? day : dayNumber(move.to)
    return { date, atMs: atMsOf(moved, move.at ?? item.at), content }
  }
  const comesOn = dayAfterHolidays(calendar, item, day)
  return comesOn === undefined ? undefined : { date, atMs: atMsOf(comesOn, item.at), content }
}

/** Stands in the announcement for the lines of the week. */
export const PLACE = '{本周安排}'

/** The announcement of that week: of what really comes between it and Sunday; undefined when that is nothing. Pure. */
export function announcementIn(calendar: CalendarRule, monday: number): Occasion | undefined {
  const { announce } = calendar
  if (announce === undefined || monday < dayNumber(calendar.from)) return undefined
  const day = monday + WEEKDAYS.indexOf(announce.on)
  // Whoever is away on Monday reads it when the week's first thing is still to come.
  const comesOn = dayAfterHolidays(calendar, { ...announce, holidays: calendar.holidays ?? 'workday' }, day)
  if (comesOn === undefined) return undefined
  const atMs = atMsOf(comesOn, announce.at)
  const lines = weekFrom(calendar, atMs).map(({ item, occasion }) => lineOf(item, occasion.atMs))
  if (lines.length === 0) return undefined
  // A function: `$&` in what is said of a theme stands for itself.
  return { date: dateOf(day), atMs, content: { text: announce.text.replaceAll(PLACE, () => lines.join('\n')) } }
}

/** The most that may stand for PLACE: every theme once, or more where moves and holidays bring two weeks of one together. Pure. */
export function longestLines(calendar: CalendarRule, nowMs: number): string {
  const first = Math.max(mondayOf(shanghaiDay(nowMs)), dayNumber(calendar.from))
  const weeks = Array.from({ length: WEEKS_AHEAD }, (_, week) => weekFrom(calendar, atMsOf(first + 7 * week, '00:00')))
  const every = calendar.days.map((item) => lineOf(item, LONGEST_DATE_MS))
  const texts = [every, ...weeks.map((week) => week.map(({ item, occasion }) => lineOf(item, occasion.atMs)))].map(
    (lines) => lines.join('\n'),
  )
  return texts.reduce((longest, text) => (Buffer.byteLength(text) > Buffer.byteLength(longest) ? text : longest))
}
const LONGEST_DATE_MS = Date.parse('2026-12-30T10:00:00+08:00')

/** What comes after `atMs` and until the Sunday of its week, first things first; of a theme that comes twice at one time, once. */
function weekFrom(calendar: CalendarRule, atMs: number): { item: CalendarDay; occasion: Occasion }[] {
  const monday = mondayOf(shanghaiDay(atMs))
  const endMs = atMsOf(monday + 7, '00:00')
  const found: { item: CalendarDay; occasion: Occasion }[] = []
  for (let week = monday - MOST_DAYS_MOVED; week <= monday + MOST_DAYS_MOVED; week += 7) {
    for (const item of calendar.days) {
      const occasion = occasionIn(calendar, item, week)
      const isThere = found.some((one) => one.item === item && one.occasion.atMs === occasion?.atMs)
      if (occasion !== undefined && occasion.atMs > atMs && occasion.atMs < endMs && !isThere)
        found.push({ item, occasion })
    }
  }
  return found.sort((a, b) => a.occasion.atMs - b.occasion.atMs)
}

function lineOf({ theme, about }: CalendarDay, atMs: number): string {
  const day = shanghaiDay(atMs)
  const [, month = '', ofMonth = ''] = dateOf(day).split('-')
  const time = new Date(atMs + 8 * HOUR_MS).toISOString().slice(11, 16)
  const when = `${WEEKDAYS[weekdayOf(day)]}（${Number(month)}月${Number(ofMonth)}日）${time}`
  return about === undefined ? `${when} ${theme}` : `${when} ${theme}：${about}`
}

/** The other week of which the theme comes at the same time as that of `monday`; only one of the two is sent. Pure. */
export function sameTimeAs(calendar: CalendarRule, item: CalendarDay, monday: number): Occasion | undefined {
  const one = occasionIn(calendar, item, monday)
  for (let week = monday - 2 * MOST_DAYS_MOVED; week <= monday + 2 * MOST_DAYS_MOVED; week += 7) {
    const other = week === monday ? undefined : occasionIn(calendar, item, week)
    if (other !== undefined && other.atMs === one?.atMs) return other
  }
  return undefined
}

/** The first time after `afterMs` at which `inWeek` has something; none within a year: undefined. Of two weeks that come at one
 *  time it is the earlier; the later is left out. */
export function nextOccasion(inWeek: (monday: number) => Occasion | undefined, afterMs: number): Occasion | undefined {
  let next: Occasion | undefined
  const monday = mondayOf(shanghaiDay(afterMs))
  for (let week = -MOST_DAYS_MOVED / 7; week <= WEEKS_AHEAD; week += 1) {
    const start = monday + 7 * week
    // Nothing of a later week can come before this.
    if (next !== undefined && atMsOf(start - MOST_DAYS_MOVED, '00:00') > next.atMs) break
    const found = inWeek(start)
    if (found !== undefined && found.atMs > afterMs && (next === undefined || found.atMs < next.atMs)) next = found
  }
  return next
}
