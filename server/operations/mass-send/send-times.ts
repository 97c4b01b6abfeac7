import { cronTimes, type Times, tidyCron } from '../../core/kernel/cron-times.ts'

/** When one send is due. */
export interface SendTimes extends Times {
  /** `at` or `cron` as written; a row remembers it, so that a changed time starts anew. */
  timing: string
}

/** `at`: Shanghai time, "2026-11-25 10:00". */
function onceAt(at: string): SendTimes {
  const atMs = Date.parse(`${at.replace(' ', 'T')}:00+08:00`)
  return { timing: `at ${at}`, nextAfter: (afterMs) => (atMs > afterMs ? atMs : undefined) }
}

export interface Timed {
  value: Parameters<typeof sendTimes>[0]
  /** Where a calendar says when. */
  occasions?: { timing: string; nextAfter(afterMs: number): { atMs: number } | undefined } | undefined
}

/** Of a send with its calendar. Throws like `sendTimes`. */
export const timesOfSend = ({ value, occasions }: Timed): SendTimes =>
  occasions === undefined
    ? sendTimes(value)
    : { timing: occasions.timing, nextAfter: (afterMs) => occasions.nextAfter(afterMs)?.atMs }

/** Throws on a cron line that node-cron cannot read; the rule check refuses those beforehand. */
export function sendTimes(rule: { at?: string | undefined; cron?: string | undefined }): SendTimes {
  if (rule.at !== undefined) return onceAt(rule.at)
  if (rule.cron !== undefined) return { timing: `cron ${tidyCron(rule.cron)}`, ...cronTimes(rule.cron) }
  return { timing: 'never', nextAfter: () => undefined }
}
