import type { SeededRandom } from '../../sandbox/random.ts'
import { PEOPLE, SHARED_PHONE } from './open-shop.ts'

/** One field of an order body set to something; `undefined` in `value`: the field is not there. */
export interface Change {
  field: string
  value?: unknown
  /** Whether a body with it is still an order; written down by hand, not found out from the code. */
  isSound: boolean
}

const STEAK = { sku: 'S1', name: '肉眼牛排', quantity: 2, priceFen: 12_811, category: '牛排' }
const SAUCE = { sku: 'S2', name: '黑椒酱', quantity: 1, priceFen: 5_622 }
/** Grows to eighteen letters when it is made plain. */
const LIGATURE = '\ufdfa'

const TIMES = {
  sound: [
    null,
    '',
    undefined,
    '2026-11-20T10:00:00+08:00',
    '2026-11-20T02:00:00.5Z',
    '2026-11-21T23:59+0800',
    1_795_000_000_000,
  ],
  odd: [
    ...[
      '2026-11-20',
      '2026-11-20 10:00:00',
      '昨天',
      '2030-01-01T00:00:00Z',
      '1999-12-31T00:00:00Z',
      '2026-02-30T10:00:00+08:00',
    ],
    ...[
      0,
      -1,
      1_795_000_000,
      1.5,
      1e20,
      true,
      [],
      {},
      ' ',
      '2026-11-20T10:00:00',
      '2026-13-01T10:00:00Z',
      '2026-11-31T10:00:00Z',
    ],
  ],
}

const FIELDS: Record<string, { sound: unknown[]; odd: unknown[] }> = {
  orderId: {
    sound: ['A1', '9'.repeat(100), ' A1 ', '订单１', "A'1\\", 'A1\u200b', '13900001234', 'null'],
    odd: ['', ' ', '\u200b\ufeff', '\0', 'x'.repeat(101), LIGATURE.repeat(100), 1, null, undefined, ['A1'], {}, true],
  },
  status: {
    sound: ['created', 'paid', 'refunded', 'closed'],
    odd: ['shipped', 'PAID', ' paid', '', null, undefined, 1, ['paid']],
  },
  customer: {
    sound: [
      ...[null, undefined, {}, ...PEOPLE, { phone: SHARED_PHONE }, { phone: '138****0001' }, { phone: '' }, { tel: 1 }],
      ...[
        { unionId: 'unionB' },
        { phone: '+86 138-0000-0001' },
        { externalUserId: 'wmSoon' },
        { unionId: LIGATURE.repeat(10) },
        { phone: '1.38E10' },
      ],
      ...[{ externalUserId: null, unionId: '', phone: '13800000002' }, { phone: '13800000001/13800000002' }],
    ],
    odd: [[], 'wmA', 1, true, { phone: 13_800_000_001 }, { unionId: 'x'.repeat(65) }, { externalUserId: {} }],
  },
  totalFen: {
    sound: [0, 1, 25_733, 100_000_000_000, 12_844],
    odd: [-1, 1.5, '25733', null, undefined, 100_000_000_001, 1e20, true, [], {}, [1]],
  },
  paidAt: TIMES,
  createdAt: TIMES,
  at: TIMES,
  refundId: {
    sound: [null, '', undefined, 'r1', 'r2', 'sum', ' r1'],
    odd: [1, {}, 'x'.repeat(101), LIGATURE.repeat(100), true],
  },
  items: {
    sound: [
      ...[null, undefined, [], [STEAK], [SAUCE, STEAK], [{ ...STEAK, category: null, sku: null }]],
      [
        { ...STEAK, priceFen: 0 },
        { ...STEAK, quantity: -1 },
        { ...SAUCE, quantity: 0.5 },
        { ...SAUCE, priceFen: -5 },
      ],
      [{ ...STEAK, name: '话费 138 0000 0001', sku: '13800000001', category: '１３８0000-0002' }],
      [
        { ...STEAK, name: ' ' },
        { ...STEAK, name: '🥩\u200d👩' },
        { ...STEAK, extra: 1 },
      ],
      [
        { ...STEAK, name: 'a\0b' },
        { ...STEAK, sku: '', category: ' ' },
        { ...STEAK, sku: '\u200b' },
      ],
      Array.from({ length: 500 }, () => SAUCE),
    ],
    odd: [
      ...[
        {},
        'x',
        1,
        [null],
        [1],
        [{}],
        [{ ...STEAK, name: '' }],
        [{ ...STEAK, name: null }],
        [{ ...STEAK, quantity: '2' }],
      ],
      ...[
        [{ ...STEAK, priceFen: 1.5 }],
        [{ ...STEAK, sku: 'x'.repeat(101) }],
        [STEAK, { ...STEAK, name: 'x'.repeat(501) }],
      ],
      Array.from({ length: 501 }, () => SAUCE),
    ],
  },
  source: {
    sound: ['有赞', '抖店', '文件导入', '店'.repeat(60), "'; --"],
    odd: ['', ' ', null, undefined, 1, 'x'.repeat(61), '\u200b'],
  },
  more: { sound: [1, null, { __proto__: null }, '13800000001'], odd: [] },
}
const NAMES = Object.keys(FIELDS)

/** An order as shops tell it. */
export function drawOrder(random: SeededRandom): Record<string, unknown> {
  const status = random.pick(['created', 'paid', 'paid', 'refunded', 'closed'])
  return {
    orderId: random.pick(['A1', 'A2']),
    status,
    customer: random.pick([
      { externalUserId: 'wmA' },
      { unionId: 'unionA' },
      { phone: '13800000001' },
      { phone: '13911112222' },
      {},
    ]),
    totalFen: status === 'refunded' ? random.pick([2_055, 25_733]) : 25_733,
    paidAt: random.pick([undefined, '2026-11-20T10:00:00+08:00']),
    items: random.pick([[STEAK], [STEAK, SAUCE], []]),
    source: '有赞',
  }
}

export function drawChange(random: SeededRandom): Change {
  const field = random.pick(NAMES)
  const { sound, odd } = FIELDS[field] ?? { sound: [], odd: [] }
  const isSound = odd.length === 0 || random.int(3) > 0
  return { field, value: random.pick(isSound ? sound : odd), isSound }
}

export const applyChanges = (order: Record<string, unknown>, changes: readonly Change[]): Record<string, unknown> => ({
  ...order,
  ...Object.fromEntries(changes.map(({ field, value }) => [field, value])),
})
