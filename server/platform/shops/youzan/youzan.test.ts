import { createHash } from 'node:crypto'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KIND } from '../../../../sandbox/shops/manners.ts'
import { createYouzanDouble } from '../../../../sandbox/shops/youzan.ts'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { ShopConnection } from '../shop-connection.ts'
import { createMemory } from '../testing/memory.ts'
import { lacks, payloadsOf, vectors } from '../testing/shared-facts.ts'
import { openShopServer } from '../testing/shop-server.ts'
import { createYouzan } from './youzan.ts'
import { YouzanOrder, youzanOrder } from './youzan-order.ts'
import { createYouzanPush } from './youzan-push.ts'

interface Vector {
  body: string
  headers: Record<string, string>
}
const given = vectors.youzan_push as unknown as { client_id: string; client_secret: string } & Record<string, Vector>
const verify = createYouzanPush({ clientId: given.client_id, secret: given.client_secret, kdtId: '100001' })
const lowered = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
const pushed = (body: string, headers: Record<string, string>) =>
  verify({ method: 'POST', path: '', query: {}, headers: lowered(headers), body: Buffer.from(body) })
const signed = (value: object) => {
  const body = JSON.stringify(value)
  const sign = createHash('md5').update(`${given.client_id}${body}${given.client_secret}`).digest('hex')
  return pushed(body, { 'Event-Sign': sign })
}

const payloads = payloadsOf('youzan') as Record<string, { body: object; response: { data: Record<string, unknown> } }>
const detail = payloads['POST /api/youzan.trade.get/4.0.2?access_token=…']?.response.data ?? {}
const paid = detail.full_order_info as YouzanOrder

describe('what is pushed', () => {
  it.each(['space_as_plus', 'space_as_percent20'])('with %s it names its order', (spelling) => {
    const { body = '', headers = {} } = given[spelling] ?? {}
    expect(pushed(body, headers)).toEqual({
      subjects: ['order/E20261128100000000000001'],
      answer: { type: 'application/json', body: '{"code":0,"msg":"success"}' },
    })
  })

  it('a refund, whose message is an object, names its order', () => {
    expect(signed(payloads['push new refund form (msg is an object)']?.body ?? {}).subjects).toEqual([
      'order/E20261128100000000000001',
    ])
  })

  const trade = { client_id: given.client_id, kdt_id: 100001, id: 'E1', type: 'trade_TradePaid', msg: '%7B%7D' }
  it.each([
    ['a trial', { ...trade, test: true }],
    ['a trial of the older kind', { ...trade, mode: 0 }],
    ['another shop of the same app', { ...trade, kdt_id: 100002 }],
    ['a customer', { ...trade, type: 'SCRM_CUSTOMER_EVENT' }],
  ])('%s is answered and left alone', (_what, value) => {
    expect(signed(value).subjects).toEqual([])
  })

  it.each([
    ['no signature', {}],
    ['another signature', { 'Event-Sign': '0'.repeat(32) }],
  ])('%s is refused', (_what, headers) => {
    expect(() => pushed(given.space_as_plus?.body ?? '', headers)).toThrow(expect.objectContaining({ status: 401 }))
  })

  it('one letter more in the body is refused', () => {
    const { body = '', headers = {} } = given.space_as_plus ?? {}
    expect(() => pushed(`${body} `, headers)).toThrow(expect.objectContaining({ status: 401 }))
  })
})

describe('an order as the pages show it', () => {
  it('is read with its money in fen, its times and its buyer', () => {
    expect(Value.Check(YouzanOrder, paid)).toBe(true)
    expect(youzanOrder(paid, [], { parcels: [] })).toEqual({
      orderId: 'E20261128100000000000001',
      version: Date.parse('2026-11-28T10:00:09+08:00'),
      status: 'paid',
      totalFen: 12_800,
      createdAt: Date.parse('2026-11-28T10:00:00+08:00'),
      paidAt: Date.parse('2026-11-28T10:00:08+08:00'),
      at: Date.parse('2026-11-28T10:00:08+08:00'),
      refunds: [],
      payments: [
        { paymentId: '260000000000000001', fen: 12_800, at: Date.parse('2026-11-28T10:00:08+08:00'), way: '有赞' },
      ],
      parcels: [],
      items: [{ sku: 'SKU-01', name: '测试面霜 50g', quantity: 1, priceFen: 12_800, lineId: '2900000000000000001' }],
      scene: 'merchant_xcx',
      buyer: { shopUserId: 'TESTyzOpenId000000000001' },
    })
  })

  const promoted = (promotion_title: unknown) => ({ order: [{ promotion_title, promotion_type_name: '满减' }] })
  it.each([
    ['the guide of the sale', { order_info: { order_extra: { sales_guide: 7, service_guide: 'b' } } }, { staff: '7' }],
    [
      'else the one who served',
      { order_info: { order_extra: { sales_guide: '', service_guide: 'b' } } },
      { staff: 'b' },
    ],
    ['a branch', { order_info: { node_kdt_id: 5, root_kdt_id: 1 } }, { store: '5' }],
    [
      'a store before its branch',
      { order_info: { offline_id: '88', node_kdt_id: 5, root_kdt_id: 1 } },
      { store: '88' },
    ],
    ['the entrance', { channel_info: { entrance: 'wx_video' } }, { scene: 'wx_video' }],
    ['what was taken off', {}, { campaign: '双十一' }, promoted('双十一')],
    ['its kind where it has no name', {}, { campaign: '满减' }, promoted(null)],
    ['nulls', { source_info: null, channel_info: null, order_info: { order_extra: null } }, {}],
    ['other shapes', { source_info: [], channel_info: 'x', order_info: { order_extra: '7', offline_id: {} } }, {}, 'x'],
  ])('of where it came from says %s', (_what, part: Record<string, unknown>, expected, promotion?: unknown) => {
    const { order_info = {}, ...rest } = part
    const order = { ...paid, source_info: {}, ...rest, order_info: { ...paid.order_info, ...(order_info as object) } }
    expect(Value.Check(YouzanOrder, order)).toBe(true)
    const { store, staff, scene, campaign } = youzanOrder(order, [], { parcels: [], promotion })
    expect({ store, staff, scene, campaign }).toEqual(expected)
  })

  it.each([
    ['WAIT_BUYER_PAY', '', 0, 'created'],
    ['TRADE_PAID', '2026-11-28 10:00:08', 0, 'paid'],
    ['WAIT_CONFIRM', '2026-11-28 10:00:08', 0, 'paid'],
    ['WAIT_BUYER_CONFIRM_GOODS', '2026-11-28 10:00:08', 2, 'paid'],
    ['TRADE_SUCCESS', '2026-11-28 10:00:08', 0, 'paid'],
    ['TRADE_CLOSED', '', 0, 'closed'],
    ['TRADE_CLOSED', '2026-11-28 10:00:08', 12, 'refunded'],
  ])('of status %s, paid «%s», refund state %i is %s', (status, pay_time, refund_state, standing) => {
    const order_info = { ...paid.order_info, status, pay_time, refund_state }
    expect(youzanOrder({ ...paid, order_info }, [], { parcels: [] }).status).toBe(standing)
  })

  it('has only what was paid back, not what was asked for', () => {
    const refunds = [
      { refund_id: 'r1', refund_fee: '28.00', status: 'SUCCESS', modified: '2026-11-28 11:00:00' },
      { refund_id: 'r2', refund_fee: '10.00', status: 'CLOSED', modified: '2026-11-28 11:00:00' },
    ]
    expect(youzanOrder(paid, refunds, { parcels: [] }).refunds).toEqual([
      { refundId: 'r1', fen: 2_800, at: Date.parse('2026-11-28T11:00:00+08:00') },
    ])
  })
})

describe('the double', () => {
  const clock = createSettableClock('2026-11-28T10:00:00+08:00')
  const lines = [{ sku: 'A', name: '牛排', quantity: 2, priceFen: 6_400 }]
  let double: ReturnType<typeof createYouzanDouble>
  let server: Awaited<ReturnType<typeof openShopServer>>
  let shop: ShopConnection
  beforeEach(async () => {
    clock.set(Date.parse('2026-11-28T10:00:00+08:00'))
    double = createYouzanDouble({ clock, target: () => undefined, manners: KIND })
    server = await openShopServer(double.handle)
    shop = open()
  })
  afterEach(() => server.close())
  const open = (secret = double.account.clientSecret): ShopConnection =>
    createYouzan({
      ...{
        account: double.account.clientId,
        kdtId: double.account.kdtId,
        api: server.url,
        clock,
        memory: createMemory(),
      },
      ...{ secrets: { secret }, shared: undefined, onCall: () => undefined },
    })
  const read = async (tid: string) => shop.read(`order/${tid}`)

  it('answers in the shape of the pages', () => {
    const tid = double.buy({ openId: 'yz1', lines })
    double.pay(tid)
    const query = { access_token: double.tokens.fetch().value }
    const ask = (name: string, body: object) =>
      JSON.parse(
        double.handle({ method: 'POST', path: `/api/${name}`, query, headers: {}, body: JSON.stringify(body) }).body,
      )
    const {
      remark_info: _r,
      address_info: _a,
      source_info: _s,
      buyer_info: _b,
      order_info,
      ...rest
    } = paid as Record<string, unknown>
    const { order_tags: _t, order_extra: _e, ...info } = order_info as Record<string, unknown>
    expect(lacks(ask('youzan.trade.get/4.0.2', { tid }).data.full_order_info, { ...rest, order_info: info })).toEqual(
      [],
    )
  })

  it('tells an order from its payment to the last of its money', async () => {
    const tid = double.buy({ openId: 'yz1', lines })
    double.pay(tid)
    double.ship(tid, { number: 'SF1', company: '顺丰' })
    double.refund(tid, 500)
    expect((await read(tid)).orders).toMatchObject([
      {
        orderId: tid,
        status: 'paid',
        totalFen: 12_800,
        parcels: [{ number: 'SF1' }],
        refunds: [{ fen: 500 }],
        items: [{ priceFen: 6_400, quantity: 2 }],
      },
    ])
    double.refund(tid)
    expect((await read(tid)).orders).toMatchObject([{ status: 'refunded', refunds: [{ fen: 500 }, { fen: 12_300 }] }])
  })

  it('is not believed before half a minute has passed, and knows nothing until then', async () => {
    expect(shop.abilities.readDelayMs).toBe(30_000)
    double.setManners({ readLagMs: 20_000 })
    const tid = double.buy({ openId: 'yz1', lines })
    await expect(read(tid)).rejects.toMatchObject({ code: 'shop.no-order' })
    clock.advance(30_000)
    expect((await read(tid)).orders).toHaveLength(1)
  })

  it.each([
    ['one', ['oUNION1'], { unionId: 'oUNION1' }],
    ['several: nobody', ['oUNION1', 'oUNION2'], {}],
    ['none', [], {}],
  ])('a buyer of whom the platform knows %s', async (_what, ids, buyer) => {
    double.knowUnionIds('yz1', ids)
    expect(await shop.identify?.('yz1')).toEqual(buyer)
  })

  it('walks its pages, and cuts a window that holds too many in two', async () => {
    for (let n = 0; n < 10_050; n++) {
      double.buy({ openId: 'yz1', lines })
      if (n % 100 === 0) clock.advance(MINUTE_MS)
    }
    const window = { fromMs: clock.now() - DAY_MS, toMs: clock.now() }
    const found = new Set<string>()
    let page: string | undefined
    do {
      const { subjects, next } = await shop.changedSince({ ...window, page })
      for (const { subject } of subjects) found.add(subject)
      page = next
    } while (page !== undefined)
    expect(found.size).toBe(10_050)
  })

  it('a refund on its way is asked for again', async () => {
    const tid = double.buy({ openId: 'yz1', lines })
    double.pay(tid)
    const [order] = double.orders()
    Object.assign(order ?? {}, { refundState: 1 })
    expect((await read(tid)).again).toBe(MINUTE_MS)
  })

  it('refuses a wrong secret, for a person to mend', async () => {
    await expect(open('wrong').probe()).rejects.toMatchObject({ code: 'shop.refused', retry: 'never', scope: 'shop' })
  })
})
