import { expect, test } from 'vitest'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { nextPollMs, ringTime } from './poll-times.ts'

const at = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`)
const BEGIN = at('2026-11-22 10:00')
const next = (now: string): string => shanghaiText(nextPollMs(at(now), BEGIN))

test('results are asked for often at first, then hourly, then daily', () => {
  expect(nextPollMs(BEGIN + 60_000, BEGIN)).toBe(BEGIN + 70_000)
  expect(next('2026-11-22 10:03')).toBe('2026-11-22 10:08')
  expect(next('2026-11-22 10:59')).toBe('2026-11-22 11:04')
  expect(next('2026-11-22 11:00')).toBe('2026-11-22 12:00')
  expect(next('2026-11-23 09:59')).toBe('2026-11-23 10:59')
  expect(next('2026-11-23 10:00')).toBe('2026-11-24 10:00')
})

test('reminders ring between 9:00 and 21:00 only', () => {
  expect(shanghaiText(ringTime(at('2026-11-22 08:59')))).toBe('2026-11-22 09:00')
  expect(shanghaiText(ringTime(at('2026-11-22 20:59')))).toBe('2026-11-22 20:59')
  expect(shanghaiText(ringTime(at('2026-11-22 21:00')))).toBe('2026-11-23 09:00')
})
