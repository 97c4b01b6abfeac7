import { describe, expect, test } from 'vitest'
import { aProfile } from '../testing/fixtures.ts'
import { fillIn, missingPlaces, namesOf } from './fill-in.ts'
import { firstGrapheme } from './graphemes.ts'
import { yuan } from './money.ts'
import { ago, at, due, laterTimes } from './when.ts'

const shanghai = (text: string): number => Date.parse(`${text}+08:00`)
const NOW = shanghai('2026-11-22T10:30:00')

test.each([
  [0, '¥0'],
  [5, '¥0.05'],
  [39_800, '¥398'],
  [123_456_789, '¥1,234,567.89'],
  [-1_250, '-¥12.50'],
])('%i fen reads %s', (fen, text) => expect(yuan(fen)).toBe(text))

describe('times are Shanghai’s', () => {
  test.each([
    ['2026-11-22T10:29:40', '刚刚'],
    ['2026-11-22T10:05:00', '25 分钟前'],
    ['2026-11-22T00:10:00', '今天 00:10'],
    ['2026-11-21T23:50:00', '昨天 23:50'],
    ['2026-11-19T08:00:00', '3 天前'],
    ['2026-11-03T08:00:00', '11月3日'],
    ['2025-11-03T08:00:00', '2025年11月3日'],
  ])('%s is %s', (then, text) => expect(ago(shanghai(then), NOW)).toBe(text))

  test('in full, with the year only when it is another one', () => {
    expect(at(shanghai('2026-01-02T03:04:00'), NOW)).toBe('1月2日 03:04')
    expect(at(shanghai('2025-12-31T23:59:00'), NOW)).toBe('2025年12月31日 23:59')
  })

  test.each([
    ['2026-11-22T18:00:00', '今天 18:00 前', false],
    ['2026-11-23T09:00:00', '明天 09:00 前', false],
    ['2026-11-30T09:00:00', '11月30日 09:00 前', false],
    ['2026-11-22T10:30:00', '已超时 1 分钟', true],
    ['2026-11-22T08:20:00', '已超时 2 小时', true],
    ['2026-11-20T08:20:00', '已超时 2 天', true],
  ])('due %s reads %s', (when, text, overdue) => expect(due(shanghai(when), NOW)).toEqual({ text, overdue }))
})

test.each([
  ['{客户昵称}，你好，我是{导购名}', '孙瑶', '孙瑶，你好，我是林夏'],
  ['{客户昵称}，你好', null, '你好'],
  ['{客户昵称}!你好', null, '你好'],
  ['谢谢你，{客户昵称}', null, '谢谢你'],
  ['谢谢{客户昵称}。', '', '谢谢。'],
  ['您好\n{客户昵称}\n领券', null, '您好\n领券'],
  ['您好\n{客户昵称}', null, '您好'],
  ['您好\n{客户昵称}。\n领券', null, '您好\n领券'],
  ['您好\n\n{客户昵称}，\n\n领券', null, '您好\n\n领券'],
  ['您好\n亲爱的{客户昵称}：\n领券', null, '您好\n领券'],
  ['{客户昵称}\n\n您好', null, '您好'],
  ['{客户昵称}，你好', '$&$1$$', '$&$1$$，你好'],
  ['{客户昵称}，我是{导购名}', '{导购名}', '{导购名}，我是林夏'],
])('%s for %s reads %s', (text, customer, filled) => {
  expect(fillIn(text, { customer, guide: '林夏' })).toBe(filled)
})

test.each([
  [
    '2026-11-22T10:30:00',
    ['两小时后 11月22日 12:30', '明早 11月23日 09:00', '三天后 11月25日 09:00', '一周后 11月29日 09:00'],
  ],
  ['2026-11-22T20:00:00', ['明早 11月23日 09:00', '三天后 11月25日 09:00', '一周后 11月29日 09:00']],
  ['2026-11-22T02:00:00', ['明早 11月23日 09:00', '三天后 11月25日 09:00', '一周后 11月29日 09:00']],
])('not now, at %s: %j', (when, words) => {
  const nowMs = shanghai(when)
  expect(laterTimes(nowMs).map((one) => `${one.words} ${at(one.atMs, nowMs)}`)).toEqual(words)
})

test.each([
  ['{客户昵称}，我是{导购名}', {}, []],
  ['上次的{上次买的}', { 上次买的: '西冷' }, []],
  ['上次的{上次买的}', { 上次买的: '' }, ['上次买的']],
  ['{上次买的}{宝宝生日}{宝宝生日}', {}, ['上次买的', '宝宝生日']],
  ['{ 看着像 } 也算', {}, [' 看着像 ']],
])('%s with %j lacks %j', (text, facts, missing) => {
  expect(missingPlaces(text, { customer: null, guide: '林夏', facts })).toEqual(missing)
})

test('what a customer calls herself is no place, and what is not known stays as it is written', () => {
  const facts = { 上次买的: '{导购名}牌牛排' }
  expect(fillIn('{客户昵称}：{上次买的}{喜欢的}', { customer: '{导购名}$&', guide: '林夏', facts })).toBe(
    '{导购名}$&：{导购名}牌牛排{喜欢的}',
  )
})

test('a nickname that turns the line around turns no message', () => {
  const said = (name: string) => fillIn('{客户昵称}，在吗', namesOf(aProfile({ name }), '林夏'))
  expect(said('\u202e满小\u202c')).toBe('满小，在吗')
  expect(said('王\u200b姐\u2066')).toBe('王 姐，在吗')
  expect(said('👨‍👩‍👧‍👦王姐')).toBe('👨‍👩‍👧‍👦王姐，在吗')
})

test.each([
  ['👨‍👩‍👧‍👦王姐', '👨‍👩‍👧‍👦'],
  ['🇨🇳中', '🇨🇳'],
  ['e\u0301cole', 'e\u0301'],
  ['孙瑶', '孙'],
  ['', ''],
])('%s begins with %s', (name, first) => expect(firstGrapheme(name)).toBe(first))
test.each([
  ['https://a.cn/t/1.x', '不想收点 https://a.cn/t/1.x', []],
  [null, '不想收点 {退订链接}', ['退订链接']],
])(
  'the link by which she takes no more messages, %s, stands in the words or is asked for',
  (optOutUrl, filled, missing) => {
    const names = namesOf(aProfile({ optOutUrl }), '林夏')
    const text = '不想收点 {退订链接}'
    expect([fillIn(text, names), missingPlaces(text, names)]).toEqual([filled, missing])
  },
)
