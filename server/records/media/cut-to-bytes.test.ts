import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutToBytes, splitToBytes } from './cut-to-bytes.ts'

test('a text that fits is left alone, to the byte', () => {
  expect(cutToBytes('牛排', 6)).toBe('牛排')
})

test('a longer one loses whole characters and says so', () => {
  expect(cutToBytes('牛排好吃', 9)).toBe('牛排…')
  expect(cutToBytes('牛排好吃', 11)).toBe('牛排…')
})

test('an emoji made of several code points is not broken', () => {
  expect(cutToBytes('一👨‍👩‍👧二三四五六七八九', 27)).toBe('一👨‍👩‍👧二…')
  expect(cutToBytes('一👨‍👩‍👧二三四五六七八九', 22)).toBe('一…')
})

test('never more bytes than allowed, never a broken character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 80 }), (text, maxBytes) => {
      const cut = cutToBytes(text, maxBytes)
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes)
      expect(Buffer.from(cut).toString()).toBe(cut)
    }),
  )
})

test.each([
  ['牛排', 6, ['牛排']],
  ['牛\n排\n好', 7, ['牛\n排', '好']],
  ['牛\n排\n好', 6, ['牛', '排', '好']],
  ['牛排好\n吃', 6, ['牛排', '好', '吃']],
  ['牛排好\n吃', 7, ['牛排', '好\n吃']],
  ['', 6, ['']],
  ['一👨‍👩‍👧二', 21, ['一👨‍👩‍👧', '二']],
])('%j in pieces of %d bytes', (text, maxBytes, pieces) => {
  expect(splitToBytes(text, maxBytes)).toEqual(pieces)
})
