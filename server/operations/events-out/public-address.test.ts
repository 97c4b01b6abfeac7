import { expect, test } from 'vitest'
import { refuseInnerAddress } from './public-address.ts'

test.each([
  '[::127.0.0.1]',
  '[64:ff9b::10.1.2.3]',
  '[64:ff9b:1::1]',
  '[2002:a01:203::1]',
  '[::ffff:0:10.1.2.3]',
  '[::ffff:10.1.2.3]',
  '[fec0::1]',
  '[2001:0:1::1]',
])('%s is an inner address in another spelling', (host) => {
  expect(() => refuseInnerAddress(new URL(`https://${host}/x`))).toThrow(
    expect.objectContaining({ code: 'webhook.inner-address' }),
  )
})
test.each(['[2606:4700::1111]', '93.184.216.34', 'crm.example.com'])('%s is none', (host) =>
  expect(refuseInnerAddress(new URL(`https://${host}/x`))).toBeUndefined(),
)
