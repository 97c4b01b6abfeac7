import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { raw } from '../core/db/sql.ts'
import { shanghaiDaysBetween } from '../core/kernel/shanghai.ts'
import { CUSTOMER, FOLLOW } from '../records/customers/customer-tables.ts'
import { daysSinceSql } from '../records/facts/days-since-sql.ts'
import { SHOP_ORDER } from '../records/orders/order-tables.ts'
import { CUSTOMER_PROFILE } from '../records/profiles/profile-tables.ts'
import { TOUCH } from '../records/touches/touch-tables.ts'
import { holds } from '../rules/condition/holds.ts'
import { narrowedPath, shapeAt } from '../rules/condition/narrowed.ts'
import { isOfFields } from '../rules/condition/profile-path.ts'
import type { Condition } from '../rules/schema/condition.ts'
import { PRODUCT_ROLES } from '../rules/schema/product-rules.ts'
import { randomCondition } from '../testing/random-condition.ts'
import {
  FIELDS,
  INSTANTS,
  MONEY,
  NOWS,
  PEOPLE,
  population,
  settleIn,
  type Tables,
  TEXTS,
} from '../testing/random-people.ts'
import { createTestKit, type TestKit } from '../testing/test-kit.ts'
import { EVERY_FACT, facts } from './facts.ts'

/** What a rule says about one customer in memory and about all customers in SQL is the same for every fact there is, over
 *  the real tables, on both databases (`TEST_MYSQL_URL` chooses). `FC_RUNS`: how many random populations. */

const STRANGER = 'wmStranger'

let kit: TestKit
beforeAll(async () => {
  kit = await createTestKit()
})
afterAll(() => kit.close())

/** Some narrowings of each fact that may be narrowed, wide enough that somebody among the drawn people is found by each. */
const NARROWED = EVERY_FACT.flatMap(({ path, narrow = [] }) =>
  [
    { category: ['VIP', 'é', 'a_b', "o'k?", 'a%b', '🥩🥩'] },
    { category: ['VIP ', 'vip', '🥩', 'Ａ', ':now'] },
    { product: ['🥩', 'a%b', 'VIP '] },
    { role: ['主推', '引流', '利润', '首试'] as const },
    { days: 31 },
    { store: ['VIP', '🥩', 'a%b', 'é', 'vip'] },
    { scene: ['VIP ', 'vip', '🥩🥩', 'Ａ', ':now'] },
    { campaign: ['VIP', 'vip', 'Ａ'], category: ['VIP', 'vip', '🥩', 'Ａ', 'a%b'] },
    { category: ['VIP', 'Ａ'], role: ['主推'] as const, days: 366 },
    ...FIELDS.map((field) => ({ field })),
    { category: ['vip', 'VIP', 'e\u0301', '🥩🥩', 'a%b'], days: 366 },
  ]
    .filter((narrowing) => Object.keys(narrowing).every((key) => narrow.some((one) => one === key)))
    .map((narrowing) => narrowedPath(path, narrowing)),
)
const SHAPES = [
  ...EVERY_FACT.filter((fact) => !isOfFields(fact)),
  ...NARROWED.flatMap((path) => shapeAt(EVERY_FACT, path) ?? []),
]
const PATHS = SHAPES.map(({ path }) => path)

const condition = randomCondition(SHAPES, {
  number: [-1, 0, 1, 2, 3, 6, 7, 29, 30, 31, 364, 365, 366],
  money: [...MONEY, 19_800],
  text: [...TEXTS, 'VIP0', 'vip0', '🥩1'],
  set: [...TEXTS, ...PRODUCT_ROLES],
})

it('every fact says the same in memory and in SQL', async () => {
  /** Facts that somebody had, who is not like a stranger of whom no table has a row. */
  const tried = new Set<string>()
  const filled = new Set<string>()
  async function compare(tables: Tables, now: number, conditions: Condition[]): Promise<void> {
    await kit.db.tx(async (tx) => {
      await settleIn(tx, tables, filled)
      for (const table of Object.keys(tables)) filled.add(table)
      const values = await facts.of(tx, PEOPLE, now, PATHS)
      const stranger = (await facts.of(tx, [STRANGER], now, PATHS)).get(STRANGER)
      for (const [path, value] of [...values.values()].flatMap((one) => [...one])) {
        if (JSON.stringify(value) !== JSON.stringify(stranger?.get(path))) tried.add(path)
      }
      for (const one of conditions) {
        const meant = PEOPLE.filter((id) => holds(one, values.get(id) ?? new Map()))
        expect(await facts.audience(tx, one, now, { limit: 100 }), JSON.stringify(one)).toEqual(meant)
        expect(await facts.count(tx, one, now), JSON.stringify(one)).toBe(meant.length)
      }
    })
  }
  await fc.assert(
    fc.asyncProperty(
      population,
      fc.constantFrom(...NOWS),
      fc.array(condition, { minLength: 12, maxLength: 12 }),
      compare,
    ),
    { numRuns: Number(process.env.FC_RUNS ?? 30) },
  )
  // What the drawn people rarely have is met sooner or later.
  for (const tables of fc.sample(population, 300)) {
    if (PATHS.every((path) => tried.has(path))) break
    await compare(tables, NOWS[0] ?? 0, [])
  }
  // Of a fact that nobody ever had, `missing` would be all that was compared.
  expect(NARROWED).toHaveLength(92)
  expect(PATHS.filter((path) => !tried.has(path))).toEqual([])
}, 600_000)

it('counts Shanghai days in SQL as it does in memory, to the millisecond', async () => {
  for (const now of NOWS) {
    const days = INSTANTS.map((instant, n) => `${daysSinceSql(String(instant), now)} AS d${n}`)
    const row = await kit.db.tx((tx) => tx.row(raw<Record<string, number>>(`SELECT ${days.join(', ')}`)))
    expect(Object.values(row ?? {}).map((value) => Number(value) + 0)).toEqual(
      INSTANTS.map((instant) => shanghaiDaysBetween(instant, now)),
    )
  }
})

it('says what a shopkeeper would count', async () => {
  const at = (text: string): number => Date.parse(`${text}+08:00`)
  const order = (nth: number, status: 'paid' | 'refunded', total_fen: number, paid: string, back = 0) => ({
    ...{ id: 900 + nth, order_id: `s${nth}`, source: 's', external_userid: 'wmShop', status, total_fen },
    refunded_fen: status === 'refunded' ? total_fen : back,
    ...{ created_at: at(paid), paid_at: at(paid), refunded_at: status === 'refunded' ? at(paid) : null },
    ...{ shipped_at: nth === 3 ? at('2026-03-07T08:00') : null, signed_at: null },
  })
  const touch = (nth: number, time: string) => ({
    ...{ source_key: `s${nth}`, external_userid: 'wmShop', kind: 'send' as const, at: at(time) },
  })
  await kit.db.tx(async (tx) => {
    await tx.insertIgnore(CUSTOMER, [
      { external_userid: 'wmShop', known_at: 0 },
      { external_userid: 'wmNew', known_at: 0 },
    ])
    await tx.insertIgnore(FOLLOW, [
      {
        ...{ external_userid: 'wmShop', userid: 'a', active: 0, known_at: 0 },
        ...{ added_at: at('2026-01-01T10:00'), lost_at: at('2027-02-25T23:59:59.999') },
      },
    ])
    await tx.insertIgnore(SHOP_ORDER, [
      order(1, 'paid', 10_000, '2026-02-28T23:59:59.999'),
      order(2, 'paid', 20_000, '2026-03-01T00:00:00'),
      order(3, 'paid', 30_000, '2026-03-06T12:00:00', 5_000),
      order(4, 'refunded', 4_000, '2027-02-20T08:00:00'),
    ])
    await tx.insertIgnore(TOUCH, [
      touch(1, '2027-01-30T00:00:00'),
      touch(2, '2027-02-21T23:59:59.999'),
      touch(3, '2027-02-22T00:00:00'),
    ])
    await tx.insertIgnore(CUSTOMER_PROFILE, [
      {
        ...{ external_userid: 'wmShop', birth_month: 2, birth_day: 29, birth_ordinal: 60 },
        ...{ told_by: 'shop', told_at: 0 },
      },
    ])
  })
  const paths = EVERY_FACT.map((fact) => fact.path).filter((path) =>
    /^(follow|orders|parcel|contacts|silence|birth)/.test(path),
  )
  const ofDay = async (day: string) =>
    Object.fromEntries((await kit.db.tx((tx) => facts.of(tx, ['wmShop'], at(day), paths))).get('wmShop') ?? [])
  expect(await ofDay('2027-02-28T00:00:00')).toEqual({
    'follow.active': false,
    'follow.days': undefined,
    'follow.guide': undefined,
    'follow.guideCount': 0,
    'follow.daysSinceLost': 3,
    'orders.created.count': 4,
    'orders.paid.count': 3,
    'orders.paid.sum': 55_000,
    // The first was 365 days ago, one too many.
    'orders.paid.count365': 2,
    'orders.paid.sum365': 45_000,
    'orders.paid.lastSum': 25_000,
    'orders.paid.daysSinceFirst': 365,
    'orders.paid.daysSinceLast': 359,
    'orders.paid.hoursSinceLast': 358 * 24 + 12,
    // Six days in two gaps.
    'orders.paid.avgIntervalDays': 3,
    // 359 days, of three days each.
    'orders.paid.intervalsSinceLast': 119.6,
    'orders.paid.pieces': 0,
    'orders.paid.roles': [],
    'orders.paid.categories': [],
    'orders.paid.lastCategories': [],
    'orders.refunded.count': 1,
    'orders.refunded.daysSinceLast': 8,
    'orders.refunded.sum': 9_000,
    // 90 of 640 yuan.
    'orders.refunded.percent': 14,
    'parcel.onTheWay': 1,
    'parcel.daysSinceShipped': 358,
    'parcel.signed': false,
    'parcel.daysSinceSigned': undefined,
    'contacts.daysSinceLast': 6,
    'contacts.count7d': 1,
    'contacts.count30d': 3,
    'silence.days': 8,
    // 2027 has no 29 February.
    'birthday.daysUntil': 0,
  })
  expect(await ofDay('2027-03-01T00:00:00')).toMatchObject({ 'contacts.count30d': 2, 'birthday.daysUntil': 365 })
  expect(await ofDay('2028-02-28T23:59:59.999')).toMatchObject({ 'birthday.daysUntil': 1 })
  const stranger = await kit.db.tx((tx) => facts.of(tx, ['wmNew'], at('2027-02-28T00:00')))
  expect(Object.fromEntries(stranger.get('wmNew') ?? [])).toMatchObject({
    'orders.paid.avgIntervalDays': undefined,
    'contacts.daysSinceLast': undefined,
    'contacts.count7d': 0,
    'silence.days': undefined,
    'birthday.daysUntil': undefined,
  })
})
