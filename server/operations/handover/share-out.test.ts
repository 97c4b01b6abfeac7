import { expect, test } from 'vitest'
import { type Candidate, shareOut } from './share-out.ts'

const none = new Set<string>()
const who = (externalUserId: string, change: Partial<Candidate> = {}): Candidate => ({
  externalUserId,
  preferred: undefined,
  friends: none,
  refused: none,
  ...change,
})
const taker = (userId: string, has = 0, most = 100) => ({ userId, has, most })

test('customers are dealt evenly by number, whoever has been given by a condition counting as well', () => {
  const candidates = [who('1', { preferred: 'b' }), who('2'), who('3'), who('4')]
  expect(shareOut(candidates, [taker('a'), taker('b')], ['a', 'b'])).toEqual([
    { toUserId: 'b' },
    { toUserId: 'a' },
    { toUserId: 'a' },
    { toUserId: 'b' },
  ])
})

test('a full guide gets nobody new, but keeps friends; whom a condition names is not given to another', () => {
  const friends = new Set(['a'])
  const candidates = [who('1', { friends }), who('2'), who('3', { preferred: 'a' }), who('4')]
  expect(shareOut(candidates, [taker('a', 5, 5), taker('b', 0, 1)], ['a', 'b'])).toEqual([
    { toUserId: 'a' },
    { toUserId: 'b' },
    { blocked: 'full' },
    { blocked: 'full' },
  ])
})

test('a guide whom the customer refused is passed over, and nobody else is asked when there is none', () => {
  const refused = new Set(['a'])
  expect(shareOut([who('1', { refused })], [taker('a'), taker('b')], ['a', 'b'])).toEqual([{ toUserId: 'b' }])
  expect(shareOut([who('1', { refused })], [taker('a')], ['a'])).toEqual([{ blocked: 'refused' }])
})
