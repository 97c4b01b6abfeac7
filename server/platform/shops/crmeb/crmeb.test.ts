import { createHmac } from 'node:crypto'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCrmebDouble } from '../../../../sandbox/shops/crmeb.ts'
import { KIND } from '../../../../sandbox/shops/manners.ts'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { ShopConnection, ShopPush } from '../shop-connection.ts'
import { createMemory } from '../testing/memory.ts'
import { lacks, payloadsOf } from '../testing/shared-facts.ts'
import { openShopServer } from '../testing/shop-server.ts'
import { createCrmeb } from './crmeb.ts'
import { crmebOrder } from './crmeb-order.ts'
import { CrmebOrder } from './crmeb-shapes.ts'

const payloads = payloadsOf('crmeb') as {
  outapi: Record<string, { response: { data: never } }>
  push: Record<string, { body: object }>
}
const answerOf = (path: string) => payloads.outapi[`GET /outapi/order/${path}`]?.response.data as unknown
const detail = answerOf('cp500000000000000001') as CrmebOrder
const [listed] = (answerOf('list?page=1&limit=100&data=2026/11/27-2026/11/28') as { list: CrmebOrder[] }).list
const EVENT_SECRET = 'secret-of-the-hook-000'
const lines = [
  { sku: 'A', name: '牛排', quantity: 1, priceFen: 12_800 },
  { sku: 'B', name: '礼盒', quantity: 2, priceFen: 58_800 },
]

const clock = createSettableClock('2026-11-28T10:00:00+08:00')
let double: ReturnType<typeof createCrmebDouble>
let server: Awaited<ReturnType<typeof openShopServer>>
let shop: ShopConnection
beforeEach(async () => {
  clock.set(Date.parse('2026-11-28T10:00:00+08:00'))
  double = createCrmebDouble({ clock, target: () => undefined, manners: KIND })
  server = await openShopServer(double.handle)
  shop = open()
})
afterEach(() => server.close())

function open(secret = double.account.secret): ShopConnection {
  const { appid, pushAccount, pushPassword } = double.account
  return createCrmeb({
    ...{ account: appid, kdtId: undefined, api: server.url, clock, memory: createMemory(), onCall: () => undefined },
    secrets: { secret, push_account: pushAccount, push_password: pushPassword, event_secret: EVENT_SECRET },
    shared: undefined,
  })
}
const read = async (orderId: string) => (await shop.read(`order/${orderId}`)).orders[0]

describe('an order as the shop’s code shows it', () => {
  it('is read with its money, its times and its buyer, from the list and from the detail', () => {
    expect([Value.Check(CrmebOrder, listed), Value.Check(CrmebOrder, detail)]).toEqual([true, true])
    expect(crmebOrder({ order: detail, parts: [], refunds: [] }, { readAtMs: 7, seen: new Map() })).toEqual({
      orderId: 'cp500000000000000001',
      version: 7,
      status: 'paid',
      totalFen: 12_800,
      createdAt: 1_795_859_990_000,
      paidAt: 1_795_860_008_000,
      at: 1_795_860_008_000,
      refunds: [],
      payments: [{ paymentId: '4200000000000000000000000001', fen: 12_800, at: 1_795_860_008_000, way: '微信支付' }],
      parcels: [],
      items: [{ sku: '测试面霜/50g', name: '测试面霜 50g', quantity: 1, priceFen: 12_800, lineId: '5001' }],
      // The receiver's phone is nobody's name.
      buyer: { shopUserId: '77' },
    })
  })

  it.each([
    [{ paid: 0 }, 'created', 0],
    [{ paid: '1', refund_status: '0' }, 'paid', 0],
    [{ refund_status: 1 }, 'paid', 0],
    [{ refund_status: 2 }, 'refunded', 12_800],
    [{ refund_status: 3, items: [{ ...detail.items[0], price: '28.00', refund_num: 1 }] }, 'paid', 2_800],
    [{ refund_status: 4 }, 'paid', 0],
  ])('%j is %s with %i back', (part, status, back) => {
    const order = crmebOrder(
      { order: { ...detail, ...part } as CrmebOrder, parts: [], refunds: [] },
      { readAtMs: 7, seen: new Map() },
    )
    expect([order.status, (order.refunds ?? []).reduce((sum, { fen }) => sum + fen, 0)]).toEqual([status, back])
  })

  it.each([
    ['a store and its staff', { store_id: 3, staff_id: '12', clerk_id: 9 }, { store: '3', staff: '12' }],
    ['whoever brought the customer', { staff_id: 0, spread_uid: 12 }, { staff: '推广员 12' }],
    ['the first of all channels', { is_channel: 0 }, { scene: '公众号' }],
    ['a channel nobody knows', { is_channel: '9' }, { scene: '9' }],
    ['a campaign', { seckill_id: 0, combination_id: 6 }, { campaign: '拼团 6' }],
    ['zeros, which are none', { store_id: 0, staff_id: '0', clerk_id: 0, spread_uid: 0, bargain_id: 0 }, {}],
    ['nulls', { store_id: null, staff_id: null, is_channel: null, seckill_id: null }, {}],
    ['other shapes', { store_id: [], staff_id: {}, is_channel: '', seckill_id: true }, {}],
  ])('of where it came from says %s', (_what, part, expected) => {
    const order = { ...detail, ...part }
    expect(Value.Check(CrmebOrder, order)).toBe(true)
    const read = crmebOrder({ order, parts: [], refunds: [] }, { readAtMs: 7, seen: new Map() })
    const { store, staff, scene, campaign } = read
    expect({ store, staff, scene, campaign }).toEqual(expected)
  })
})

describe('what is pushed', () => {
  const post = (path: string, body: object | string, more: Partial<ShopPush> = {}): ShopPush => ({
    ...{ method: 'POST', path, query: {}, headers: {} },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    ...more,
  })
  const rights = () => ({ push_account: double.account.pushAccount, push_password: double.account.pushPassword })
  const token = (): string => (JSON.parse(shop.verify(post('token', rights())).answer.body) as { token: string }).token

  it('a token is given in the form of the code, of the manual and of the button', () => {
    const answer = JSON.parse(shop.verify(post('token', rights())).answer.body)
    expect(answer).toEqual({
      code: 0,
      status: 200,
      msg: 'success',
      token: expect.any(String),
      time: 7_200,
      data: { token: answer.token, time: 7_200 },
    })
    expect(shop.verify({ ...post('token', ''), method: 'GET', query: rights() }).subjects).toEqual([])
  })

  it.each(['order_create', 'order_pay', 'refund_create'])('%s names its order', (kind) => {
    const { subjects, answer } = shop.verify(
      post(kind.replace('_', '-'), payloads.push[kind]?.body ?? {}, { query: { pushToken: token() } }),
    )
    expect([subjects, JSON.parse(answer.body)]).toEqual([['order/cp500000000000000001'], { code: 0, msg: 'success' }])
  })

  it('a change of points says nothing of orders', () => {
    expect(
      shop.verify(post('user-update', payloads.push.user_update?.body ?? {}, { query: { pushToken: token() } }))
        .subjects,
    ).toEqual([])
  })

  it.each<[string, () => ShopPush, number]>([
    ['without a token', () => post('order-pay', {}, { query: { pushToken: '' } }), 401],
    [
      'with a token of another',
      () => post('order-pay', {}, { query: { pushToken: `${token().split('.')[0]}.${'0'.repeat(64)}` } }),
      401,
    ],
    ['for a token with another password', () => post('token', { ...rights(), push_password: 'no' }), 401],
    ['to no address of ours', () => post('order-paid', {}, { query: { pushToken: token() } }), 404],
    ['that is no JSON', () => post('order-pay', 'x', { query: { pushToken: token() } }), 400],
  ])('one %s is refused', (_what, push, status) => {
    expect(() => shop.verify(push())).toThrow(expect.objectContaining({ status }))
  })

  it('a token is good for two hours', () => {
    const query = { pushToken: token() }
    clock.advance(121 * MINUTE_MS)
    expect(() => shop.verify(post('order-pay', {}, { query }))).toThrow(expect.objectContaining({ status: 401 }))
  })

  const hooked = (body: string, secret = EVENT_SECRET, timestamp = String(clock.now() / 1_000)): ShopPush => {
    const signature = `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
    return post('event', body, { headers: { 'x-huoshui-timestamp': timestamp, 'x-huoshui-signature': signature } })
  }
  const back = JSON.stringify({
    event: 'admin_order_refund_success',
    unionId: 'oTESTunionid000000000000001',
    data: { uid: 77, order_id: 'cp1' },
  })

  it('the hook tells of money back, and whose the buyer’s number is', () => {
    expect(shop.verify(hooked(back))).toMatchObject({
      subjects: ['order/cp1'],
      buyers: [{ shopUserId: '77', unionId: 'oTESTunionid000000000000001' }],
    })
  })

  it.each<[string, () => ShopPush]>([
    ['under another key', () => hooked(back, 'another')],
    ['of ten minutes ago', () => hooked(back, EVENT_SECRET, String(clock.now() / 1_000 - 600))],
  ])('a hook %s is refused', (_what, push) => {
    expect(() => shop.verify(push())).toThrow(expect.objectContaining({ status: 401 }))
  })
})

describe('the double', () => {
  it('answers in the shape of the code', () => {
    const orderId = double.buy({ uid: 77, lines })
    double.pay(orderId)
    const headers = { 'authori-zation': `Bearer ${double.tokens.fetch().value}` }
    const ask = (path: string, query = {}) =>
      JSON.parse(double.handle({ method: 'GET', path, query, headers, body: '' }).body)
    expect(lacks(ask(`/outapi/order/${orderId}`).data, detail)).toEqual([])
    expect(lacks(ask('/outapi/order/list', { page: '1', limit: '100' }).data.list[0], listed)).toEqual([])
  })

  it('takes a token for another without the blank behind Bearer, as the shop does', () => {
    const headers = { 'authori-zation': `Bearer${'eyJ'}` }
    expect(double.handle({ method: 'GET', path: '/outapi/order/list', query: {}, headers, body: '' }).body).toContain(
      '110006',
    )
  })

  it('logs in again, once, after an admin has cleared the cache', async () => {
    await shop.probe()
    double.clearCache()
    await Promise.all([shop.probe(), shop.probe(), shop.probe()])
    expect(double.tokens.fetched()).toBe(2)
  })

  it.each([['the wrong secret', { code: 'shop.refused', retry: 'never', scope: 'shop' }]])(
    '%s is for a person to mend',
    async (_what, error) => {
      await expect(open('wrong').probe()).rejects.toMatchObject(error)
    },
  )

  it('knows no such order', async () => {
    await expect(shop.read('order/cp1')).rejects.toMatchObject({ code: 'shop.no-order', scope: 'order' })
  })
})

describe('an order that falls apart into parts', () => {
  it('is still one order with all its money, whichever part is told of', async () => {
    const orderId = double.buy({ uid: 77, lines })
    double.pay(orderId)
    await read(orderId)
    double.shipPart(orderId, { number: 'SF1', company: '顺丰' })
    const whole = await read(orderId)
    expect(whole).toMatchObject({ orderId, totalFen: 130_400, status: 'paid', parcels: [{ number: 'SF1' }] })
    expect(whole?.items.map(({ name }) => name)).toEqual(['牛排', '礼盒'])
    const part = double.orders().find(({ pid }) => pid > 0)
    expect((await read(part?.orderId ?? ''))?.orderId).toBe(orderId)
  })

  const splitUnseen = () => {
    const parent = double.buy({ uid: 77, lines })
    double.pay(parent)
    double.shipPart(parent, { number: 'SF1', company: '顺丰' })
    const parts = double.orders().flatMap(({ pid, orderId }) => (pid > 0 ? orderId : []))
    return { parent, parts }
  }

  it('waits for its parent, which is read a moment later', async () => {
    const { parent, parts } = splitUnseen()
    expect(await shop.read(`order/${parts[0]}`)).toEqual({ orders: [], again: 10 * MINUTE_MS })
    await read(parent)
    expect((await read(parts[0] ?? ''))?.orderId).toBe(parent)
  })

  it('stands alone where its parent never came, and whoever tells of the parent later adds nothing', async () => {
    const { parent, parts } = splitUnseen()
    await read(parts[0] ?? '')
    clock.advance(10 * MINUTE_MS)
    expect(await read(parts[0] ?? '')).toMatchObject({ orderId: parts[0], totalFen: 12_800 })
    const { orders } = await shop.read(`order/${parent}`)
    expect(orders.map(({ orderId, totalFen }) => [orderId, totalFen])).toEqual([
      [parts[0], 12_800],
      [parts[1], 117_600],
    ])
  })

  it('of long ago has nobody to wait for', async () => {
    const { parts } = splitUnseen()
    clock.advance(3 * 24 * 60 * MINUTE_MS)
    expect((await read(parts[1] ?? ''))?.orderId).toBe(parts[1])
  })

  it('of which a part came back stands with the rest, and all of it is refunded', async () => {
    const orderId = double.buy({ uid: 77, lines })
    double.pay(orderId)
    double.shipPart(orderId, { number: 'SF1', company: '顺丰' })
    double.refund(orderId, 1_500)
    expect(await read(orderId)).toMatchObject({ status: 'paid', refunds: [{ fen: 1_500 }] })
    double.refund(orderId)
    const { status, refunds } = (await read(orderId)) ?? {}
    expect([status, refunds?.map(({ fen }) => fen)]).toEqual(['refunded', [128_900, 1_500]])
  })
})

it('parcels have the instant at which they were first seen, however often they are read', async () => {
  const orderId = double.buy({ uid: 77, lines })
  double.pay(orderId)
  double.ship(orderId, { number: 'SF1', company: '顺丰' })
  const shippedAt = clock.now()
  for (let n = 0; n < 3; n++) {
    await read(orderId)
    clock.advance(MINUTE_MS)
  }
  expect((await read(orderId))?.parcels).toEqual([{ number: 'SF1', company: '顺丰', shippedAt }])
})

it('who the buyer is, is the phone of the account, not of the receiver', async () => {
  double.bindPhone(77, '13800001111')
  expect(await shop.identify?.('77')).toEqual({ phone: '13800001111' })
  expect(await shop.identify?.('78')).toEqual({})
})

it('a page on which all is older than was asked for is the last', async () => {
  for (let n = 0; n < 150; n++) double.buy({ uid: 77, lines })
  clock.advance(60 * MINUTE_MS)
  const late = double.buy({ uid: 77, lines })
  const window = { fromMs: clock.now() - MINUTE_MS, toMs: clock.now() }
  const first = await shop.changedSince({ ...window, page: undefined })
  // With whatever stands on its page.
  expect([first.subjects[0]?.subject, first.subjects.length, first.next]).toEqual([`order/${late}`, 100, 'o2'])
  expect((await shop.changedSince({ ...window, page: 'o2' })).next).toBe('r1')
  expect((await shop.changedSince({ fromMs: clock.now() + 1_000, toMs: clock.now(), page: undefined })).next).toBe('r1')
})

it('the lists are walked by days, orders first and then refunds, each with how it looks', async () => {
  const ids = Array.from({ length: 120 }, () => double.buy({ uid: 77, lines }))
  double.pay(ids[0] ?? '')
  double.refund(ids[0] ?? '', 500)
  const window = { fromMs: clock.now() - MINUTE_MS, toMs: clock.now() }
  const found: { subject: string; as?: string }[] = []
  const pages: (string | undefined)[] = []
  let page: string | undefined
  do {
    const { subjects, next } = await shop.changedSince({ ...window, page })
    found.push(...subjects)
    pages.push(next)
    page = next
  } while (page !== undefined)
  expect(pages).toEqual(['o2', 'r1', undefined])
  expect(new Set(found.map(({ subject }) => subject)).size).toBe(120)
  expect(found.filter(({ as }) => as !== undefined)).toEqual([
    { subject: `order/${ids[0]}`, as: expect.stringMatching(/^refund\/tk/), mark: expect.any(String) },
  ])
})
