import { DAY_MS, shanghaiText, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { dateOf, weekdayOf } from '../../rules/calendar/days-of-china.ts'
import { WEEKDAYS } from '../../rules/schema/calendar-rule.ts'
import { readBook } from '../find/read-book.ts'
import { defineCommand } from '../frame/command.ts'
import { optional, whole } from '../frame/slot.ts'

const WEEKS = 4

export const calendarCommand = defineCommand({
  name: 'calendar',
  audited: 'no',
  scope: 'open',
  says: `社群日历接下来几周（默认 ${WEEKS} 周）：哪天几点在哪些群池发什么，放假和改期都算在内；只看文件，什么都不发`,
  lists: true,
  words: { weeks: optional(whole('周数', '看几周', { min: 1, max: 26 })) },
  run: async ({ weeks = WEEKS }, desk) => {
    const nowMs = desk.clock.now()
    const untilMs = startOfShanghaiDay(nowMs) + weeks * 7 * DAY_MS
    const coming = [...(await readBook(desk)).sends.values()]
      .flatMap((send) => comingOf(send, nowMs, untilMs))
      .sort((a, b) => a.atMs - b.atMs)
    return {
      text: coming.length === 0 ? '接下来没有。社群日历写在 config/calendar/ 里。' : coming.map(lineOf).join('\n'),
      data: { coming },
      sheet: {
        header: ['时间', '日历和主题', '群池', '原来的日期', '正文'],
        rows: coming.map((one) => [shanghaiText(one.atMs), one.send, one.pools, one.date, one.text]),
      },
    }
  },
})

interface Coming {
  send: string
  pools: string
  /** The day that it was written for. */
  date: string
  atMs: number
  text: string
}

function comingOf({ name, value, occasions, campaign }: Send, nowMs: number, untilMs: number): Coming[] {
  if (occasions === undefined || occasions.once !== undefined || campaign !== undefined || value.enabled === false)
    return []
  const found: Coming[] = []
  const pools = poolsOf(value.audience['group.pool'])
  for (let next = occasions.nextAfter(nowMs); next !== undefined && next.atMs < untilMs; ) {
    const { date, atMs, content } = next
    const attachments = content.attachments?.length ?? 0
    const more = attachments === 0 ? [] : [`［附件 ${attachments} 个］`]
    found.push({ send: name, pools, date, atMs, text: [content.text ?? '', ...more].join('') })
    next = occasions.nextAfter(atMs)
  }
  return found
}

const poolsOf = (test: unknown): string => (test as { in: string[] }).in.join('、')

function lineOf({ send, pools, date, atMs, text }: Coming): string {
  const when = shanghaiText(atMs)
  const day = Math.floor((atMs + 8 * 3_600_000) / DAY_MS)
  const moved = dateOf(day) === date ? '' : `（原来是 ${date}）`
  const words = text.split('\n').map((line) => `    ${line}`)
  return [`${when} ${WEEKDAYS[weekdayOf(day)]}  ${send}${moved} → ${pools}`, ...words].join('\n')
}
