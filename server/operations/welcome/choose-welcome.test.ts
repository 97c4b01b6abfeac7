import { expect, test } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { GOOD_RULES, ruleFolderOnDisk } from '../../rules/testing/rule-folder-on-disk.ts'
import { chooseWelcome, isWithin } from './choose-welcome.ts'

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
  ['09:30-18:15', '09:29', false],
  ['09:30-18:15', '09:30', true],
  ['09:30-18:15', '18:14', true],
  ['09:30-18:15', '18:15', false],
])('%s at %s in Shanghai: %s', (between, clockTime, expected) => {
  expect(isWithin(between, at(clockTime))).toBe(expected)
})

const WELCOMES = `welcome: 欢迎
default: true
text: 您好
---
welcome: 到店
text: 到店好
hours: [{ between: "22:00-09:00", text: 夜里好 }]
---
welcome: 邀约
text: 邀约好
`
const CHANNELS =
  'channel: 门店\nstate: store\nguides: [linxiaoyu]\nwelcome: 到店\n---\nchannel: 直播\nstate: live\nguides: [linxiaoyu]\n'

async function bookOf(rules: Record<string, string>): Promise<RuleBook> {
  const nothing = Object.fromEntries(Object.keys(GOOD_RULES).map((path) => [path, undefined]))
  const { folder, remove } = ruleFolderOnDisk({ ...nothing, ...rules })
  const { book, faults } = await loadRules(folder, VOCABULARY)
  remove()
  if (book === undefined) throw new Error(JSON.stringify(faults))
  return book
}

test.each([
  ['a journey’s own', { channel: '门店', welcome: '邀约' }, '12:00', '邀约好', 'SOP 指定的欢迎语「邀约」'],
  ['a journey’s that is gone', { channel: '门店', welcome: '没有' }, '12:00', '到店好', '渠道「门店」的欢迎语「到店」'],
  ['the channel’s', { channel: '门店' }, '12:00', '到店好', '渠道「门店」的欢迎语「到店」'],
  [
    'the channel’s at night',
    { channel: '门店' },
    '23:00',
    '夜里好',
    '渠道「门店」的欢迎语「到店」（22:00-09:00 时段）',
  ],
  ['of a channel without', { channel: '直播' }, '12:00', '您好', '渠道「直播」没有自己的欢迎语，用默认欢迎语「欢迎」'],
  ['of no channel', { channel: null }, '12:00', '您好', '来源渠道未知，用默认欢迎语「欢迎」'],
])('the welcome is %s', async (_name, wish, clockTime, text, why) => {
  const chosen = chooseWelcome(await bookOf({ 'channels/c.yaml': CHANNELS, 'welcomes/w.yaml': WELCOMES }), {
    ...wish,
    atMs: at(clockTime),
  })
  expect([chosen?.content.text, chosen?.why]).toEqual([text, why])
})

test('there is none where the rules have none', async () => {
  expect(chooseWelcome(await bookOf({}), { channel: null, atMs: at('12:00') })).toBeUndefined()
})
