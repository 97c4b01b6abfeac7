import { expect, test } from 'vitest'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { CalendarRule } from '../schema/calendar-rule.ts'
import { dayNumber } from './days-of-china.ts'
import { announcementIn, nextOccasion, occasionIn } from './occasions.ts'

/** The National Day of 2026 is a Thursday; one works again on Thursday the 8th of October. */
const thursday: CalendarRule['days'][number] = {
  theme: '福利日',
  // The schema makes its weekdays from a list, which types them as none.
  on: '周四' as never,
  at: '16:00',
  about: '满 $&、$1',
  holidays: 'workday',
  weeks: [{ text: '西冷' }, { text: '眼肉' }],
}
const calendar: CalendarRule = {
  calendar: '周历',
  pools: ['付费群'],
  from: '2026-09-28',
  announce: { on: '周四' as never, at: '10:00', text: '有：{本周安排}' },
  days: [thursday],
}

test('of two weeks of a theme that holidays bring to one time, the earlier is sent and announced, once', () => {
  const found: string[] = []
  const inWeek = (monday: number) => occasionIn(calendar, thursday, monday)
  for (let next = nextOccasion(inWeek, Date.parse('2026-09-27T00:00:00+08:00')); found.length < 2 && next; ) {
    found.push(`${shanghaiText(next.atMs)} ${next.date} ${next.content.text}`)
    next = nextOccasion(inWeek, next.atMs)
  }
  expect(found).toEqual(['2026-10-08 16:00 2026-10-01 西冷', '2026-10-15 16:00 2026-10-15 西冷'])
  // What is said of a theme is taken as it stands.
  expect(announcementIn(calendar, dayNumber('2026-10-05'))?.content.text).toBe(
    '有：周四（10月8日）16:00 福利日：满 $&、$1',
  )
})
