import { expect, it } from 'vitest'
import { measureWelcomes } from './measure-welcomes.ts'
import { isGrowing } from './memory.ts'
import { median, percentile } from './report.ts'

it('a percentile is the smallest value that so many are not above', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
  expect(percentile(hundred, 0.5)).toBe(50)
  expect(percentile(hundred, 0.95)).toBe(95)
  expect(percentile(hundred, 0.99)).toBe(99)
  expect(percentile(hundred, 1)).toBe(100)
  expect(percentile([7], 0.99)).toBe(7)
  expect(percentile([], 0.5)).toBeNaN()
})

it('the median of three rounds is the middle one', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1])).toBe(1)
})

it('tells welcomed, late, unanswered and doubled customers apart', () => {
  const scanned = ['a', 'b', 'c', 'd'].map((code, n) => ({ atMs: n * 10, externalUserId: code, welcomeCode: code }))
  const call = (code: string, errcode: number, atMs: number, attachments: unknown[] = []) => ({
    body: { welcome_code: code, attachments },
    errcode,
    atMs,
  })
  const calls = [call('a', 0, 150, [{}, {}]), call('b', 41050, 20_100), call('d', 0, 330), call('d', 41051, 400)]
  const deliveries = [
    { tries: 1, delivered: true },
    { tries: 2, delivered: true },
    { tries: 3, delivered: false },
  ]
  expect(measureWelcomes({ scanned, calls, deliveries, worstLagMs: 3.4 })).toEqual({
    scans: 4,
    welcomed: 2,
    late: 1,
    none: 1,
    doubled: 1,
    complete: 1,
    firstTry: 1,
    p50: 150,
    p99: 300,
    max: 300,
    untilLastSec: 0.33,
    worstLagMs: 3,
  })
})

it('memory grows only when the second half of the events added much', () => {
  expect(isGrowing({ halfway: 200, atEnd: 220 })).toBe(false)
  expect(isGrowing({ halfway: 200, atEnd: 260 })).toBe(true)
  expect(isGrowing({ halfway: 900, atEnd: 940 })).toBe(false)
})
