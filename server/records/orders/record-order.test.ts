import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { all, raw, sql } from '../../core/db/sql.ts'
import { createEmit } from '../../engine/inbox/emit.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createTimeline } from '../timeline/timeline.ts'
import { parseOrder } from './order-body.ts'
import { SHOP_ORDER } from './order-tables.ts'
import { createRecordOrder } from './record-order.ts'
import { order, STEAK } from './testing/orders-scene.ts'

const A = { externalUserId: 'wmA' }
const at = (time: string, day = 20): string => `2026-11-${day}T${time}:00+08:00`
const ms = (time: string, day = 20): number => Date.parse(at(time, day))

let kit: TestKit
let known: Set<string>
let erased: number | undefined
beforeEach(async () => {
  kit = await createTestKit()
  known = new Set(['wmA'])
  erased = undefined
})
afterEach(() => kit.close())

function open() {
  const { clock } = kit
  return createRecordOrder({
    clock,
    emit: createEmit({ clock, nudge: () => undefined }),
    timeline: createTimeline({ clock }),
    customers: {
      exists: async (_tx, id) => known.has(id),
      byUnionId: async () => [],
      byPhoneHash: async (_tx, hash) => (hash === 'hash of 13800001111' && known.has('phone') ? ['wmPhone'] : []),
      identityOf: async () => ({ unionId: undefined, phoneHashes: [], links: [] }),
    },
    phoneHash: (phone) => (phone.startsWith('1') ? `hash of ${phone}` : undefined),
    erasures: { erasedAtMs: async () => erased },
  })
}
const told = async (more: object = {}) => {
  const parsed = parseOrder(order({ customer: A, ...more }), kit.clock.now())
  const { result, matched, nobody } = await kit.db.tx((tx) => open().record(tx, parsed))
  return [result, matched, ...(nobody === undefined ? [] : [nobody])].join(' ')
}
const stands = async () => {
  const rows = await kit.db.tx((tx) =>
    tx.rows(sql`SELECT ${all(SHOP_ORDER)} FROM ${SHOP_ORDER} ORDER BY ${SHOP_ORDER.id}`),
  )
  return rows.map((row) => row)
}
const one = async () => (await stands())[0]
const events = async (): Promise<string[]> =>
  (
    await kit.db.tx((tx) =>
      tx.rows(
        raw<{ kind: string; payload: string; at: number }>(
          'SELECT kind, payload, event_at AS at FROM inbound_event ORDER BY id',
        ),
      ),
    )
  ).map(({ kind, payload }) => {
    const { orderId, first, refundedFen } = JSON.parse(payload) as {
      orderId: string
      first?: boolean
      refundedFen?: number
    }
    return `${kind} ${orderId}${first === true ? ' first' : ''}${refundedFen === undefined ? '' : ` ${refundedFen}`}`
  })
const notes = async (): Promise<string[]> =>
  (await kit.db.tx((tx) => tx.rows(raw<{ body: string }>('SELECT body FROM timeline ORDER BY id')))).map(
    ({ body }) => body,
  )

describe('a payment', () => {
  it('is stored and told once; what is said once more changes nothing', async () => {
    expect([await told(), await told()]).toEqual(['stored true', 'unchanged true'])
    expect([await events(), await notes()]).toEqual([['order.paid A1 first'], ['订单付款「肉眼牛排」等 2 件 ¥256']])
    expect(await one()).toMatchObject({ status: 'paid', external_userid: 'wmA', matched_by: 'externalUserId' })
  })

  it('of another time, worth or goods is corrected, and told no second time', async () => {
    await told()
    expect(await told({ paidAt: at('10:00') })).toBe('corrected true')
    expect(await told({ totalFen: 100 })).toBe('corrected true')
    expect(await told({ totalFen: 100, paidAt: at('10:00'), items: [{ ...STEAK, quantity: 3 }] })).toBe(
      'corrected true',
    )
    expect(await told({ totalFen: 100, paidAt: at('10:00'), items: [{ ...STEAK, quantity: 3 }] })).toBe(
      'unchanged true',
    )
    expect(await one()).toMatchObject({ total_fen: 100, paid_at: ms('10:00') })
    expect([(await events()).length, (await notes()).length]).toEqual([1, 1])
    const noted = await kit.db.tx((tx) => tx.row(raw<{ at: number }>('SELECT at FROM timeline')))
    expect(noted?.at).toBe(ms('10:00'))
  })

  it('of nobody waits, and is told when they are known; of nobody ever, it says why', async () => {
    expect(await told({ customer: { externalUserId: 'wmB' } })).toBe('stored false')
    expect(await told({ orderId: 'A2', customer: {} })).toBe('stored false 没有手机号、unionId、客户ID，找不到客户')
    expect(await told({ orderId: 'A2', customer: {} })).toBe('unchanged false 没有手机号、unionId、客户ID，找不到客户')
    expect(await told({ orderId: 'A1', customer: {} })).toBe('unchanged false')
    expect([await events(), await notes()]).toEqual([[], []])
    known.add('wmB')
    const { id = 0 } = (await one()) ?? {}
    const settle = (of: number) => kit.db.tx((tx) => open().settle(tx, of))
    expect([await settle(id), await settle(id), await settle(999)]).toEqual([true, true, false])
    expect([await events(), (await notes()).length, (await one())?.external_userid]).toEqual([
      ['order.paid A1 first'],
      1,
      'wmB',
    ])
  })

  it('keeps four digits of a phone, and finds its owner by its hash', async () => {
    known.add('phone')
    expect(await told({ customer: { phone: '13800001111' } })).toBe('stored true')
    expect(await one()).toMatchObject({
      phone_tail: '1111',
      phone_hash: 'hash of 13800001111',
      external_userid: 'wmPhone',
    })
    expect(await told({ orderId: 'A2', customer: { phone: 'abc' } })).toBe('stored false 手机号看不懂，找不到客户')
    expect((await stands())[1]).toMatchObject({ phone_tail: null, phone_hash: null })
  })

  it('is the first while no other stands', async () => {
    await told({ orderId: 'placed', status: 'created' })
    await told({ orderId: 'one' })
    await told({ orderId: 'two' })
    expect(await events()).toEqual(['order.created placed', 'order.paid one first', 'order.paid two'])
  })
})

describe('how an order came where it stands', () => {
  it('is history: only the last of it is news', async () => {
    await told({ customer: { externalUserId: 'wmB' }, status: 'created', createdAt: at('08:00'), at: at('08:00') })
    await told({ customer: { externalUserId: 'wmB' }, paidAt: at('09:00') })
    known.add('wmB')
    await told({ customer: { externalUserId: 'wmB' }, status: 'closed', at: at('10:00'), paidAt: undefined })
    expect(await events()).toEqual(['order.closed A1'])
    expect(await notes()).toEqual([
      '下单「肉眼牛排」等 2 件 ¥256',
      '订单付款「肉眼牛排」等 2 件 ¥256（订单现在已关闭）',
      '订单关闭「肉眼牛排」等 2 件 ¥256',
    ])
    expect(await one()).toMatchObject({
      status: 'closed',
      closed_at: ms('10:00'),
      created_at: ms('08:00'),
      paid_at: ms('09:00'),
    })
  })

  it.each<[string, object, object]>([
    [
      'a placing',
      { status: 'created', paidAt: undefined },
      { status: 'created', paid_at: null, closed_at: null, refunded_at: null },
    ],
    [
      'a closing',
      { status: 'closed', paidAt: undefined, at: at('10:00') },
      { status: 'closed', paid_at: null, closed_at: ms('10:00') },
    ],
    [
      'a refund of all',
      { status: 'refunded', paidAt: undefined, at: at('10:00') },
      { status: 'refunded', paid_at: null, refunded_at: ms('10:00'), refunded_fen: 25_600 },
    ],
    [
      'a payment',
      { paidAt: at('10:00') },
      { status: 'paid', paid_at: ms('10:00'), refunded_fen: 0, refunded_at: null },
    ],
    ['a payment with what came back', { paidAt: at('10:00'), refundedFen: 600 }, { status: 'paid', refunded_fen: 600 }],
  ])('%s stands as it was told', async (_what, more, expected) => {
    await told(more)
    expect(await one()).toMatchObject(expected)
  })
})

describe('what came back', () => {
  const back = (totalFen: number, more: object = {}) => told({ status: 'refunded', totalFen, ...more })
  it('in part leaves the rest, and is told as a part, each once', async () => {
    await told()
    expect([await back(600, { at: at('10:00') }), await back(600, { at: at('10:00') })]).toEqual([
      'stored true',
      'unchanged true',
    ])
    expect(await back(600, { at: at('11:00') })).toBe('corrected true')
    expect(await back(900)).toBe('stored true')
    expect(await one()).toMatchObject({ status: 'paid', refunded_fen: 900, refunded_at: null })
    expect(await events()).toEqual(['order.paid A1 first', 'order.part-refunded A1 600', 'order.part-refunded A1 900'])
    expect((await notes()).slice(1)).toEqual([
      '订单退了一部分，共退 ¥6，还剩 ¥250',
      '订单退了一部分，共退 ¥9，还剩 ¥247',
    ])
  })

  it('of nothing is no refund', async () => {
    await told()
    await back(0)
    expect(await one()).toMatchObject({ refunded_fen: 25_600, status: 'refunded' })
  })

  it('all of it is a refund; when it turns out to have been a part, another whole one is news again', async () => {
    await told()
    await back(25_600, { refundId: 'r', at: at('10:00') })
    expect(await one()).toMatchObject({ status: 'refunded', refunded_at: ms('10:00') })
    await back(600, { refundId: 'r', at: at('11:00') })
    expect(await one()).toMatchObject({ status: 'paid', refunded_fen: 600, refunded_at: null })
    await back(25_000, { refundId: 's', at: at('12:00') })
    expect(await events()).toEqual([
      'order.paid A1 first',
      'order.refunded A1',
      'order.part-refunded A1 600',
      'order.refunded A1',
    ])
    expect(await one()).toMatchObject({ refunded_at: ms('12:00') })
  })

  it('more than it was worth is all of it; of a closed one, what it is', async () => {
    await told()
    await told({ status: 'closed' })
    await back(600)
    expect(await one()).toMatchObject({ status: 'closed', refunded_fen: 600 })
    await back(99_000)
    expect(await one()).toMatchObject({ status: 'refunded', refunded_fen: 25_600 })
  })

  it('takes no goods from an order, nor makes it worth less', async () => {
    await told()
    await back(600, { items: [{ ...STEAK, quantity: 1 }] })
    const items = await kit.db.tx((tx) => tx.rows(raw<{ quantity: number }>('SELECT quantity FROM shop_order_item')))
    expect([items, (await one())?.total_fen]).toEqual([[{ quantity: 2 }], 25_600])
  })
})

describe('the whole order', () => {
  const whole = (version: number, more: object = {}) =>
    told({ version, paidAt: at('09:00'), createdAt: at('08:00'), ...more })
  const refund = (fen: number) => ({ refundId: 'r', fen, at: at('10:00'), lines: [{ lineId: 'S1', quantity: 1 }] })
  const parcel = { number: 'n', company: '顺丰', shippedAt: at('11:00') }

  it('of the newest version stands; each kind of change is one', async () => {
    expect(await whole(1)).toBe('stored true')
    expect(await whole(1)).toBe('unchanged true')
    expect(await whole(2)).toBe('unchanged true')
    expect(await whole(3, { payments: [{ paymentId: 'p', fen: 25_600, at: at('09:00') }] })).toBe('corrected true')
    expect(await whole(4, { items: [{ ...STEAK, priceFen: 1 }] })).toBe('corrected true')
    expect(await whole(5, { totalFen: 30_000, items: undefined })).toBe('corrected true')
    expect(await whole(6, { totalFen: 30_000, refunds: [refund(600)] })).toBe('stored true')
    expect(await whole(7, { totalFen: 30_000, refunds: [{ ...refund(600), lines: [] }] })).toBe('corrected true')
    expect(await whole(8, { totalFen: 30_000, parcels: [parcel] })).toBe('stored true')
    expect(await whole(9, { totalFen: 30_000, parcels: [{ ...parcel, company: '圆通' }] })).toBe('corrected true')
    expect(await whole(8, { totalFen: 1 })).toBe('unchanged true')
    expect(await one()).toMatchObject({ version: 9, total_fen: 30_000, refunded_fen: 600, shipped_at: ms('11:00') })
    expect(await events()).toEqual(['order.paid A1 first', 'order.part-refunded A1 600', 'order.shipped A1'])
    expect((await notes()).at(-1)).toBe('订单已发货「肉眼牛排」等 2 件（顺丰 n）')
  })

  it('has the last word over news of it, which may still say whose it is', async () => {
    await whole(1, { customer: { externalUserId: 'wmB' } })
    expect(await told({ totalFen: 1, customer: { externalUserId: 'wmB' } })).toBe('unchanged false')
    expect(await told({ totalFen: 1, customer: A })).toBe('corrected true')
    expect(await one()).toMatchObject({ total_fen: 25_600, external_userid: 'wmA' })
    expect(await whole(0, { customer: { unionId: 'u' } })).toBe('unchanged true')
    expect(await whole(2, { customer: { ...A, unionId: 'u' } })).toBe('corrected true')
    expect(await one()).toMatchObject({ given_unionid: 'u' })
  })

  it('of which nothing went out once it came back tells of the refund', async () => {
    await whole(1, { status: 'refunded', at: at('12:00'), parcels: [{ ...parcel, signedAt: at('11:30') }] })
    expect(await events()).toEqual(['order.refunded A1'])
  })

  it('whose goods have come tells of the last of it', async () => {
    await whole(1, { parcels: [{ ...parcel, signedAt: at('11:30') }] })
    expect(await events()).toEqual(['order.paid A1 first', 'order.signed A1'])
  })

  it('of a version that told no refunds keeps what was known', async () => {
    await told()
    await told({ status: 'refunded', totalFen: 600 })
    await whole(1)
    expect(await one()).toMatchObject({ refunded_fen: 600 })
  })
})

describe('a customer who was erased', () => {
  it.each<[string, object, number, boolean]>([
    ['after it began', { paidAt: at('10:00') }, ms('10:00'), true],
    ['before it began', { paidAt: at('10:00') }, ms('10:00') - 1, false],
    ['while nothing is told of when', { paidAt: undefined }, Date.parse('2026-11-22T09:00:00+08:00') - 1, false],
    ['after it was placed', { paidAt: at('10:00'), createdAt: at('08:00') }, ms('09:00'), true],
  ])('%s is named no more accordingly', async (_when, more, erasedAtMs, isNameless) => {
    erased = erasedAtMs
    await told(more)
    expect((await one())?.external_userid).toBe(isNameless ? null : 'wmA')
    const items = await kit.db.tx((tx) => tx.rows(raw<{ name: string }>('SELECT name FROM shop_order_item')))
    expect(items).toEqual([{ name: isNameless ? '' : STEAK.name }])
  })

  it('goes on nameless in an order of before, told today', async () => {
    await told({ paidAt: at('10:00'), customer: {} })
    await told({ orderId: 'other', paidAt: at('08:00'), customer: {} })
    erased = ms('09:00', 21)
    await told({ status: 'refunded', paidAt: undefined, at: at('10:00', 22) })
    expect((await one())?.given_external_userid).toBeNull()
    await told({ orderId: 'new', paidAt: at('08:30', 22) })
    expect((await stands()).at(-1)?.external_userid).toBe('wmA')
  })
})
