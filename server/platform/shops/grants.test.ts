import { afterEach, describe, expect, it } from 'vitest'
import { createCrmebDouble } from '../../../sandbox/shops/crmeb.ts'
import { KIND, type Manners } from '../../../sandbox/shops/manners.ts'
import type { ShopReply, ShopRequest } from '../../../sandbox/shops/shop-answer.ts'
import { createWechatShopDouble } from '../../../sandbox/shops/wechat-shop.ts'
import { createYouzanDouble } from '../../../sandbox/shops/youzan.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { createCrmeb } from './crmeb/crmeb.ts'
import type { AskedGrant, Gift, Granted, ShopConnection } from './shop-connection.ts'
import { ShopError } from './shop-error.ts'
import { createMemory } from './testing/memory.ts'
import { payloadsOf } from './testing/shared-facts.ts'
import { openShopServer } from './testing/shop-server.ts'
import { createWechatShop } from './wechat-shop/wechat-shop.ts'
import { createYouzan } from './youzan/youzan.ts'

const clock = createSettableClock('2026-11-28T10:00:00+08:00')
const target = () => undefined
const lines = [{ sku: 'A', name: '牛排', quantity: 1, priceFen: 100 }]
const coupon: Gift = { kind: 'coupon', coupon: '19126' }
const points: Gift = { kind: 'points', points: 50 }

let server: Awaited<ReturnType<typeof openShopServer>> | undefined
let seen: ShopRequest[]
afterEach(() => server?.close())

interface Opened {
  shop: ShopConnection
  setManners(next: Partial<Manners>): void
  /** The shop's number of the `nth` member. */
  member(nth: number): Promise<string>
  /** How many coupons, or points, they have. */
  has(nth: number): number
}

async function opened(
  handle: (request: ShopRequest) => ShopReply,
  open: (access: object) => ShopConnection,
  account: { account: string; kdtId?: string; secret: string; token?: string; aesKey?: string },
) {
  seen = []
  server = await openShopServer((request) => {
    seen.push(request)
    return handle(request)
  })
  const { secret, token, aesKey: aes_key, ...named } = account
  const own = { api: server.url, clock, memory: createMemory(), secrets: { secret, token, aes_key } }
  const access = { kdtId: undefined, ...named, ...own }
  return open({ ...access, shared: undefined, onCall: () => undefined })
}

async function openWechatShop(manners: Partial<Manners> = {}, stock = 1_000): Promise<Opened> {
  const double = createWechatShopDouble({ clock, target, manners: { ...KIND, ...manners } })
  double.coupons.make('19126', { stock, perPerson: 5 })
  const { appid, secret, token, aesKey } = double.account
  const shop = await opened(double.handle, (a) => createWechatShop(a as never), {
    account: appid,
    secret,
    token,
    aesKey,
  })
  /** Whoever has bought; the order says who that is. */
  const member = async (nth: number): Promise<string> => {
    const orderId = double.buy({ unionId: `u${nth}`, lines })
    const { orders } = await untilItWorks(() => shop.read(`order/${orderId}`))
    return orders[0]?.buyer.shopUserId ?? ''
  }
  return { shop, setManners: double.setManners, member, has: (n) => double.coupons.heldBy(`u${n}`).length }
}

async function openYouzan(manners: Partial<Manners> = {}, stock = 1_000) {
  const double = createYouzanDouble({ clock, target, manners: { ...KIND, ...manners } })
  double.coupons.make('19126', { stock, perPerson: 5 })
  const { clientId, clientSecret, kdtId } = double.account
  const account = { account: clientId, secret: clientSecret, kdtId }
  const shop = await opened(double.handle, (a) => createYouzan(a as never), account)
  const member = async (nth: number) => `yz${nth}`
  return {
    double,
    shop,
    setManners: double.setManners,
    member,
    has: (n: number) => double.coupons.heldBy(`yz${n}`).length,
  }
}

async function openCrmeb(manners: Partial<Manners> = {}) {
  const double = createCrmebDouble({ clock, target, manners: { ...KIND, ...manners } })
  const { appid, secret } = double.account
  const shop = await opened(double.handle, (a) => createCrmeb(a as never), { account: appid, secret })
  const member = async (nth: number) => String(nth)
  return { double, shop, setManners: double.setManners, member, has: (n: number) => double.pointsOf(n) }
}

const asked = (shopUserId: string, gift: Gift, before?: string): AskedGrant => ({
  ...{ grantId: `g-${shopUserId}`, shopUserId, gift, name: '满 200 减 20', before, beforeSend: async () => undefined },
})

async function untilItWorks<Value>(ask: () => Promise<Value>): Promise<Value> {
  for (;;) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined) return answer
  }
}

/** As whoever keeps books of it: looks, asks, and asks again while nobody knows. */
async function persist({ shop }: Pick<Opened, 'shop'>, member: string, gift: Gift): Promise<Granted> {
  let before: string | undefined
  let isNoted = false
  let isDoubtful = false
  for (let n = 0; n < 60; n++) {
    clock.advance(60_000)
    try {
      if (!isDoubtful) {
        before = await shop.holds?.(member, gift)
        isNoted = true
      }
      const answer = await shop.grant?.(asked(member, gift, isDoubtful ? before : undefined))
      if (answer !== undefined) return answer
    } catch (error) {
      if (!(error instanceof ShopError) || error.retry === 'never') throw error
      isDoubtful ||= isNoted && error.mayHaveHappened
    }
  }
  throw new Error('never')
}

const SHOPS: [string, (manners?: Partial<Manners>) => Promise<Opened>, Gift, number][] = [
  ['微信小店', openWechatShop, coupon, 1],
  ['有赞', openYouzan, coupon, 1],
  ['CRMEB', openCrmeb, points, 50],
]

describe.each(SHOPS)('%s', (_name, open, gift, given) => {
  it('gives once', async () => {
    const one = await open()
    expect(one.shop.abilities.gifts).toContain(gift.kind)
    expect(await persist(one, await one.member(1), gift)).toEqual({ kind: 'given' })
    expect([one.has(1), one.has(2)]).toEqual([given, 0])
  })

  it('gives sixty people one each, whatever gets lost on the way', async () => {
    const one = await open({ lostAnswers: 0.4, lostAsks: 0.2, expiredTokens: 0.1, wrongShapes: 0.2 })
    const came: [string, number][] = []
    for (let nth = 1; nth <= 60; nth++)
      came.push([(await persist(one, await one.member(nth), gift)).kind, one.has(nth)])
    const isLeftToAPerson = ([kind, has]: [string, number]) => gift.kind === 'points' && kind === 'unsure' && has === 0
    const plain = came.filter((one) => !isLeftToAPerson(one))
    expect(plain).toEqual(plain.map(() => ['given', given]))
    // A balance that has not changed proves nothing: it may have been given and spent.
    expect(came.some(isLeftToAPerson)).toBe(gift.kind === 'points')
  })

  it('after a lost answer sees that it was given, and asks no more', async () => {
    const one = await open()
    const member = await one.member(1)
    const before = await one.shop.holds?.(member, gift)
    one.setManners({ lostAnswers: 1 })
    await expect(one.shop.grant?.(asked(member, gift))).rejects.toMatchObject({ mayHaveHappened: true })
    one.setManners({ lostAnswers: 0 })
    expect(await one.shop.grant?.(asked(member, gift, before))).toEqual({ kind: 'given' })
    expect(one.has(1)).toBe(given)
  })

  it('what it has no interface for is refused in words', async () => {
    const one = await open()
    const other = one.shop.abilities.gifts.includes('points') ? coupon : points
    if (one.shop.abilities.gifts.includes(other.kind)) return
    expect(await one.shop.grant?.(asked(await one.member(1), other))).toMatchObject({ kind: 'refused' })
    expect(one.has(1)).toBe(0)
  })
})

describe('有赞 points', () => {
  it('are given once a number, without looking before', async () => {
    const one = await openYouzan({ lostAnswers: 0.4 })
    for (let nth = 1; nth <= 30; nth++) {
      expect(await one.shop.holds?.(await one.member(nth), points)).toBe(undefined)
      expect(await persist(one, await one.member(nth), points)).toEqual({ kind: 'given' })
    }
    expect([...Array(30).keys()].map((n) => one.double.pointsOf(`yz${n + 1}`))).toEqual(Array(30).fill(50))
    expect(await persist(one, 'yz1', points)).toEqual({ kind: 'given' })
    expect(one.double.pointsOf('yz1')).toBe(50)
  })

  it('are asked for as the pages say', async () => {
    const one = await openYouzan()
    await one.shop.grant?.(asked('TESTyzOpenId000000000001', points))
    const [{ request }] = [payloadsOf('youzan')['POST /api/youzan.crm.customer.points.increase/4.0.0'] as never] as [
      { request: { params: object } },
    ]
    const sent = JSON.parse(seen.at(-1)?.body ?? '{}')
    const like = { ...request.params, reason: '满 200 减 20', points: 50 }
    const ids = { biz_value: 'g-TESTyzOpenId000000000001', biz_token: 'g-TESTyzOpenId000000000001:0' }
    expect(sent.params).toEqual({ ...like, ...ids })
  })
})

describe('有赞 coupons', () => {
  it('are counted to the last page, however short the pages are', async () => {
    const { shop, double } = await openYouzan()
    double.coupons.make('19126', { perPerson: 1_000 })
    for (let n = 0; n < 230; n++) await shop.grant?.(asked('yz1', coupon))
    expect(await shop.holds?.('yz1', coupon)).toBe('230')
    expect(await shop.holds?.('yz2', coupon)).toBe('0')
  })

  it.each([
    ['a number that speaks of orders elsewhere', { code: 5000, success: false, message: '…', data: null }],
    ['a number that no page tells', { code: 160540000, success: false, message: '…', data: null }],
    ['a fault of the gateway in words', { gw_err_resp: { err_code: 'SYSTEM_ERROR', err_msg: '…' } }],
  ])('%s may have been carried out', async (_what, answer) => {
    const one = await openYouzan()
    await server?.close()
    const { account } = one.double
    const own = { ...account, account: account.clientId, secret: account.clientSecret }
    const shop = await opened(
      (request) => {
        const reply = one.double.handle(request)
        return request.path.includes('voucheractivity.send') ? { ...reply, body: JSON.stringify(answer) } : reply
      },
      (a) => createYouzan(a as never),
      own,
    )
    const before = await shop.holds?.('yz1', coupon)
    const given = shop.grant?.(asked('yz1', coupon))
    await expect(given).rejects.toMatchObject({ mayHaveHappened: true, zh: expect.not.stringContaining('订单') })
    expect(await shop.grant?.(asked('yz1', coupon, before))).toEqual({ kind: 'given' })
    expect(one.has(1)).toBe(1)
  })
})

describe('微信小店 coupons', () => {
  it('are asked for as the pages say', async () => {
    const one = await openWechatShop()
    await one.shop.grant?.(asked('oTESTopenid0000000000000001', coupon))
    const { request } = payloadsOf('wechat-shop')['POST /channels/ec/coupon/push'] as { request: object }
    expect(JSON.parse(seen.at(-1)?.body ?? '{}')).toEqual(request)
  })

  it('sold out, over the limit, unknown buyer: three noes that stay noes', async () => {
    const one = await openWechatShop({}, 5)
    expect(await one.shop.grant?.(asked('oNobody', coupon))).toMatchObject({ zh: expect.stringContaining('openid') })
    for (let n = 0; n < 5; n++) await one.shop.grant?.(asked(await one.member(1), coupon))
    expect(await one.shop.grant?.(asked(await one.member(2), coupon))).toMatchObject({
      kind: 'refused',
      zh: expect.stringContaining('发完了'),
    })
    const other = await openWechatShop({}, 50)
    for (let n = 0; n < 5; n++) await other.shop.grant?.(asked(await other.member(1), coupon))
    expect(await other.shop.grant?.(asked(await other.member(1), coupon))).toMatchObject({
      kind: 'refused',
      zh: expect.stringContaining('上限'),
    })
  })
})

it('CRMEB points that came from elsewhere meanwhile leave it to a person', async () => {
  const one = await openCrmeb()
  const before = await one.shop.holds?.('7', points)
  one.double.givePoints(7, 8)
  expect(await one.shop.grant?.(asked('7', points, before))).toMatchObject({ kind: 'unsure' })
  expect(one.has(7)).toBe(8)
})

it('CRMEB points of a balance that is as before may have been spent: left to a person, and not given again', async () => {
  const one = await openCrmeb()
  one.double.givePoints(7, 120)
  const before = await one.shop.holds?.('7', points)
  expect(before).toBe('120')
  one.setManners({ lostAnswers: 1 })
  await expect(one.shop.grant?.(asked('7', points))).rejects.toMatchObject({ mayHaveHappened: true })
  one.double.givePoints(7, -50)
  one.setManners({ lostAnswers: 0 })
  expect(await one.shop.grant?.(asked('7', points, before))).toMatchObject({ kind: 'unsure' })
  expect(one.has(7)).toBe(120)
})

it.each([[{}], [{ integral: null }], [{ integral: '' }], [{ integral: 'many' }], [{ integral: '1e3' }]])(
  'CRMEB that does not say how many points there are, %j, is not taken for none',
  async (said) => {
    const { shop } = await openCrmeb()
    await server?.close()
    server = await openShopServer(({ path }) => {
      const data = path === '/outapi/access_token' ? { access_token: 't', exp_time: 4_000_000_000 } : { data: said }
      return {
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify({ status: 200, msg: 'success', data }),
      }
    })
    await shop.close()
    const { account, secret } = { account: 'a', secret: 's' }
    const access = { account, kdtId: undefined, api: server.url, clock, memory: createMemory(), secrets: { secret } }
    const deaf = createCrmeb({ ...access, shared: undefined, onCall: () => undefined } as never)
    await expect(deaf.holds?.('7', points)).rejects.toMatchObject({ code: 'shop.not-understood' })
    deaf.close()
  },
)

it('有赞 knows who has a union id, and nobody when two have it', async () => {
  const { double, shop } = await openYouzan()
  double.knowUnionIds('yz1', ['oUNION1'])
  double.knowUnionIds('yz2', ['oUNION2'])
  double.knowUnionIds('yz3', ['oUNION2'])
  expect(await shop.memberOf?.('oUNION1')).toBe('yz1')
  expect(await shop.memberOf?.('oUNION2')).toBe(undefined)
  expect(await shop.memberOf?.('oUNION3')).toBe(undefined)
})
