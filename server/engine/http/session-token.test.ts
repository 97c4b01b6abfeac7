import { expect, test } from 'vitest'
import { readToken, signToken } from './session-token.ts'

const SECRET = 'a secret of sixteen characters'
const token = signToken(SECRET, 'session', { userId: '林夏', until: 5 })

test('gives back what was signed', () => {
  expect(readToken(SECRET, 'session', token)).toEqual({ userId: '林夏', until: 5 })
})

test('is worth nothing for another purpose or under another key', () => {
  expect(readToken(SECRET, 'login', token)).toBeUndefined()
  expect(readToken('another secret of this server', 'session', token)).toBeUndefined()
})

test.each([undefined, '', '.', 'a', 'a.b', 'a.b.c', `${token}.`, `${token}=`, token.slice(0, -1), `A${token}`])(
  '%s is no token',
  (bad) => expect(readToken(SECRET, 'session', bad)).toBeUndefined(),
)
