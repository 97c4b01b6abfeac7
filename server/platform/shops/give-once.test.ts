import { expect, it } from 'vitest'
import { cameOf, giveOnce } from './give-once.ts'
import type { AskedGrant } from './shop-connection.ts'
import { noSuchOrder, notUnderstood, ShopError, saidNo, shopRefuses, shopTooFast } from './shop-error.ts'

it.each([
  ['0', '1', 1, 'given'],
  ['3', '4', 1, 'given'],
  ['3', '3', 1, 'not-given'],
  // Two more: ours, and one that they took themselves; or two that they took.
  ['3', '5', 1, 'unsure'],
  ['3', '2', 1, 'unsure'],
  ['120', '170', 50, 'given'],
  ['120', '120', 50, 'not-given'],
  ['120', '90', 50, 'unsure'],
  ['120', 'many', 50, 'unsure'],
])('had %s, has %s, was to get %s: %s', (before, now, given, came) => {
  expect(cameOf(before, now, given)).toBe(came)
})

const asked: AskedGrant = {
  grantId: 'g1',
  shopUserId: 'm1',
  gift: { kind: 'coupon', coupon: '1' },
  name: '券',
  before: undefined,
  beforeSend: async () => undefined,
}
const no = (reply: number) => saidNo('x', reply, `拒绝 ${reply}`)

it('a no that we know is for good', async () => {
  const send = () => Promise.reject(no(4))
  const give = giveOnce({ asked, given: 1, holds: async () => '0', send, noes: { 4: '领完了' } })
  expect(await give).toEqual({ kind: 'refused', zh: '领完了' })
})

it.each([
  ['a first try', undefined, { kind: 'refused', zh: '上限' }],
  ['a second one of who had none', '0', { kind: 'given' }],
  ['a second one of who had some', '1', { kind: 'unsure', zh: expect.stringContaining('上限') }],
])('as many as they may have, at %s', async (_what, before, answer) => {
  const holds = async () => before
  const give = giveOnce({
    asked: { ...asked, before },
    given: 1,
    holds,
    send: () => Promise.reject(no(6)),
    limits: { 6: '上限' },
  })
  expect(await give).toEqual(answer)
})

const lost = (mayHaveHappened: boolean) =>
  new ShopError('shop.unreachable', 'x', { scope: 'shop', zh: '断', mayHaveHappened })
it.each([
  ['a no that we do not know', no(5), true],
  ['busy', new ShopError('shop.busy', 'x', { scope: 'order', zh: '忙' }), true],
  ['another shape', notUnderstood('/x', 'y'), true],
  ['what is said of orders', noSuchOrder(), true],
  ['away in the middle', lost(true), true],
  ['nobody listens', lost(false), false],
  ['too fast', shopTooFast('x', 1_000), false],
  ['no right', shopRefuses('x', '没有权限'), false],
  ['no token', new ShopError('shop.no-token', 'x', { scope: 'shop', zh: '凭证' }), false],
  ['token refused', new ShopError('shop.token-refused', 'x', { scope: 'shop', zh: '凭证' }), false],
])('%s is tried again; carried out perhaps: %s', async (_what, error, mayHaveHappened) => {
  const send = () => Promise.reject(error)
  const give = giveOnce({ asked, given: 1, holds: async () => '0', send, noes: { 4: '领完了' } })
  await expect(give).rejects.toMatchObject({ code: error.code, mayHaveHappened })
})

it.each([
  ['it was given', '1', { kind: 'given' }, 0],
  ['it was not', '0', { kind: 'given' }, 1],
  ['nobody can tell', '2', { kind: 'unsure', zh: expect.stringContaining('看不出') }, 0],
  ['the shop tells nothing', undefined, { kind: 'unsure', zh: expect.stringContaining('看不出') }, 0],
])('after a lost answer: %s', async (_what, now, answer, times) => {
  let sent = 0
  const send = async (): Promise<void> => void sent++
  expect(await giveOnce({ asked: { ...asked, before: '0' }, given: 1, holds: async () => now, send })).toEqual(answer)
  expect(sent).toBe(times)
})

it('as much as before proves nothing where it is spent', async () => {
  let sent = 0
  const send = async (): Promise<void> => void sent++
  const points = (now: string) =>
    giveOnce({ asked: { ...asked, before: '120' }, given: 50, isSpent: true, holds: async () => now, send })
  expect((await points('120')).kind).toBe('unsure')
  expect((await points('170')).kind).toBe('given')
  expect(sent).toBe(0)
})

it('is not sent when what comes before throws', async () => {
  let sent = 0
  const overtaken = async (): Promise<void> => {
    throw new Error('overtaken')
  }
  const send = async (): Promise<void> => void sent++
  for (const before of [undefined, '0']) {
    const give = giveOnce({
      asked: { ...asked, before, beforeSend: overtaken },
      given: 1,
      holds: async () => '0',
      send,
    })
    await expect(give).rejects.toThrow('overtaken')
  }
  expect(sent).toBe(0)
})
