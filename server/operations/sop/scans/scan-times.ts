import { cronTimes, type Times } from '../../../core/kernel/cron-times.ts'
import { DAY_MS, MINUTE_MS, shanghaiParts, startOfShanghaiDay } from '../../../core/kernel/shanghai.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'
import type { ScanTrigger } from '../../../rules/schema/sop-trigger.ts'
import { timeOfDayMs } from '../model/wait-due.ts'

/** How often an audience is looked at for who came and who went. */
export const LOOK_EVERY_MS = 10 * MINUTE_MS

const midnight = (date: string): number => Date.parse(`${date}T00:00:00+08:00`)

/** When customers are looked for: the trigger's own times, Shanghai, as far as the journey is valid. */
export function scanTimes(trigger: ScanTrigger, valid: SopRule['valid']): Times {
  const times = timesOf(trigger)
  const fromMs = valid?.from === undefined ? undefined : midnight(valid.from)
  const endMs = valid?.to === undefined ? undefined : midnight(valid.to) + DAY_MS
  return {
    nextAfter: (afterMs) => {
      const next = times.nextAfter(fromMs === undefined ? afterMs : Math.max(afterMs, fromMs - 1))
      return next !== undefined && endMs !== undefined && next >= endMs ? undefined : next
    },
  }
}

function timesOf(trigger: ScanTrigger): Times {
  if ('cron' in trigger) return cronTimes(trigger.cron)
  if ('daily' in trigger) return everyDay(timeOfDayMs(trigger.daily))
  if ('date' in trigger) return onDate(trigger.date, timeOfDayMs(trigger.at))
  if ('enters' in trigger || 'leaves' in trigger) {
    return { nextAfter: (afterMs) => (Math.floor(afterMs / LOOK_EVERY_MS) + 1) * LOOK_EVERY_MS }
  }
  return everyDay(timeOfDayMs(trigger.at))
}

const everyDay = (timeMs: number): Times => ({
  nextAfter: (afterMs) => {
    const today = startOfShanghaiDay(afterMs) + timeMs
    return today > afterMs ? today : today + DAY_MS
  },
})

/** "2026-12-24" once, "12-24" every year; "02-29" is the 28th in a year without one. */
function onDate(date: string, timeMs: number): Times {
  if (date.length > 'MM-DD'.length) {
    const atMs = midnight(date) + timeMs
    return { nextAfter: (afterMs) => (atMs > afterMs ? atMs : undefined) }
  }
  const inYear = (year: number): number => {
    const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1
    return midnight(`${year}-${date === '02-29' && !isLeap ? '02-28' : date}`) + timeMs
  }
  return {
    nextAfter: (afterMs) => {
      const { year } = shanghaiParts(afterMs)
      return inYear(year) > afterMs ? inYear(year) : inYear(year + 1)
    },
  }
}
