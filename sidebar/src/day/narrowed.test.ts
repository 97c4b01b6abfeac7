import { expect, test } from 'vitest'
import { createNarrowed } from './narrowed.ts'

const friend = (name: string | null, remark: string | null = null, because = '') => ({
  ...{ externalUserId: `${name} ${remark}`, name, remark, because },
})
const PEOPLE = [
  friend('王女士'),
  friend('王小明', '王女士的儿子', '标签 口味/王家'),
  friend('老王', null, '上次买 王女士牛排'),
  friend(null, 'Wang Lan'),
]

const open = () => {
  let nowMs = 1_000_000
  const narrowed = createNarrowed(() => nowMs)
  narrowed.set('王', { total: 412, friends: PEOPLE })
  const names = (words: string) =>
    narrowed.get(words)?.friends.map(({ name, remark, because }) => [name, remark, because])
  return { narrowed, names, pass: (ms: number) => (nowMs += ms) }
}

test.each([
  [
    'in the nickname, or in the remark',
    '王女',
    [
      ['王女士', null, ''],
      ['王小明', '王女士的儿子', ''],
    ],
  ],
  ['the words of another question are in none of them', '李', undefined],
  // 老王 bought it, but of goods only the answer knows.
  ['in goods alone', '王女士牛排', undefined],
  ['in our own word for tags', '标签 口味/王家', undefined],
  ['fewer words, which others may have as well', '', undefined],
])('%s', (_what, words, found) => {
  expect(open().names(words)).toEqual(found)
})

test('the same words again are their answer, and the nearest earlier one is what is narrowed', () => {
  const { narrowed, names } = open()
  expect(narrowed.get('王')).toEqual({ total: 412, friends: PEOPLE })
  narrowed.set('王女', { total: 1, friends: [friend('王女士二')] })
  expect(names('王女士')).toEqual([['王女士二', null, '']])
  expect(names('王女士的')).toEqual([['王小明', '王女士的儿子', '']])
})

test('in small or large letters', () => {
  const { narrowed, names } = open()
  narrowed.set('w', { total: 1, friends: [friend(null, 'Wang Lan')] })
  expect(names('WANG')).toEqual([[null, 'Wang Lan', '']])
})

test('what is half a minute old is not shown: somebody may have left', () => {
  const { names, pass } = open()
  pass(29_999)
  expect(names('王女')).toHaveLength(2)
  pass(1)
  expect(names('王女')).toBeUndefined()
})

test('whoever may not see them any more sees none of them', () => {
  const { narrowed, names } = open()
  narrowed.delete()
  expect([names('王'), names('王女')]).toEqual([undefined, undefined])
})
