import { expect, test } from 'vitest'
import { noteOfPartRefund, noteOfStatus } from './order-note.ts'
import type { StoredOrder } from './order-store.ts'

// Only what a note is made of.
const row = (more: Partial<StoredOrder> = {}) =>
  ({ id: 7, order_id: 'E1', source: '有赞', status: 'paid', total_fen: 12_800, ...more }) as StoredOrder
const STEAK = { name: '牛排', quantity: 1 }

test.each([
  [{}, 'paid', [STEAK], '订单付款「牛排」 ¥128'],
  [{ total_fen: 3_990 }, 'paid', [STEAK], '订单付款「牛排」 ¥39.90'],
  [{ total_fen: 3_905 }, 'created', [], '下单 ¥39.05'],
  [{}, 'paid', [{ ...STEAK, quantity: 2 }], '订单付款「牛排」等 2 件 ¥128'],
  [{}, 'paid', [STEAK, { name: '酱', quantity: 1 }], '订单付款「牛排」等 2 件 ¥128'],
  [{ status: 'refunded' }, 'paid', [STEAK], '订单付款「牛排」 ¥128（订单现在已退款）'],
  [{ status: 'closed' }, 'paid', [STEAK], '订单付款「牛排」 ¥128（订单现在已关闭）'],
  [{ status: 'refunded' }, 'refunded', [STEAK], '订单退款「牛排」 ¥128'],
] as const)('of %j, told as %s with %j: %s', (more, status, items, text) => {
  const note = noteOfStatus({
    key: '7',
    row: row(more),
    externalUserId: 'wm1',
    status,
    at: 5,
    items: [...items],
    parcels: [],
    again: '',
  })
  expect(note.text).toBe(text)
})

test('goods tell by whom they come, and nothing of money', () => {
  const goods = { key: '7', row: row(), externalUserId: 'wm1', at: 5, items: [STEAK], again: '' }
  const parcels = [
    { company: '顺丰', number: 'SF1' },
    { company: '', number: 'YT2' },
  ]
  expect(noteOfStatus({ ...goods, status: 'shipped', parcels }).text).toBe('订单已发货「牛排」（顺丰 SF1、YT2）')
  expect(noteOfStatus({ ...goods, status: 'signed', parcels: [] }).text).toBe('订单已签收「牛排」')
})

test('what came back and what is left are told to the fen', () => {
  const note = noteOfPartRefund(
    row(),
    { id: 1, fen: 1_550, atMs: 5 },
    { key: '7', externalUserId: 'wm1', refundedFen: 2_050 },
  )
  expect(note.text).toBe('订单退了一部分，共退 ¥20.50，还剩 ¥107.50')
})
