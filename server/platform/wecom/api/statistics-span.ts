import { shanghaiDaysBetween } from '../../../core/kernel/shanghai.ts'
import { WecomBadRequest } from '../wire/wecom-error.ts'

/** Days, the first and the last included. */
const MOST_DAYS = 30
const HORIZON_DAYS = 180

export const TOO_LONG = `统计一次最多查 ${MOST_DAYS} 天，开始日期不能晚于结束日期`

/** Unix seconds. */
export const isShortSpan = (startSec: number, endSec: number): boolean => {
  const days = shanghaiDaysBetween(startSec * 1000, endSec * 1000)
  return days >= 0 && days < MOST_DAYS
}

/** Throws WecomBadRequest for days the platform has forgotten. Docs 92132, 92133, 97375. */
export function checkHorizon(path: string, fromSec: number, nowMs: number): void {
  if (shanghaiDaysBetween(fromSec * 1000, nowMs) <= HORIZON_DAYS) return
  throw new WecomBadRequest(path, 'start', `统计只能查最近 ${HORIZON_DAYS} 天`)
}
