import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { CUSTOMER_PHONE } from '../customers/customer-tables.ts'
import { orderFacts } from './order-facts.ts'
import { orderQueries } from './order-queries.ts'
import { order, STEAK } from './testing/orders-scene.ts'

interface Post {
  body?: string | Buffer
  /** Unix seconds. */
  timestamp?: number
  signature?: string
  secret?: string
  headers?: Record<string, string>
}

describe('POST /api/orders', () => {
  let t: TestApp
  beforeEach(async () => {
    t = await buildTestApp()
  })
  afterEach(() => t.close())

  const post = async (content: object | undefined, how: Post = {}) => {
    const body = how.body ?? JSON.stringify(content)
    const timestamp = String(how.timestamp ?? Math.floor(t.clock.now() / 1_000))
    const secret = how.secret ?? t.sandbox.credentials.ordersSecret
    const signature =
      how.signature ?? `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`
    const answer = await fetch(`${t.url}/api/orders`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-huoshui-timestamp': timestamp,
        'x-huoshui-signature': signature,
        ...how.headers,
      },
      body,
    })
    const json = (await answer.json()) as Record<string, unknown>
    await t.settle()
    return { status: answer.status, json }
  }
  const customer = async (mobiles: string[] = []): Promise<string> => {
    const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan' })
    await t.settle()
    if (mobiles.length > 0) await note(externalUserId, mobiles)
    return externalUserId
  }
  const note = async (externalUserId: string, mobiles: string[]): Promise<void> => {
    await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles })
    await t.settle()
  }
  const events = async () =>
    (
      await t.rawRows<{ kind: string; payload: string }>(
        `SELECT kind, payload FROM inbound_event WHERE kind LIKE 'order.%' ORDER BY id`,
      )
    ).map(({ kind, payload }) => {
      const { orderId, first, totalFen } = JSON.parse(payload) as Record<string, unknown>
      return { kind, orderId, first, totalFen }
    })
  const summary = (externalUserId: string) => t.db.tx((tx) => orderQueries.summary(tx, externalUserId))

  it.each(['', 'json', 'text/plain; charset=;'])('takes an order that comes as the type "%s"', async (type) => {
    expect((await post(order(), { headers: { 'content-type': type } })).status).toBe(200)
  })

  it('stores an order once and tells of it once, though the shop sends it three times', async () => {
    const externalUserId = await customer()
    const paid = order({ customer: { externalUserId } })
    expect(await post(paid)).toEqual({
      status: 200,
      json: { orderId: 'A1', status: 'paid', result: 'stored', matched: true },
    })
    expect((await post(paid)).json).toMatchObject({ result: 'unchanged', matched: true })
    expect(await events()).toEqual([{ kind: 'order.paid', orderId: 'A1', first: true, totalFen: 25_600 }])
    expect(await t.timelineOf(externalUserId, 'order.%')).toEqual(['订单付款「肉眼牛排」等 2 件 ¥256'])
    expect(await summary(externalUserId)).toEqual({
      paidCount: 1,
      paidSumFen: 25_600,
      lastPaidAtMs: Date.parse('2026-11-22T08:30:00+08:00'),
      refundedCount: 0,
    })
    expect(await t.db.tx((tx) => orderQueries.ofCustomer(tx, externalUserId))).toMatchObject([
      { orderId: 'A1', status: 'paid', items: [STEAK] },
    ])
  })

  it('goes from placed to paid to refunded, and only the first standing payment is the first', async () => {
    const externalUserId = await customer()
    const of = { externalUserId }
    await post(order({ status: 'created', customer: of, paidAt: undefined }))
    await post(order({ customer: of }))
    await post(order({ orderId: 'A2', customer: of }))
    await post(order({ status: 'refunded', customer: of }))
    await post(order({ orderId: 'A3', status: 'closed', customer: of }))
    expect(await events()).toEqual([
      { kind: 'order.created', orderId: 'A1', first: false, totalFen: 25_600 },
      { kind: 'order.paid', orderId: 'A1', first: true, totalFen: 25_600 },
      { kind: 'order.paid', orderId: 'A2', first: false, totalFen: 25_600 },
      { kind: 'order.refunded', orderId: 'A1', first: false, totalFen: 25_600 },
      { kind: 'order.closed', orderId: 'A3', first: false, totalFen: 25_600 },
    ])
    expect(await summary(externalUserId)).toMatchObject({ paidCount: 1, paidSumFen: 25_600, refundedCount: 1 })
  })

  it('the first payment is the first though other orders wait to be paid, were closed or are of others', async () => {
    const externalUserId = await customer()
    const other = await customer()
    const of = { externalUserId }
    await post(order({ orderId: 'B1', customer: { externalUserId: other } }))
    await post(order({ orderId: 'A0', status: 'created', customer: of, paidAt: undefined }))
    await post(order({ orderId: 'A1', status: 'closed', customer: of, paidAt: undefined }))
    await post(order({ orderId: 'A2', customer: of }))
    const paid = (await events()).filter(({ kind }) => kind === 'order.paid')
    expect(paid.map(({ orderId, first }) => [orderId, first])).toEqual([
      ['B1', true],
      ['A2', true],
    ])
  })

  it('the late match gives the orders of the last day whose customer became known unheard', async () => {
    const externalUserId = await customer()
    await post(order({ orderId: 'old', paidAt: '2026-11-21T08:59:00+08:00' }))
    await post(order({ orderId: 'new' }))
    await post(order({ orderId: 'nobody', customer: { phone: '13900002222' } }))
    const hash = await t.rawRows<{ phone_hash: string }>(`SELECT phone_hash FROM shop_order WHERE order_id = 'new'`)
    await t.db.tx((tx) =>
      tx.insert(CUSTOMER_PHONE, {
        external_userid: externalUserId,
        userid: 'zhangsan',
        phone_hash: hash[0]?.phone_hash ?? '',
      }),
    )
    await t.settle()
    expect(await events()).toEqual([])
    await t.advance(10 * 60_000)
    expect(await events()).toEqual([{ kind: 'order.paid', orderId: 'new', first: true, totalFen: 25_600 }])
    await t.advance(10 * 60_000)
    expect(await events()).toHaveLength(1)
  })

  it('a payment told after its refund does not undo the refund', async () => {
    const externalUserId = await customer()
    const of = { externalUserId }
    await post(order({ status: 'refunded', customer: of }))
    await post(order({ customer: of }))
    await post(order({ status: 'created', customer: of }))
    expect(await t.rawRows('SELECT status FROM shop_order')).toEqual([{ status: 'refunded' }])
    expect((await events()).map((event) => event.kind)).toEqual(['order.refunded'])
    expect(await summary(externalUserId)).toMatchObject({ paidCount: 0, refundedCount: 1 })
    expect(await t.timelineOf(externalUserId, 'order.%')).toContain(
      '订单付款「肉眼牛排」等 2 件 ¥256（订单现在已退款）',
    )
  })

  it('an order by phone waits until a guide notes the phone; nobody else gets it', async () => {
    const other = await customer(['13900002222'])
    expect((await post(order())).json).toMatchObject({ result: 'stored', matched: false })
    expect(await events()).toEqual([])
    const externalUserId = await customer()
    await note(externalUserId, ['+86 138-0000-1111'])
    expect(await events()).toEqual([{ kind: 'order.paid', orderId: 'A1', first: true, totalFen: 25_600 }])
    expect(await summary(externalUserId)).toMatchObject({ paidCount: 1 })
    expect(await summary(other)).toMatchObject({ paidCount: 0 })
    t.sandbox.redeliver()
    await t.settle()
    expect(await events()).toHaveLength(1)
  })

  it('an order by union id, or by an id we do not know yet, waits for the customer to come', async () => {
    await post(order({ customer: { unionId: 'union-1' } }))
    await post(order({ orderId: 'A2', customer: { externalUserId: 'wmSoon' } }))
    await post(order({ orderId: 'A3', customer: { externalUserId: 'wmNameless' } }))
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmSoon', unionId: 'union-1' })
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmNameless' })
    await t.settle()
    expect((await events()).map((event) => event.orderId).sort()).toEqual(['A1', 'A2', 'A3'])
    expect(await summary('wmSoon')).toMatchObject({ paidCount: 2 })
  })

  it('a phone that two customers share gives the order to neither', async () => {
    await customer(['13800001111'])
    await customer(['13800001111'])
    expect((await post(order())).json).toMatchObject({ matched: false })
  })

  it('keeps no phone number in clear', async () => {
    await post(order())
    const stored = JSON.stringify(await t.rawRows('SELECT * FROM shop_order'))
    expect(stored).not.toContain('13800001111')
    expect(stored).toContain('"phone_tail":"1111"')
  })

  it.each<[string, Post, number, string]>([
    ['another key', { secret: 'not-the-shared-secret' }, 401, 'orders.bad-signature'],
    ['a signature of another length', { signature: 'sha256=00' }, 401, 'orders.bad-signature'],
    ['no signature', { headers: { 'x-huoshui-signature': '' } }, 401, 'orders.bad-signature'],
    ['a timestamp that is none', { headers: { 'x-huoshui-timestamp': 'now' } }, 401, 'orders.unsigned'],
  ])('refuses %s', async (_what, how, status, code) => {
    expect(await post(order(), how)).toMatchObject({ status, json: { code } })
    expect(await t.rawRows('SELECT * FROM shop_order')).toEqual([])
  })

  it('refuses what was signed more than five minutes before or after our clock', async () => {
    const now = Math.floor(t.clock.now() / 1_000)
    expect(await post(order(), { timestamp: now - 301 })).toMatchObject({ status: 401, json: { code: 'orders.stale' } })
    expect(await post(order(), { timestamp: now + 301 })).toMatchObject({ status: 401, json: { code: 'orders.stale' } })
    expect(await post(order(), { timestamp: now - 299 })).toMatchObject({ status: 200 })
  })

  it.each([
    ['no JSON', { body: 'orderId=A1' }, 'orders.not-json'],
    ['no UTF-8', { body: Buffer.from([0x7b, 0xb6, 0xa9, 0x7d]) }, 'orders.not-json'],
    ['nothing', { body: '' }, 'orders.not-json'],
  ])('refuses %s with 400', async (_what, how, code) => {
    expect(await post(undefined, how)).toMatchObject({ status: 400, json: { code } })
  })

  it.each([
    ['no order id', { orderId: '' }, '/orderId'],
    ['an unknown status', { status: 'shipped' }, '/status'],
    ['yuan for fen', { totalFen: 256.5 }, '/totalFen'],
    ['a negative total', { totalFen: -1 }, '/totalFen'],
    ['a time without offset', { paidAt: '2026-11-22 08:30:00' }, '/paidAt'],
    ['seconds for milliseconds', { paidAt: 1_795_000_000 }, '/paidAt looks like Unix seconds'],
    ['a time of nothing', { paidAt: 0 }, '/paidAt must be ISO 8601'],
    ['a day that is none', { paidAt: '2026-02-30T10:00:00+08:00' }, '/paidAt'],
    ['a number that grows too long when it is made plain', { orderId: '\ufdfa'.repeat(6) }, '/orderId'],
    ['a refund with such a number', { refundId: '\ufdfa'.repeat(6) }, '/refundId'],
    ['a list of one nothing', { items: [null] }, '/items/0'],
    ['an item without a name', { items: [{ ...STEAK, name: '' }] }, '/items/0/name'],
    ['a payment of the year 2030', { paidAt: '2030-11-22T08:30:00+08:00' }, '/paidAt'],
    ['a number of blanks', { orderId: '\u200b ' }, '/orderId'],
  ])('refuses %s, naming the field and never its value', async (_what, overrides, field) => {
    const { status, json } = await post(order(overrides))
    expect(status).toBe(400)
    expect(json.code).toBe('orders.invalid')
    expect(json.message).toContain(field)
    expect(JSON.stringify(json)).not.toContain('13800001111')
  })

  it('refuses a body that is too large', async () => {
    const { status } = await post(order({ source: 'x'.repeat(600_000) }))
    expect(status).toBe(413)
  })

  it('gives the same facts in memory and in SQL', async () => {
    const buyer = await customer()
    const looker = await customer()
    await post(order({ customer: { externalUserId: buyer }, paidAt: '2026-11-19T23:59:00+08:00' }))
    await post(order({ orderId: 'A2', customer: { externalUserId: buyer } }))
    await post(order({ orderId: 'A3', status: 'refunded', customer: { externalUserId: buyer } }))
    await post(order({ orderId: 'A4', status: 'created', customer: { externalUserId: looker }, paidAt: undefined }))
    const now = t.clock.now()
    const inMemory: Record<string, unknown> = {}
    for (const fact of orderFacts) {
      const values = await t.db.tx((tx) => fact.load(tx, [buyer, looker], now))
      inMemory[fact.path] = [values.get(buyer), values.get(looker)]
      if (fact.type === 'set') continue
      const { text } = fact.sql(now)
      const rows = await t.rawRows<{ id: string; v: number | string | null }>(
        `SELECT c.external_userid AS id, ${text} AS v FROM customer c`,
      )
      const bySql = new Map(rows.map((row) => [row.id, row.v === null ? undefined : Number(row.v)]))
      expect([bySql.get(buyer), bySql.get(looker)], fact.path).toEqual(inMemory[fact.path])
    }
    expect(inMemory).toEqual({
      'orders.created.count': [3, 1],
      'orders.paid.count': [2, 0],
      'orders.paid.sum': [51_200, 0],
      'orders.paid.count365': [2, 0],
      'orders.paid.sum365': [51_200, 0],
      'orders.paid.lastSum': [25_600, undefined],
      'orders.paid.daysSinceFirst': [3, undefined],
      'orders.paid.daysSinceLast': [0, undefined],
      'orders.paid.hoursSinceLast': [0, undefined],
      'orders.paid.avgIntervalDays': [3, undefined],
      'orders.paid.categories': [['牛排'], undefined],
      'orders.paid.lastCategories': [['牛排'], undefined],
      'orders.refunded.count': [1, 0],
      'orders.refunded.daysSinceLast': [0, undefined],
      'orders.refunded.sum': [25_600, 0],
      'orders.paid.pieces': [4, 0],
      'orders.paid.roles': [undefined, undefined],
      'orders.paid.intervalsSinceLast': [undefined, undefined],
      'orders.refunded.percent': [33, undefined],
      'parcel.onTheWay': [0, 0],
      'parcel.daysSinceShipped': [undefined, undefined],
      'parcel.signed': [undefined, undefined],
      'parcel.daysSinceSigned': [undefined, undefined],
    })
  })
})
