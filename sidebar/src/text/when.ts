const OFFSET_MS = 8 * 3_600_000
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const two = (n: number): string => String(n).padStart(2, '0')
const dayNumber = (instantMs: number): number => Math.floor((instantMs + OFFSET_MS) / DAY_MS)
const clockText = (d: Date): string => `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`

function parts(instantMs: number): { d: Date; date: string } {
  const d = new Date(instantMs + OFFSET_MS)
  return { d, date: `${d.getUTCMonth() + 1}月${d.getUTCDate()}日` }
}

/** A past instant as people say it, in Shanghai time: 刚刚 · 5 分钟前 · 今天 10:20 · 昨天 18:00 · 3 天前 · 11月3日. */
export function ago(instantMs: number, nowMs: number): string {
  const { d, date } = parts(instantMs)
  const minutes = Math.floor((nowMs - instantMs) / MINUTE_MS)
  if (minutes < 1) return '刚刚'
  if (minutes < 60) return `${minutes} 分钟前`
  const days = dayNumber(nowMs) - dayNumber(instantMs)
  if (days === 0) return `今天 ${clockText(d)}`
  if (days === 1) return `昨天 ${clockText(d)}`
  if (days < 7) return `${days} 天前`
  const sameYear = d.getUTCFullYear() === new Date(nowMs + OFFSET_MS).getUTCFullYear()
  return sameYear ? date : `${d.getUTCFullYear()}年${date}`
}

/** A day and time in full, in Shanghai time: 11月3日 18:05, with the year where it is another one. */
export function at(instantMs: number, nowMs: number): string {
  const { d, date } = parts(instantMs)
  const year = d.getUTCFullYear() === new Date(nowMs + OFFSET_MS).getUTCFullYear() ? '' : `${d.getUTCFullYear()}年`
  return `${year}${date} ${clockText(d)}`
}

/** The hour of an instant of today, in Shanghai time: 19:00. */
export const hourOf = (instantMs: number): string => clockText(parts(instantMs).d)

/** An instant to come, in Shanghai time: 今天 18:00 · 明天 10:00 · 11月26日 10:00. */
export function comes(instantMs: number, nowMs: number): string {
  const { d } = parts(instantMs)
  const days = dayNumber(instantMs) - dayNumber(nowMs)
  if (days !== 0 && days !== 1) return at(instantMs, nowMs)
  return `${days === 0 ? '今天' : '明天'} ${clockText(d)}`
}

export interface Due {
  text: string
  overdue: boolean
}

/** A due time: 今天 18:00 前 · 明天 10:00 前 · 已超时 2 小时. */
export function due(instantMs: number, nowMs: number): Due {
  const lateMinutes = Math.floor((nowMs - instantMs) / MINUTE_MS)
  if (lateMinutes >= 0) {
    if (lateMinutes < 60) return { text: `已超时 ${Math.max(1, lateMinutes)} 分钟`, overdue: true }
    if (lateMinutes < 1_440) return { text: `已超时 ${Math.floor(lateMinutes / 60)} 小时`, overdue: true }
    return { text: `已超时 ${Math.floor(lateMinutes / 1_440)} 天`, overdue: true }
  }
  return { text: `${comes(instantMs, nowMs)} 前`, overdue: false }
}

/** A day in Shanghai time, without the hour: 11月25日. */
export const dayZh = (instantMs: number): string => parts(instantMs).date

/** The Shanghai day so many days on: `2026-11-25`. */
export const dayAfter = (nowMs: number, days: number): string =>
  new Date(nowMs + OFFSET_MS + days * DAY_MS).toISOString().slice(0, 10)

const HOUR_MS = 3_600_000
const NINE_MS = 9 * HOUR_MS

/** When something that is not done now may come back: in two hours while it is day, then at nine in the morning. */
export function laterTimes(nowMs: number): { atMs: number; words: string }[] {
  const midnight = dayNumber(nowMs) * DAY_MS - OFFSET_MS
  const soon = nowMs + 2 * HOUR_MS
  const isDay = soon < midnight + 21 * HOUR_MS && soon >= midnight + NINE_MS
  return [
    ...(isDay ? [{ atMs: soon, words: '两小时后' }] : []),
    { atMs: midnight + DAY_MS + NINE_MS, words: '明早' },
    { atMs: midnight + 3 * DAY_MS + NINE_MS, words: '三天后' },
    { atMs: midnight + 7 * DAY_MS + NINE_MS, words: '一周后' },
  ]
}
