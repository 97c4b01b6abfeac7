import { validate } from 'node-cron'
import { cronTimes, tidyCron } from '../../core/kernel/cron-times.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'

/** What is wrong with a cron line, and what to write instead; undefined when nothing is. */
function cronFault(cron: string): [message: string, suggestion: string] | undefined {
  const fields = tidyCron(cron).split(' ')
  if (fields.length !== 5 || !validate(fields.join(' '))) {
    return [`cron「${cron}」读不懂，或者没有这样的日子`, '五段：分 时 日 月 星期，如 "0 10 * * 3" 是每周三 10:00']
  }
  if (cronTimes(cron).nextAfter(0) === undefined)
    return [`cron「${cron}」四年里一次也不会到`, '日和星期要同时符合，检查它们']
  return undefined
}

/** Reports a cron line that cannot be read or never comes; true when it is good. */
export function checkCron(draft: Pick<Draft<unknown>, 'fault'>, path: Path, cron: string): boolean {
  const fault = cronFault(cron)
  if (fault !== undefined) draft.fault(path, ...fault)
  return fault === undefined
}

export const cronFields = (cron: string): string[] => tidyCron(cron).split(' ')

/** Reports a day that no calendar has: `2026-02-29`, `02-30`; without a year the 29th of February is one. */
export function checkDate<Value>(draft: Draft<Value>, path: Path, date: string): void {
  const whole = date.length > 'MM-DD'.length ? date : `2028-${date}`
  const day = new Date(`${whole}T00:00:00Z`)
  if (!Number.isNaN(day.getTime()) && day.toISOString().startsWith(whole)) return
  draft.fault(path, `没有「${date}」这一天`, '检查月份和日期')
}
