import { expect, test } from 'vitest'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { noticeAt } from './notice-at.ts'

const at = (time: string): number =>
  Date.parse(`2026-11-${time.length > 5 ? time : `22 ${time}`}:00+08:00`.replace(' ', 'T'))
const decide = (now: string, next: string | undefined, isUrgent: boolean, quiet: string | undefined = '21:30-09:00') =>
  noticeAt({
    nowMs: at(now),
    nextAtMs: next === undefined ? undefined : at(next),
    isUrgent,
    quiet,
    apartMs: 10 * MINUTE_MS,
  })

test.each([
  ['the first at once', '10:00', undefined, false, '10:00'],
  ['the second after ten minutes', '10:02', '10:00', false, '10:10'],
  ['the third rides with the second', '10:03', '10:10', false, undefined],
  ['after a pause at once', '10:30', '10:00', false, '10:30'],
  ['the ten minutes end in quiet hours: when they are over', '21:28', '21:25', false, '23 09:00'],
  ['in quiet hours: when they are over', '22:00', undefined, false, '23 09:00'],
  ['the next rides with that of the morning', '23:00', '23 09:00', false, undefined],
  ['at the end of quiet hours it is not quiet', '09:00', undefined, false, '09:00'],
  ['urgent: at once', '10:02', undefined, true, '10:02'],
  ['urgent shortly after a message: a minute after it', '10:02', '10:02', true, '10:03'],
  ['urgent while others wait: before them', '10:03', '10:10', true, '10:03'],
  ['urgent in quiet hours: at once', '22:00', '23 09:00', true, '22:00'],
  ['urgent rides with what goes within the minute', '10:03', '10:04', true, undefined],
] as const)('%s', (_what, now, next, isUrgent, expected) => {
  expect(decide(now, next, isUrgent)).toBe(expected === undefined ? undefined : at(expected))
})

test('without quiet hours the night is as the day', () => {
  expect(noticeAt({ nowMs: at('23:00'), nextAtMs: undefined, isUrgent: false, quiet: undefined, apartMs: 0 })).toBe(
    at('23:00'),
  )
})
