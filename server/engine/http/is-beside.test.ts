import { expect, it } from 'vitest'
import { isBeside } from './is-beside.ts'

it.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:10.0.0.3', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['203.0.113.7', false],
  ['2001:4860::1', false],
  ['fd00::7', true],
  ['not an address', false],
])('a proxy at %s is believed: %s', async (address, isBelieved) => {
  expect(isBeside(address)).toBe(isBelieved)
})
