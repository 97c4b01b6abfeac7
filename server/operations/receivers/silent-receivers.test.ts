import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type Add, type ReceivingCode, silentReceivers } from './silent-receivers.ts'

const NOW = Date.parse('2026-11-22T12:00:00+08:00')
const code = (channel: string, users: string[], sinceMs = 0): ReceivingCode => ({ channel, users, sinceMs })
/** `count` adds of these guides in turn, one a minute, the last `endedMs` ago. */
const adds = (channel: string, userIds: string[], count: number, endedMs = 0): Add[] =>
  Array.from({ length: count }, (_, n) => ({
    channel,
    userId: userIds[n % userIds.length] ?? '',
    atMs: NOW - endedMs - n * MINUTE_MS,
  }))
const silent = (codes: ReceivingCode[], all: Add[]) =>
  silentReceivers(codes, all, NOW).map(({ userId, missed }) => `${userId} ${missed}`)

describe('a code with several receivers', () => {
  const two = [code('卡', ['a', 'b'])]
  it.each<[string, ReceivingCode[], Add[], string[]]>([
    ['all get some', two, adds('卡', ['a', 'b'], 60), []],
    ['nobody comes', two, [], []],
    ['nine in a row to the other may be chance', two, adds('卡', ['a'], 9, HOUR_MS), []],
    ['ten in a row are not', two, adds('卡', ['a'], 10, HOUR_MS), ['b 10']],
    ['of four, thirty', [code('卡', ['a', 'b', 'c', 'd'])], adds('卡', ['a', 'b', 'c'], 30, HOUR_MS), ['d 30']],
    ['of four, twenty may be chance', [code('卡', ['a', 'b', 'c', 'd'])], adds('卡', ['a', 'b', 'c'], 20, HOUR_MS), []],
    ['before the guide stood in it', [code('卡', ['a', 'b'], NOW)], adds('卡', ['a'], 60, HOUR_MS), []],
    ['what came by other codes', [...two, code('店', ['a'])], adds('店', ['a'], 60, HOUR_MS), []],
    [
      'two codes together say it',
      [code('卡', ['a', 'b']), code('店', ['a', 'b'])],
      [...adds('卡', ['a'], 6, HOUR_MS), ...adds('店', ['a'], 6, HOUR_MS)],
      ['b 12'],
    ],
    [
      'one who came by any code is enough',
      [code('卡', ['a', 'b']), code('店', ['a', 'b'])],
      [...adds('店', ['b'], 1), ...adds('卡', ['a'], 30, HOUR_MS)],
      [],
    ],
    ['a burst within minutes is waited for', two, adds('卡', ['a'], 15, 0), []],
  ])('%s', (_what, codes, all, expected) => expect(silent(codes, all)).toEqual(expected))
})

describe('a guide alone behind a code', () => {
  const codes = [code('门店一', ['a']), code('门店二', ['b'])]
  const before = [...adds('门店一', ['a'], 40, 4 * DAY_MS), ...adds('门店二', ['b'], 40, 4 * DAY_MS)]
  it.each<[string, ReceivingCode[], Add[], string[]]>([
    ['others go on for days, and nobody comes', codes, [...adds('门店二', ['b'], 12, HOUR_MS), ...before], ['a 12']],
    ['the whole shop is quiet', codes, before, []],
    [
      'for a day only',
      codes,
      [...adds('门店二', ['b'], 12, HOUR_MS), ...adds('门店一', ['a'], 40, DAY_MS), ...before],
      [],
    ],
    [
      'seldom had anybody',
      codes,
      [
        ...adds('门店二', ['b'], 60, HOUR_MS),
        ...adds('门店一', ['a'], 5, 4 * DAY_MS),
        ...adds('门店二', ['b'], 40, 5 * DAY_MS),
      ],
      [],
    ],
    ['never had anybody', codes, adds('门店二', ['b'], 60, HOUR_MS), []],
  ])('%s', (_what, all, found, expected) => expect(silent(all, found)).toEqual(expected))
})

it('names all codes of the guide and the last who came', () => {
  const codes = [code('卡', ['a', 'b']), code('直播', ['b']), code('别人的', ['a'])]
  const last = adds('直播', ['b'], 1, 5 * HOUR_MS)
  expect(silentReceivers(codes, [...adds('卡', ['a'], 20, HOUR_MS), ...last], NOW)).toEqual([
    { userId: 'b', channels: ['卡', '直播'], missed: 20, lastAddAtMs: NOW - 5 * HOUR_MS },
  ])
})
