import { expect, it } from 'vitest'
import { createPhoneHash } from './phone-hash.ts'

const hash = createPhoneHash('a-secret-of-sixteen')

it('takes one phone written in several ways for one', () => {
  const written = [
    '13800001111',
    '+86 138 0000 1111',
    '0086-13800001111',
    '86 13800001111',
    '１３８００００１１１１',
    '13800001111.0',
  ]
  expect(new Set(written.map(hash)).size).toBe(1)
})

it('keeps other numbers apart, and under another key', () => {
  expect(hash('13800001112')).not.toBe(hash('13800001111'))
  expect(createPhoneHash('another-secret-of-16')('13800001111')).not.toBe(hash('13800001111'))
  expect(hash('13800001111')).not.toContain('1380000')
})

it.each([
  '',
  '小雨',
  '138',
  'tel:x',
  '1'.repeat(30),
  '1380000111',
  '128.00',
  '1280000.00',
  '12345',
  '123456',
  '138000011110',
  '0'.repeat(15),
])('takes %j for no phone', (text) => {
  expect(hash(text)).toBeUndefined()
})
