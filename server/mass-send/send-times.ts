import { createTask, parse } from 'node-cron'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, startOfShanghaiDay } from '../kernel/shanghai.ts'

/** When one send is due. All instants are UTC milliseconds on whole seconds. */
export interface SendTimes {
  /** `at` or `cron` as written; a row remembers it, so that a changed time starts anew. */
  timing: string
  /** First due instant after `afterMs`; undefined when there is none within four years (a 29 February). */
  nextAfter(afterMs: number): number | undefined
}

const MAX_DAYS = 4 * 366

/** `at`: Shanghai time, "2026-11-25 10:00". */
function onceAt(at: string): SendTimes {
  const atMs = Date.parse(`${at.replace(' ', 'T')}:00+08:00`)
  return { timing: `at ${at}`, nextAfter: (afterMs) => (atMs > afterMs ? atMs : undefined) }
}

/** `cron`: in Shanghai time; a day must fit both the day-of-month and the weekday field (node-cron's reading, not
 *  Vixie cron's either-or). node-cron reads the line; days and hours are counted here, from a given instant. */
function byCron(written: string): SendTimes {
  const cron = written.trim().split(/\s+/).join(' ')
  const fields = parse(cron)
  const timesOfDay = fields.hour
    .flatMap((hour) => fields.minute.map((minute) => hour * HOUR_MS + minute * MINUTE_MS))
    .flatMap((ms) => fields.second.map((second) => ms + second * SECOND_MS))
    .sort((a, b) => a - b)
  const first = timesOfDay[0] ?? 0
  // Also knows "last day" and "second Tuesday". Never started: it only answers.
  const task = createTask(cron, () => undefined, { timezone: 'Asia/Shanghai' })
  void task.destroy()
  return {
    timing: `cron ${cron}`,
    nextAfter: (afterMs) => {
      const today = startOfShanghaiDay(afterMs)
      for (let day = today; day < today + MAX_DAYS * DAY_MS; day += DAY_MS) {
        if (!task.match(new Date(day + first))) continue
        const found = timesOfDay.find((ms) => day + ms > afterMs)
        if (found !== undefined) return day + found
      }
      return undefined
    },
  }
}

/** Throws on a cron line that node-cron cannot read; the rule check refuses those beforehand. */
export function sendTimes(rule: { at?: string | undefined; cron?: string | undefined }): SendTimes {
  if (rule.at !== undefined) return onceAt(rule.at)
  if (rule.cron !== undefined) return byCron(rule.cron)
  return { timing: 'never', nextAfter: () => undefined }
}
