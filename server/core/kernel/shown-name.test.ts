import { expect, test } from 'vitest'
import { shownName, terminalText } from './shown-name.ts'

test.each([
  ['小满', '小满'],
  ['👩‍👩‍👧 一家', '👩‍👩‍👧 一家'],
  ['<a href="http://t.cn/x">领奖</a>', '＜a href="http：//t.cn/x"＞领奖＜/a＞'],
  ['张\n三\t四', '张 三 四'],
  ['\u202e倒过来\u202c', '倒过来'],
  ['\u001b[31m红\u001b[0m', '[31m红 [0m'],
  ['零\u200b宽', '零 宽'],
  ['\u2028行', '行'],
  ['长'.repeat(80), '长'.repeat(64)],
  ['\u0000', ''],
])('the name %j is shown as %j', (name, shown) => expect(shownName(name)).toBe(shown))

test('a terminal gets lines and tabs, and nothing that steers it', () => {
  expect(terminalText('一\t二\r\n\r\u001b]0;标题\u0007\u001b[2J\u202e三\u2066👩‍👧\u009b31m')).toBe(
    '一\t二\r\n]0;标题[2J三👩‍👧31m',
  )
})
