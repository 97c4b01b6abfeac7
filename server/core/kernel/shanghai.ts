/** Business time is Asia/Shanghai: UTC+8, without daylight saving since 1991. */
const OFFSET_MS = 8 * 3_600_000
export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

export interface ShanghaiParts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  /** 0 = Sunday … 6 = Saturday. */
  weekday: number
}

export function shanghaiParts(instantMs: number): ShanghaiParts {
  const d = new Date(instantMs + OFFSET_MS)
  return {
    year: d.getUTCFullYear(),
    month: d.getUTCMonth() + 1,
    day: d.getUTCDate(),
    hour: d.getUTCHours(),
    minute: d.getUTCMinutes(),
    second: d.getUTCSeconds(),
    weekday: d.getUTCDay(),
  }
}

/** "2026-11-22T09:00:00+08:00", for machines. */
export const shanghaiIso = (instantMs: number): string =>
  `${new Date(instantMs + OFFSET_MS).toISOString().slice(0, 19)}+08:00`

/** First instant of the Shanghai day that holds `instantMs`. */
export function startOfShanghaiDay(instantMs: number): number {
  return Math.floor((instantMs + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS
}

/** First instant of the Shanghai month that holds `instantMs`. */
export function startOfShanghaiMonth(instantMs: number): number {
  const { year, month } = shanghaiParts(instantMs)
  return Date.UTC(year, month - 1, 1) - OFFSET_MS
}

/** Whole Shanghai calendar days from `fromMs` to `toMs`: 23:59 to 00:01 the next day is 1. */
export function shanghaiDaysBetween(fromMs: number, toMs: number): number {
  return Math.round((startOfShanghaiDay(toMs) - startOfShanghaiDay(fromMs)) / DAY_MS)
}

/** Minutes since Shanghai midnight, 0–1439. */
export function minuteOfShanghaiDay(instantMs: number): number {
  return Math.floor((instantMs - startOfShanghaiDay(instantMs)) / MINUTE_MS)
}

const two = (n: number): string => String(n).padStart(2, '0')

/** `11月22日 09:05` in Shanghai, for guides: of something near, whose year says nothing. */
export function shanghaiNear(instantMs: number): string {
  const p = shanghaiParts(instantMs)
  return `${p.month}月${p.day}日 ${two(p.hour)}:${two(p.minute)}`
}

/** `2026-11-22 09:05` in Shanghai, for people. */
export function shanghaiText(instantMs: number): string {
  const p = shanghaiParts(instantMs)
  return `${p.year}-${two(p.month)}-${two(p.day)} ${two(p.hour)}:${two(p.minute)}`
}
