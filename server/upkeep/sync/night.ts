import { createHash } from 'node:crypto'
import { DAY_MS, HOUR_MS, MINUTE_MS, shanghaiParts, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'

export interface Night {
  /** Shanghai date, `2026-11-22`. */
  date: string
  /** UTC milliseconds. */
  atMs: number
}

const FROM_MS = 3 * HOUR_MS
const WITHIN_MINUTES = 110
const two = (n: number): string => String(n).padStart(2, '0')

/** The newest night whose minute has come: between 03:00 and 05:00 in Shanghai, another minute for every corp and date, so
 *  that not all corps ask WeCom at once. */
export function lastNight(nowMs: number, corpId: string): Night {
  const today = nightOf(startOfShanghaiDay(nowMs), corpId)
  return today.atMs <= nowMs ? today : nightOf(startOfShanghaiDay(nowMs) - DAY_MS, corpId)
}

function nightOf(dayMs: number, corpId: string): Night {
  const { year, month, day } = shanghaiParts(dayMs)
  const date = `${year}-${two(month)}-${two(day)}`
  const minute = createHash('sha256').update(`${corpId}:${date}`).digest().readUInt32BE() % WITHIN_MINUTES
  return { date, atMs: dayMs + FROM_MS + minute * MINUTE_MS }
}
