import { expect, it } from 'vitest'
import type { Pool, RuleBook } from '../../rules/book/rule-book.ts'
import { poolOf } from './pool-of.ts'

const pool = (name: string, groups: Pool['value']['groups']): [string, Pool] => [
  name,
  {
    name,
    version: '000000000000',
    file: `groups/${name}.yaml`,
    entry: { kind: 'all', of: [] },
    value: { pool: name, role: 'other', groups, capacity: 200, entry: {}, inviteBy: 'task' },
  },
]
const book = {
  pools: new Map([
    pool('总群', { namePrefix: '牧野' }),
    pool('付费群', { namePrefix: '牧野·付费' }),
    pool('老客群', { chatIds: ['wr9'] }),
  ]),
} as unknown as RuleBook // poolOf looks at the pools only

it('goes by the longest beginning of the name, an id counting more', () => {
  expect(poolOf(book, { chatId: 'wr1', name: '牧野·付费群 1' })).toBe('付费群')
  expect(poolOf(book, { chatId: 'wr1', name: '牧野闲聊' })).toBe('总群')
  expect(poolOf(book, { chatId: 'wr9', name: '牧野·付费群 2' })).toBe('老客群')
  expect(poolOf(book, { chatId: 'wr1', name: '' })).toBeUndefined()
  expect(poolOf(book, { chatId: 'wr1', name: '邻居群' })).toBeUndefined()
})
