import { DAY_MS, startOfShanghaiDay } from '../server/core/kernel/shanghai.ts'
import { refuse } from './refusal.ts'

const MAX_DAYS = 30
const HORIZON_DAYS = 180

/** Beginnings of the asked Shanghai days, first and last included. Refuses more than 30 days, a backward span and days
 *  more than 180 days ago. Docs 92132, 92133, 97375. */
export function readDays(startSec: number, endSec: number, nowMs: number): number[] {
  const first = startOfShanghaiDay(startSec * 1000)
  const last = startOfShanghaiDay(endSec * 1000)
  if (last < first) refuse(40058, 'end before start')
  const count = Math.round((last - first) / DAY_MS) + 1
  if (count > MAX_DAYS) refuse(40058, `more than ${MAX_DAYS} days`)
  if (first < startOfShanghaiDay(nowMs) - HORIZON_DAYS * DAY_MS) refuse(40058, `more than ${HORIZON_DAYS} days ago`)
  return Array.from({ length: count }, (_, n) => first + n * DAY_MS)
}

/** A day's figures are there once it is over. */
export const overDays = (days: number[], nowMs: number): number[] =>
  days.filter((dayMs) => dayMs < startOfShanghaiDay(nowMs))
