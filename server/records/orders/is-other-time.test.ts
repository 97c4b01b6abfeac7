import { expect, it } from 'vitest'
import { isOtherTime } from './is-other-time.ts'

const KNOWN = '2026-11-20T10:00:23.450+08:00'
it.each([
  ['the same', KNOWN, false],
  ['cut to the minute', '2026-11-20T10:00:00+08:00', false],
  ['cut to the day', '2026-11-20T00:00:00+08:00', false],
  ['cut to the day elsewhere', '2026-11-20T00:00:00Z', true],
  ['cut to the second', '2026-11-20T10:00:23+08:00', false],
  ['cut to ten seconds, which no file does', '2026-11-20T10:00:20+08:00', true],
  ['the next minute', '2026-11-20T10:01:00+08:00', true],
  ['the day before', '2026-11-19T00:00:00+08:00', true],
])('%s', (_what, told, expected) => expect(isOtherTime(Date.parse(KNOWN), Date.parse(told))).toBe(expected))

it('what is more exact than what is known says more', () => {
  expect(isOtherTime(Date.parse('2026-11-20T10:00:00+08:00'), Date.parse(KNOWN))).toBe(true)
})
