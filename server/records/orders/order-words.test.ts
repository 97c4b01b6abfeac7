import { describe, expect, it } from 'vitest'
import { cellText, fenOfYuan, instantOfText, statusOf } from './order-words.ts'

it.each([
  ['="13800001111"', '13800001111'],
  ["'13800001111", '13800001111'],
  ['a="b"', 'a="b"'],
  ["it's", "it's"],
  ['N/A', ''],
  ['-', ''],
  ['--1', '--1'],
  [undefined, ''],
])('a cell of %s says «%s»', (cell, text) => expect(cellText(cell)).toBe(text))

it.each([
  ['已付款', 'paid'],
  [' PAID ', 'paid'],
  ['已发货，待签收', 'paid'],
  ['已发货,待签收', 'paid'],
  ['已取消，退款成功', 'refunded'],
  ['已取消, 退款成功', 'refunded'],
  ['退款成功', 'refunded'],
  ['待付款', 'created'],
  ['交易关闭', 'closed'],
  ['退款成功了', undefined],
  ['', undefined],
] as const)('%s means %s', (text, status) => expect(statusOf(text)).toBe(status))

it.each([
  ['1,280.00', 128_000],
  ['￥1280', 128_000],
  ['128.5元', 12_850],
  ['128.05', 12_805],
  ['128.0500', 12_805],
  ['0', 0],
  ['-3.20', -320],
  ['-¥3.20', -320],
  ['¥-3.20', -320],
  ['128.005', undefined],
  ['1280000000', undefined],
  ['abc', undefined],
  ['', undefined],
])('%s yuan are %s fen', (text, fen) => expect(fenOfYuan(text)).toBe(fen))

describe('an instant', () => {
  it.each([
    ['2026-11-22 10:11:12', '2026-11-22T02:11:12.000Z'],
    ['2026-1-2 3:04', '2026-01-01T19:04:00.000Z'],
    ['2026/11/22', '2026-11-21T16:00:00.000Z'],
    ['2026年11月22日10时11分12秒', '2026-11-22T02:11:12.000Z'],
    ['2026-11-22 10:11:12.345', '2026-11-22T02:11:12.000Z'],
    ['2026-11-22T10:11:12+08:00', '2026-11-22T02:11:12.000Z'],
    ['2026-11-22T02:11:12Z', '2026-11-22T02:11:12.000Z'],
    ['2026-02-28 23:59:59', '2026-02-28T15:59:59.000Z'],
    ['46327', '2026-10-31T16:00:00.000Z'],
    ['46327.5', '2026-11-01T04:00:00.000Z'],
  ])('%s is %s', (text, iso) => expect(new Date(instantOfText(text) ?? 0).toISOString()).toBe(iso))

  it.each([
    '2026-02-29',
    '2026-13-01',
    '2026-11-31',
    '2026-11-22 24:00',
    '2026-11-22 10',
    '4632',
    '463270',
    '2026-11-22T99:00:00Z',
    '上周',
  ])('%s is none', (text) => expect(instantOfText(text)).toBeUndefined())
})
