import { expect, test } from 'vitest'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { sendTimes } from './send-times.ts'

/** Wednesday. */
const FROM = Date.parse('2026-11-25T10:00:00+08:00')

function next(cron: string, count: number): string[] {
  const times = sendTimes({ cron })
  const found: string[] = []
  for (let at = times.nextAfter(FROM); at !== undefined && found.length < count; at = times.nextAfter(at)) {
    found.push(shanghaiText(at))
  }
  return found
}

test('a cron line is read in Shanghai time, and its own instant is not "after"', () => {
  expect(next('0 10 * * 3', 2)).toEqual(['2026-12-02 10:00', '2026-12-09 10:00'])
  expect(next('  30  9 * * * ', 2)).toEqual(['2026-11-26 09:30', '2026-11-27 09:30'])
  expect(next('*/20 9-10 * * *', 4)).toEqual([
    '2026-11-25 10:20',
    '2026-11-25 10:40',
    '2026-11-26 09:00',
    '2026-11-26 09:20',
  ])
})

test('weekday names, Sunday as 7, last day of the month and leap days', () => {
  expect(next('0 10 * * WED', 1)).toEqual(['2026-12-02 10:00'])
  expect(next('0 10 * * 7', 1)).toEqual(['2026-11-29 10:00'])
  expect(next('0 10 L * *', 3)).toEqual(['2026-11-30 10:00', '2026-12-31 10:00', '2027-01-31 10:00'])
  expect(next('0 10 29 2 *', 1)).toEqual(['2028-02-29 10:00'])
})

test('day of month and weekday must both fit', () => {
  expect(next('0 10 1 * 1', 1)).toEqual(['2027-02-01 10:00'])
})

test('an `at` is due once', () => {
  const times = sendTimes({ at: '2026-11-25 10:00' })
  expect(times.nextAfter(FROM - 1)).toBe(FROM)
  expect(times.nextAfter(FROM)).toBeUndefined()
})

test('neither `at` nor `cron`: never due', () => {
  expect(sendTimes({}).nextAfter(0)).toBeUndefined()
})
