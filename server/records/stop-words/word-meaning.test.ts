import { expect, it } from 'vitest'
import type { ServiceMessage } from '../../platform/wecom/api/customer-service.ts'
import { wordMeaning } from './word-meaning.ts'

const WORDS = {
  stop: { words: ['退订', 'TD', '不要再发'], answer: '已退订' },
  again: { words: ['恢复', 'Start'], answer: '已恢复' },
}
const said = (content: string, more: Partial<ServiceMessage> = {}): ServiceMessage => ({
  msgid: 'm',
  msgtype: 'text',
  origin: 3,
  external_userid: 'wmA',
  text: { content },
  ...more,
})

it.each<[string, ServiceMessage, 'stop' | 'again' | undefined]>([
  ['the word', said('退订'), 'stop'],
  ['with blanks around it', said(' \n退订　'), 'stop'],
  ['with what nobody sees', said('退\u200b订'), 'stop'],
  ['in small letters', said('td'), 'stop'],
  ['in full width', said('ＴＤ'), 'stop'],
  ['another of the words', said('不要再发'), 'stop'],
  ['the word to begin again', said('恢复'), 'again'],
  ['written with a capital in the file', said('ＳＴＡＲＴ'), 'again'],
  ['a question about it', said('退订吗？我想问'), undefined],
  ['the word twice', said('退订 退订'), undefined],
  ['half of it', said('退'), undefined],
  ['nothing', said('   '), undefined],
  ['by a servicer', said('退订', { origin: 5 }), undefined],
  ['by the system', said('退订', { origin: 4 }), undefined],
  ['by nobody knows whom', said('退订', { origin: undefined as never }), undefined],
  ['not as text', said('退订', { msgtype: 'image' }), undefined],
  ['without text', { msgid: 'm', msgtype: 'text', origin: 3, external_userid: 'wmA' }, undefined],
  ['by nobody', said('退订', { external_userid: '' }), undefined],
])('%s', (_what, message, means) => {
  expect(wordMeaning(message, WORDS)).toBe(means)
})
