import { expect, test } from 'vitest'
import { isWithin } from './choose-welcome.ts'

const at = (clockTime: string): number => Date.parse(`2026-11-22T${clockTime}:00+08:00`)

test.each([
  ['09:00-18:00', '08:59', false],
  ['09:00-18:00', '09:00', true],
  ['09:00-18:00', '17:59', true],
  ['09:00-18:00', '18:00', false],
  ['22:00-09:00', '22:00', true],
  ['22:00-09:00', '00:00', true],
  ['22:00-09:00', '08:59', true],
  ['22:00-09:00', '09:00', false],
  ['00:00-00:00', '13:00', true],
])('%s at %s in Shanghai: %s', (between, clockTime, expected) => {
  expect(isWithin(between, at(clockTime))).toBe(expected)
})
