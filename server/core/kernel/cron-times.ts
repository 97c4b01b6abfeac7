import { createTask, parse } from 'node-cron'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, startOfShanghaiDay } from './shanghai.ts'

/** When something is due. All instants are UTC milliseconds on whole seconds. */
export interface Times {
  /** First due instant after `afterMs`; undefined when there is none, or none within years. */
  nextAfter(afterMs: number): number | undefined
}

const MAX_DAYS = 4 * 366

export const tidyCron = (written: string): string => written.trim().split(/\s+/).join(' ')

/** The times of a cron line in Shanghai, up to four years ahead (a 29 February); a day must fit both the day-of-month and
 *  the weekday field (node-cron's reading, not Vixie cron's either-or). node-cron reads the line; days and hours are
 *  counted here, from a given instant. Throws on a line that it cannot read; the rule check refuses those beforehand. */
export function cronTimes(written: string): Times {
  const cron = tidyCron(written)
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
