import { expect, it } from 'vitest'
import type { GroupOccasion } from '../operations/mass-send/group-occasions.ts'
import { groupToday } from './group-today.ts'

const AT_MS = Date.parse('2026-12-02T19:00:00+08:00')
const planned = [{ name: '周历·煎法课', date: '2026-12-02', atMs: AT_MS, content: { text: '讲静置' } }]
const run = (change: Partial<GroupOccasion>): GroupOccasion => ({
  ...{ name: '周历·煎法课', occasion: '2026-12-02', state: 'running', outcome: null, reason: null },
  ...change,
})

const HOUR_MS = 3_600_000

it.each<[string, GroupOccasion[], number, string, string]>([
  ['before its time', [], -1, 'coming', '到时候由群主在企业微信里确认发出'],
  ['at its time', [], 0, 'coming', '正要准备'],
  ['as long as it may be caught up', [], HOUR_MS, 'coming', '正要准备'],
  ['nothing made a run of it', [], HOUR_MS + 1, 'not', '没有发：到点时没有安排上'],
  [
    'this group is chosen, others are being read',
    [run({ state: 'planning', outcome: 'planned' })],
    0,
    'coming',
    '正要准备',
  ],
  ['a second person is asked about other groups', [run({ state: 'awaiting' })], 0, 'not', '没有发：当时不在范围里'],
  ['its groups are being read', [run({ state: 'planning' })], 0, 'coming', '正要准备'],
  ['a second person is asked', [run({ state: 'awaiting', outcome: 'planned' })], 0, 'waiting', '等待批准'],
  ['its owner is asked', [run({ outcome: 'planned' })], 0, 'waiting', '等群主在企业微信里确认'],
  ['it is out', [run({ outcome: 'sent' })], 0, 'sent', '已发到群里'],
  [
    'kept out',
    [run({ outcome: 'excluded', reason: '群主已经离职，先换群主' })],
    0,
    'not',
    '没有发：群主已经离职，先换群主',
  ],
  ['not confirmed', [run({ outcome: 'not-confirmed', state: 'finished' })], 0, 'not', '没有发：群主未确认'],
  ['not chosen', [run({})], 0, 'not', '没有发：当时不在范围里'],
  ['the server was down', [run({ state: 'missed' })], 0, 'not', '没有发：已错过'],
  ['stopped', [run({ state: 'cancelled' })], 0, 'not', '没有发：已取消'],
  [
    'another day’s',
    [run({ occasion: '2026-11-25', outcome: 'sent' })],
    -1,
    'coming',
    '到时候由群主在企业微信里确认发出',
  ],
  ['another theme’s', [run({ name: '周历·答疑', outcome: 'sent' })], 0, 'coming', '正要准备'],
])('%s', (_what, became, sinceMs, state, stateText) => {
  expect(groupToday(planned, became, { nowMs: AT_MS + sinceMs, isOwner: false })).toEqual([
    { name: '周历·煎法课', atMs: AT_MS, text: '讲静置', attachments: 0, state, stateText },
  ])
})
