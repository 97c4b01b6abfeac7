import { describe, expect, it } from 'vitest'
import { correctionsBy, namesOf, paidAtBy, saysItems, toldAtMs } from './corrections-by.ts'
import type { OrderMessage } from './order-body.ts'
import type { OrderKeys, StoredOrder } from './order-store.ts'

const [T, OTHER] = [Date.parse('2026-11-20T10:00:30+08:00'), Date.parse('2026-11-20T11:00:30+08:00')]
// Only what these decisions look at.
const message = (more: Partial<OrderMessage> = {}) => ({ status: 'paid', totalFen: 100, ...more }) as OrderMessage
const stored = (more: Partial<StoredOrder> = {}) =>
  ({
    status: 'paid',
    total_fen: 100,
    external_userid: null,
    given_external_userid: null,
    given_unionid: null,
    phone_hash: null,
    phone_tail: null,
    created_at: T,
    paid_at: T,
    has_items: 1,
    ...more,
  }) as StoredOrder
const keys = (more: Partial<OrderKeys> = {}): OrderKeys => ({
  given_external_userid: null,
  given_unionid: null,
  phone_hash: null,
  phone_tail: null,
  shop_user_id: null,
  ...more,
})

it.each<[Partial<OrderMessage>, number | undefined]>([
  [{ atMs: 7, paidAtMs: 5 }, 7],
  [{ paidAtMs: 5 }, 5],
  [{ status: 'refunded', paidAtMs: 5 }, undefined],
  [{}, undefined],
])('%j came to its status at %s', (more, atMs) => expect(toldAtMs(message(more))).toBe(atMs))

describe('when it was paid', () => {
  it.each<[string, Partial<OrderMessage>, number | null, object]>([
    ['is not told by an order that is placed', { status: 'created', paidAtMs: OTHER }, null, {}],
    ['is told by the payment', { paidAtMs: OTHER }, null, { paid_at: OTHER }],
    ['is corrected by another instant', { paidAtMs: OTHER }, T, { paid_at: OTHER }],
    ['is not corrected by the same', { paidAtMs: T }, T, {}],
    ['is not corrected by its minute', { paidAtMs: T - 30_000 }, T, {}],
    ['is the instant of the status of a payment', { atMs: OTHER }, T, { paid_at: OTHER }],
    ['is not the instant of a refund', { status: 'refunded', atMs: OTHER }, null, {}],
    ['is told by a refund', { status: 'refunded', paidAtMs: OTHER }, null, { paid_at: OTHER }],
    ['is supposed where nobody told', {}, null, { paid_at: 9 }],
    ['is not supposed where somebody told', {}, T, {}],
    ['is not supposed of what was closed', { status: 'closed' }, null, {}],
  ])('%s', (_what, more, paid_at, changes) => expect(paidAtBy(message(more), stored({ paid_at }), 9)).toEqual(changes))
})

it.each<[string, Partial<StoredOrder>, Partial<OrderKeys>, boolean]>([
  ['nothing', {}, {}, false],
  ['an id, before', { given_external_userid: 'wm' }, {}, true],
  ['an id, now', {}, { given_external_userid: 'wm' }, true],
  ['a union id', {}, { given_unionid: 'u' }, true],
  ['a phone', { phone_hash: 'h' }, {}, true],
])('somebody may be found by %s', (_what, row, given, expected) =>
  expect(namesOf(stored(row), keys(given))).toBe(expected),
)

it.each<[string, OrderMessage['status'], Partial<StoredOrder>, boolean]>([
  ['a payment', 'paid', {}, true],
  ['a closing', 'closed', {}, true],
  ['a refund', 'refunded', {}, false],
  ['a refund, where none are known', 'refunded', { has_items: 0 }, true],
  ['a placing, while it is only placed', 'created', { status: 'created' }, true],
  ['a placing, when it was paid', 'created', {}, false],
  ['a placing, when it was paid and none are known', 'created', { has_items: 0 }, true],
])('%s says of the goods: %s', (_what, status, row, expected) =>
  expect(saysItems(message({ status }), stored(row))).toBe(expected),
)

describe('what a message corrects', () => {
  const NAMES = { given_external_userid: 'wmB', given_unionid: 'uB', phone_hash: 'hB', phone_tail: '2222' }
  const OLD = { given_external_userid: 'wmA', given_unionid: 'uA', phone_hash: 'hA', phone_tail: '1111' }
  it.each<[string, Partial<OrderMessage>, Partial<StoredOrder>, Partial<OrderKeys>, object]>([
    ['nothing, where it says the same', {}, OLD, OLD, {}],
    ['nothing, where it names nobody', {}, OLD, {}, {}],
    ['the names, while nobody is found', {}, OLD, NAMES, NAMES],
    ['the names that are missing, once somebody is found', {}, { external_userid: 'wm' }, NAMES, NAMES],
    ['no names that are there, once somebody is found', {}, { ...OLD, external_userid: 'wm' }, NAMES, {}],
    ['what it was worth, by its payment', { totalFen: 90 }, {}, {}, { total_fen: 90 }],
    [
      'what it was worth, while it is only placed',
      { status: 'created', totalFen: 90 },
      { status: 'created' },
      {},
      { total_fen: 90 },
    ],
    [
      'what it was worth, by its closing',
      { status: 'closed', totalFen: 90 },
      { status: 'created' },
      {},
      { total_fen: 90 },
    ],
    ['not what it was worth, by its placing', { status: 'created', totalFen: 90 }, {}, {}, {}],
    ['not what it was worth, by a refund', { status: 'refunded', totalFen: 90 }, { status: 'created' }, {}, {}],
    ['when it was placed', { createdAtMs: OTHER }, {}, {}, { created_at: OTHER }],
    ['not when it was placed, to the minute', { createdAtMs: T - 30_000 }, {}, {}, {}],
  ])('%s', (_what, more, row, given, changes) =>
    expect(correctionsBy(message(more), stored(row), keys(given))).toEqual(changes),
  )
})
