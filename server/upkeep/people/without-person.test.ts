import { expect, it } from 'vitest'
import { withoutPerson } from './without-person.ts'

const GONE = { whole: true }
const left = (text: string) => ({ whole: false, text })

it.each([
  ['{"externalUserId":"wm1","name":"小满"}', GONE],
  [
    '{"ChatId":"g1","MemChangeList":{"Item":["wm2","wm1"]}}',
    left('{"ChatId":"g1","MemChangeList":{"Item":["wm2","（已删除）"]}}'),
  ],
  [
    '{"chat":"g1","members":[{"id":"wm1","name":"小满"},{"id":"wm2","name":"小雨"}]}',
    left('{"chat":"g1","members":[{"id":"wm2","name":"小雨"}]}'),
  ],
  ['{"chat":"g1","by":{"id":"wm1","name":"小满"}}', left('{"chat":"g1","by":"（已删除）"}')],
  ['{"of":{"wm1":[1,2],"wm2":[3,4]}}', left('{"of":{"wm2":[3,4]}}')],
  ['["wm1","wm2"]', left('["（已删除）","wm2"]')],
  ['{"text":"由 wm1 邀请"}', left('{"text":"由 （已删除） 邀请"}')],
  ['由 wm1 邀请', left('由 （已删除） 邀请')],
  ['{"cut off by wm1', left('{"cut off by （已删除）')],
])('%s', (text, expected) => {
  expect(withoutPerson(text, 'wm1')).toEqual(expected)
})
