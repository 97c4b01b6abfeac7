import { expect, it } from 'vitest'
import type { GrantState } from '../../operations/grants/grant-tables.ts'
import { grantsOf } from './checks/shops.ts'

const shop = { id: 'muye', shop: '牧野微信小店', platform: 'wechat-shop' } as const
const of = (shopId: string, counts: Partial<Record<GrantState, number>>) =>
  Object.entries(counts).map(([state, many]) => ({ shop: shopId, state: state as GrantState, many }))

it.each([
  ['nothing was given here', of('yz', { unsure: 3 }), []],
  [
    'all is well',
    [...of('muye', { given: 5, refused: 1, nobody: 2 }), ...of('yz', { unsure: 3 })],
    [{ state: 'ok', why: '近 30 天发了 5 份，没发成 1 份，等店铺认出客户 2 份，正在发 0 份' }],
  ],
  ['a person has to look', of('muye', { given: 5, unsure: 1 }), [{ state: 'warn' }]],
  ['a third is refused', of('muye', { given: 1_000, refused: 500 }), [{ state: 'warn' }]],
  [
    'some wait for a retry',
    of('muye', { given: 5, stuck: 2 }),
    [{ state: 'warn', next: expect.stringContaining('retry') }],
  ],
  ['most are refused', of('muye', { given: 1, refused: 2, lapsed: 1 }), [{ state: 'warn' }]],
])('%s', (_what, given, findings) => {
  expect(grantsOf(shop, given)).toMatchObject(findings)
})
