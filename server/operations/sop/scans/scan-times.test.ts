import { expect, test } from 'vitest'
import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'
import type { ScanTrigger } from '../../../rules/schema/sop-trigger.ts'
import { scanTimes } from './scan-times.ts'

function next(trigger: ScanTrigger, from: string, count: number, valid?: SopRule['valid']): string[] {
  const times = scanTimes(trigger, valid)
  const found: string[] = []
  for (
    let at = times.nextAfter(Date.parse(`${from}+08:00`));
    at !== undefined && found.length < count;
    at = times.nextAfter(at)
  ) {
    found.push(shanghaiText(at))
  }
  return found
}

test.each<[string, ScanTrigger, string, string[]]>([
  ['its own instant is not after it', { daily: '10:00' }, '2026-11-22T10:00', ['2026-11-23 10:00', '2026-11-24 10:00']],
  ['Shanghai midnight', { daily: '00:00' }, '2026-12-31T23:59:59', ['2027-01-01 00:00', '2027-01-02 00:00']],
  ['cron', { cron: '30 9,18 * * 3' }, '2026-11-25T12:00', ['2026-11-25 18:30', '2026-12-02 09:30']],
  ['day N', { day: 3, since: 'order.last', at: '09:00' }, '2026-11-22T08:00', ['2026-11-22 09:00', '2026-11-23 09:00']],
  ['once', { date: '2026-12-24', at: '10:00' }, '2026-11-22T08:00', ['2026-12-24 10:00']],
  ['every year', { date: '12-24', at: '10:00' }, '2026-12-24T10:00', ['2027-12-24 10:00', '2028-12-24 10:00']],
  [
    '29 February is the 28th without one',
    { date: '02-29', at: '10:00' },
    '2026-11-22T08:00',
    ['2027-02-28 10:00', '2028-02-29 10:00', '2029-02-28 10:00'],
  ],
  ['an audience', { enters: {} }, '2026-11-22T08:09:59', ['2026-11-22 08:10', '2026-11-22 08:20']],
])('%s', (_what, trigger, from, expected) => {
  expect(next(trigger, from, expected.length)).toEqual(expected)
})

test('nothing is due outside the days on which the journey is valid, both of which count', () => {
  const valid = { from: '2026-12-01', to: '2026-12-02' }
  expect(next({ daily: '00:00' }, '2026-11-22T08:00', 9, valid)).toEqual(['2026-12-01 00:00', '2026-12-02 00:00'])
  expect(next({ daily: '23:59' }, '2026-12-02T23:59', 9, valid)).toEqual([])
  expect(next({ date: '2026-12-24', at: '10:00' }, '2026-11-22T08:00', 9, valid)).toEqual([])
})
