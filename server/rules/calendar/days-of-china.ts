import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { ANNOUNCED } from './announced-holidays.ts'

/** Calendar days are written `2026-10-01` and counted in whole days; both are of Shanghai. */
export const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)
/** 0 = Monday … 6 = Sunday. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7
/** The Monday of its week. */
export const mondayOf = (day: number): number => day - weekdayOf(day)

/** "2026-02-30" has the right form and is no day. */
export const isRealDate = (date: string): boolean => !Number.isNaN(dayNumber(date)) && dateOf(dayNumber(date)) === date

const years = Object.keys(ANNOUNCED).map(Number)
/** Between these years holidays are known. */
export const KNOWN_YEARS = { first: Math.min(...years), last: Math.max(...years) }

const off = new Set(Object.values(ANNOUNCED).flatMap((year) => year.off))
const work = new Set(Object.values(ANNOUNCED).flatMap((year) => year.work))

export const isHoliday = (day: number): boolean => off.has(dateOf(day))
/** A Saturday or Sunday on which one works for a holiday. */
export const isMakeUpDay = (day: number): boolean => work.has(dateOf(day))
export const isWorkday = (day: number): boolean => isMakeUpDay(day) || (weekdayOf(day) < 5 && !isHoliday(day))
