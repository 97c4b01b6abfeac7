import { Value } from 'typebox/value'
import { afterEach, describe, expect, it } from 'vitest'
import { createWechatShopDouble } from '../../../../sandbox/shops/wechat-shop.ts'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import { parseBigJson } from '../big-json.ts'
import type { ShopPush } from '../shop-connection.ts'
import { createMemory } from '../testing/memory.ts'
import { lacks, payloadsOf, vectors } from '../testing/shared-facts.ts'
import { openShopServer } from '../testing/shop-server.ts'
import { createWechatShop } from './wechat-shop.ts'
import { WechatShopAftersale, WechatShopOrder, wechatShopOrder } from './wechat-shop-order.ts'

const clock = createSettableClock('2026-11-28T10:00:00+08:00')
const push = vectors.wechat_shop_push as unknown as {
  token: string
  encodingAesKey: string
  appid: string
  get: { query: Record<string, string>; answer: string }
  post: { query: Record<string, string>; body: string; answer: string }
}
const access = (api = 'http://127.0.0.1:1', secrets: Record<string, string> = {}) => ({
  account: push.appid,
  kdtId: undefined,
  api,
  secrets: { secret: 'TEST-ONLY', token: push.token, aes_key: push.encodingAesKey, ...secrets },
  clock,
  memory: createMemory(),
  onCall: () => undefined,
  shared: undefined,
})
const shop = createWechatShop(access())
const pushed = (part: Partial<ShopPush>): ShopPush => ({
  ...{ method: 'POST', path: '', query: push.post.query, headers: {}, body: Buffer.from(push.post.body) },
  ...part,
})

describe('what is pushed', () => {
  it('the check of the address is answered with its echo as it came', () => {
    const { subjects, answer } = shop.verify(pushed({ method: 'GET', query: push.get.query }))
    expect([subjects, answer.body]).toEqual([[], push.get.answer])
  })

  it('an order number beyond 2^53 keeps all its digits', () => {
    expect(shop.verify(pushed({}))).toEqual({
      subjects: ['order/3700000000000000001'],
      answer: { type: 'text/plain', body: 'success' },
    })
  })

  it.each([
    ['another signature', { query: { ...push.post.query, msg_signature: '0'.repeat(40) } }, 403],
    ['another body', { body: Buffer.from(push.post.body.replace('x6vy', 'x6vz')) }, 403],
    ['no body', { body: Buffer.alloc(0) }, 400],
    ['a check with another signature', { method: 'GET', query: { ...push.get.query, signature: '0'.repeat(40) } }, 403],
    [
      'a check that would have a sealed message opened',
      { method: 'GET', query: { ...push.get.query, echostr: '<xml>' } },
      400,
    ],
  ])('%s is refused', (_what, part, status) => {
    expect(() => shop.verify(pushed(part))).toThrow(expect.objectContaining({ status }))
  })

  it('what is sealed for another shop is refused', () => {
    const other = createWechatShop({ ...access(), account: 'wxTEST0000000000b2' })
    expect(() => other.verify(pushed({}))).toThrow(expect.objectContaining({ status: 403 }))
  })
})

it.each([
  ['{"a":3700000000000000001}', { a: '3700000000000000001' }],
  [
    '{"a":"\\"3700000000000000001","b":[-9007199254740993,1e21,12]}',
    { a: '"3700000000000000001', b: ['-9007199254740993', 1e21, 12] },
  ],
  ['{"a":9007199254740991}', { a: 9007199254740991 }],
])('%s keeps its numbers', (text, value) => {
  expect(parseBigJson(text)).toEqual(value)
})

const payloads = payloadsOf('wechat-shop')
const paid = (payloads['POST /channels/ec/order/get'] as { response: { order: WechatShopOrder } }).response.order
const aftersale = (
  payloads['POST /channels/ec/aftersale/getaftersaleorder'] as { response: { after_sale_order: WechatShopAftersale } }
).response.after_sale_order

describe('an order as the pages show it', () => {
  it('is read with its money, its times and its buyer', () => {
    expect(Value.Check(WechatShopOrder, paid)).toBe(true)
    expect(wechatShopOrder(paid, [])).toEqual({
      orderId: '3700000000000000001',
      version: 1_795_860_008_000,
      status: 'paid',
      totalFen: 12_800,
      createdAt: 1_795_860_000_000,
      paidAt: 1_795_860_008_000,
      at: 1_795_860_008_000,
      refunds: [],
      payments: [{ paymentId: '4200000000000000000000000001', fen: 12_800, at: 1_795_860_008_000, way: '微信支付' }],
      parcels: [],
      items: [{ sku: 'SKU-01', name: '测试面霜 50g', quantity: 1, priceFen: 12_800, lineId: '20000000000001' }],
      staff: 'oTESTsharerUnion0000000001',
      scene: '其他',
      buyer: { unionId: 'oTESTunionid000000000000001', shopUserId: 'oTESTopenid0000000000000001' },
    })
  })

  it.each([
    [
      'a sharer of the shop',
      { sharer_info: { sharer_type: '1', sharer_openid: 'o1', sharer_unionid: null } },
      { staff: 'o1' },
    ],
    ['anybody who shares, who is no staff', { sharer_info: { sharer_type: 0, sharer_openid: 'o1' } }, {}],
    ['a live', { ext_info: { order_scene: 2 } }, { scene: '直播间' }],
    ['a scene nobody knows', { ext_info: { order_scene: 77 } }, { scene: '77' }],
    ['nulls', { sharer_info: null, ext_info: null }, {}],
    ['empty texts', { sharer_info: { sharer_type: 1, sharer_openid: '' }, ext_info: { order_scene: '' } }, {}],
    ['other shapes', { sharer_info: [1], ext_info: { order_scene: {} } }, {}],
  ])('of where it came from says %s', (_what, part, expected) => {
    const order_detail = { ...paid.order_detail, sharer_info: undefined, ext_info: undefined, ...part }
    const order = { ...paid, order_detail } as WechatShopOrder
    expect(Value.Check(WechatShopOrder, order)).toBe(true)
    const { store, staff, scene, campaign } = wechatShopOrder(order, [])
    expect({ store, staff, scene, campaign }).toEqual(expected)
  })

  it('has what came back, and is another version by it', () => {
    expect(Value.Check(WechatShopAftersale, aftersale)).toBe(true)
    const { refunds, version, status } = wechatShopOrder(paid, [aftersale])
    expect({ refunds, version, status }).toEqual({
      refunds: [
        {
          refundId: '1234567',
          fen: 2_800,
          at: 1_795_871_000_000,
          lines: [{ lineId: '20000000000001', quantity: 1, fen: 2_800 }],
        },
      ],
      version: 1_795_871_000_001,
      status: 'paid',
    })
  })

  it.each([
    [10, undefined, 'created'],
    [20, 1_795_860_008, 'paid'],
    [21, 1_795_860_008, 'paid'],
    [30, 1_795_860_008, 'paid'],
    [100, 1_795_860_008, 'paid'],
    [190, 1_795_860_008, 'closed'],
    [200, 1_795_860_008, 'refunded'],
    [250, undefined, 'closed'],
    // Not on the pages: what the payment says.
    [12, undefined, 'created'],
    [13, 1_795_860_008, 'paid'],
  ])('of status %i, paid at %s, is %s', (status, pay_time, standing) => {
    const order = { ...paid, status, order_detail: { ...paid.order_detail, pay_info: { pay_time } } }
    expect(wechatShopOrder(order as WechatShopOrder, []).status).toBe(standing)
  })

  it('that is a gift belongs to nobody: the platform names who receives it', () => {
    expect(wechatShopOrder({ ...paid, is_present: true }, []).buyer).toEqual({})
  })

  it.each([
    ['the price of a piece', 6_400],
    ['the price of the line', 12_800],
  ])('of two pieces with %s costs the same', (_what, real_price) => {
    const [product] = paid.order_detail.product_infos
    const order_detail = { ...paid.order_detail, product_infos: [{ ...product, sku_cnt: 2, real_price }] }
    const [item] = wechatShopOrder({ ...paid, order_detail } as WechatShopOrder, []).items
    expect([item?.quantity, item?.priceFen]).toEqual([2, 6_400])
  })
})

describe('the double', () => {
  let server: Awaited<ReturnType<typeof openShopServer>>
  afterEach(() => server.close())
  const open = async (
    manners: Parameters<typeof createWechatShopDouble>[0]['manners'] = {
      lost: 0,
      doubled: 0,
      late: 0,
      partPages: 0,
      expiredTokens: 0,
      wrongShapes: 0,
    },
  ) => {
    const double = createWechatShopDouble({ clock, target: () => undefined, manners })
    server = await openShopServer(double.handle)
    const { appid, secret } = double.account
    return { double, shop: createWechatShop({ ...access(server.url, { secret }), account: appid }) }
  }
  const lines = [{ sku: 'A', name: '牛排', quantity: 1, priceFen: 100 }]

  it('who shared the goods is asked for again while the shop does not know it yet', async () => {
    const { double, shop } = await open()
    const shared = () => {
      const orderId = double.buy({ unionId: 'u1', lines })
      Object.assign(double.orderOf(orderId) ?? {}, { origin: { staff: 'guide1' } })
      return orderId
    }
    const read = async (orderId: string) => {
      const { orders, again } = await shop.read(`order/${orderId}`)
      return [orders[0]?.staff, again]
    }
    const orderId = shared()
    expect(await read(orderId)).toEqual([undefined, 60_000])
    clock.advance(60_000)
    expect(await read(orderId)).toEqual(['guide1', undefined])
  })

  it.each([
    [59, 0, 60_000],
    [59, 1, undefined],
    [61, 0, undefined],
  ])(
    'of an order of %i minutes ago with progress %i is asked again after %s',
    async (minutes, handling_progress, again) => {
      const create_time = Math.floor(clock.now() / 1_000) - minutes * 60
      const sharer_info = { sharer_type: 1, sharer_openid: '', handling_progress }
      const order = { ...paid, create_time, order_detail: { ...paid.order_detail, sharer_info } }
      const told = { errcode: 0, errmsg: 'ok', access_token: 't', expires_in: 7_200, order }
      server = await openShopServer(() => ({
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify(told),
      }))
      const reading = await createWechatShop(access(server.url)).read(`order/${paid.order_id}`)
      expect(reading.again).toBe(again)
    },
  )

  it('answers in the shape of the pages', async () => {
    const { double } = await open()
    const orderId = double.buy({ unionId: 'u1', lines })
    double.pay(orderId)
    double.refund(orderId, 50)
    const token = double.tokens.fetch().value
    const ask = (path: string, body: object) =>
      JSON.parse(
        double.handle({ method: 'POST', path, query: { access_token: token }, headers: {}, body: JSON.stringify(body) })
          .body,
      )
    const like = (name: string): object => (payloads[name] as { response: object }).response
    const {
      coupon_info: _c,
      ext_info: _e,
      sharer_info: _s,
      delivery_info: _d,
      price_info: _p,
      ...detail
    } = paid.order_detail as Record<string, unknown>
    expect(
      lacks(ask('/channels/ec/order/get', { order_id: orderId }).order, {
        ...paid,
        order_detail: { ...detail, product_infos: [{}] },
      }),
    ).toEqual([])
    expect(
      lacks(
        ask('/channels/ec/aftersale/getaftersaleorder', { after_sale_order_id: '1000000' }),
        like('POST /channels/ec/aftersale/getaftersaleorder'),
      ),
    ).toEqual([])
    const update_time_range = { start_time: 1_795_800_000, end_time: 1_795_900_000 }
    expect(
      lacks(
        ask('/channels/ec/order/list/get', { update_time_range, page_size: 100, next_key: '' }),
        like('POST /channels/ec/order/list/get'),
      ),
    ).toEqual([])
  })

  it('is walked to the end of its pages, with a token that ends in between', async () => {
    const { double, shop: one } = await open({
      lost: 1,
      doubled: 0,
      late: 0,
      wrongShapes: 0,
      partPages: 0.5,
      expiredTokens: 0,
    })
    for (let n = 0; n < 250; n++) double.buy({ unionId: 'u1', lines })
    const found = new Set<string>()
    const window = { fromMs: clock.now() - 1_000, toMs: clock.now() }
    let page: string | undefined
    do {
      const { subjects, next } = await one.changedSince({ ...window, page })
      for (const { subject } of subjects) found.add(subject)
      page = next
      if (found.size <= 100) double.tokens.expire()
    } while (page !== undefined)
    expect(found.size).toBe(250)
    expect(double.tokens.fetched()).toBeGreaterThan(1)
  })

  it.each([
    ['no such order', 'order/3700000000000099999', { code: 'shop.no-order', scope: 'order' }],
    ['no such after-sale', 'aftersale/99', { code: 'shop.no-order', scope: 'order' }],
  ])('%s is told apart', async (_what, subject, error) => {
    const { shop: one } = await open()
    await expect(one.read(subject)).rejects.toMatchObject(error)
  })

  it('refuses a wrong secret, for a person to mend', async () => {
    const { double } = await open()
    const wrong = createWechatShop({ ...access(server.url, { secret: 'wrong' }), account: double.account.appid })
    await expect(wrong.probe()).rejects.toMatchObject({ code: 'shop.refused', retry: 'never', scope: 'shop' })
  })
})
