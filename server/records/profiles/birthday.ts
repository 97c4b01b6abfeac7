/** A day of the year, and the year when it is known. */
export interface Birthday {
  year: number | undefined
  month: number
  day: number
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
const DAYS_BEFORE = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335]

/** 1–366: which day of a leap year; 29 February is 60. */
export const leapOrdinal = (month: number, day: number): number => (DAYS_BEFORE[month - 1] ?? 0) + day

/** Ordinal. */
export const FEBRUARY_29 = 60

/** How the days until a birthday follow from its `leapOrdinal`, on one day. In a common year 29 February is kept on the
 *  28th, and what comes after is a day earlier. */
export function birthdayYear({ year, month, day }: { year: number; month: number; day: number }) {
  const shiftOf = (one: number): 0 | 1 => (isLeap(one) ? 0 : 1)
  const today = leapOrdinal(month, day) - (leapOrdinal(month, day) > FEBRUARY_29 ? shiftOf(year) : 0)
  return { today, shift: shiftOf(year), nextShift: shiftOf(year + 1), daysInYear: 366 - shiftOf(year) }
}

/** 0 on the day itself; `on`: a day of Shanghai. */
export function daysUntilBirthday(birthday: Birthday, on: { year: number; month: number; day: number }): number {
  const { today, shift, nextShift, daysInYear } = birthdayYear(on)
  const born = leapOrdinal(birthday.month, birthday.day)
  const thisYear = born - (born >= FEBRUARY_29 ? shift : 0)
  return thisYear >= today ? thisYear - today : born - (born >= FEBRUARY_29 ? nextShift : 0) + daysInYear - today
}

/** `1990-05-20` or `05-20`; undefined for what is no day that has been or can be. */
export function readBirthday(text: string, nowYear: number): Birthday | undefined {
  const match = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/.exec(text)
  if (match === null) return undefined
  const year = match[1] === undefined ? undefined : Number(match[1])
  const month = Number(match[2])
  const day = Number(match[3])
  const last = new Date(Date.UTC(year ?? 2000, month, 0)).getUTCDate()
  if (month < 1 || month > 12 || day < 1 || day > last) return undefined
  return year !== undefined && (year < 1900 || year > nowYear) ? undefined : { year, month, day }
}

const two = (number: number): string => String(number).padStart(2, '0')

/** As `readBirthday` reads it. */
export const birthdayText = ({ year, month, day }: Birthday): string =>
  `${year === undefined ? '' : `${year}-`}${two(month)}-${two(day)}`
