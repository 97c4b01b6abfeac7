import { expect, it } from 'vitest'
import { VOCABULARY } from '../capabilities/vocabulary.ts'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import type { Pool } from '../rules/book/rule-book.ts'
import type { FactValue } from '../rules/condition/fact.ts'
import { type GroupKnown, groupPeople } from './group-people.ts'

const NOW = Date.parse('2026-11-20T10:00:00+08:00')

const pool = (name: string, orders: number, isInvited = true): Pool => ({
  name,
  file: `groups/${name}.yaml`,
  version: 'v1',
  value: {
    pool: name,
    role: 'paid',
    groups: {},
    capacity: 200,
    entry: {},
    inviteBy: 'task',
    ...(isInvited ? { inviteOn: ['order.paid' as const] } : {}),
  },
  entry: { kind: 'test', path: 'orders.paid.count', test: { gte: orders } },
})
const PAID = pool('付费群', 1)
const VIP = pool('VIP', 3)
const OPEN = pool('科普群', 0, false)

const member = (memberId: string, daysAgo = 30, joinScene?: number) => ({
  memberId,
  isStaff: false,
  name: `群里的${memberId}`,
  joinedAtMs: NOW - daysAgo * DAY_MS,
  joinScene,
})
const orders = (count: number): Map<string, FactValue> => new Map([['orders.paid.count', count]])

const known = (more: Partial<GroupKnown>): GroupKnown => ({
  chatId: 'g1',
  nowMs: NOW,
  customers: [],
  pool: PAID,
  pools: [PAID, VIP, OPEN],
  facts: new Map(),
  places: new Map(),
  paidFen: new Map(),
  names: new Map(),
  seen: new Set(),
  own: new Set(),
  shapes: VOCABULARY.facts,
  ...more,
})
const idsIn = (list: { people: { name: string | null }[] } | null) => list?.people.map((one) => one.name)

it('who does not meet the condition is listed with what they have, a colleague’s without; strangers are judged by nothing', () => {
  const { outside, strangers, elsewhere } = groupPeople(
    known({
      customers: [member('a'), member('b'), member('c'), member('x')],
      facts: new Map([
        ['a', orders(0)],
        ['b', orders(1)],
        ['c', orders(0)],
      ]),
      seen: new Set(['a', 'b']),
    }),
  )
  expect(outside).toEqual({
    total: 2,
    people: [
      { externalUserId: null, name: '群里的a', text: '已付款订单数 0' },
      { externalUserId: null, name: '群里的c', text: '不符合' },
    ],
  })
  expect(strangers).toBe(1)
  expect(elsewhere.total).toBe(0)
})

it('without a pool nobody is outside, and who is due for another pool is told all the same', () => {
  const facts = new Map([['a', orders(3)]])
  const { outside, elsewhere } = groupPeople(known({ pool: undefined, customers: [member('a')], facts }))
  expect(outside).toBeNull()
  expect(elsewhere.people).toEqual([
    { externalUserId: null, name: '群里的a', text: '够进「付费群」、「VIP」了，还没进' },
  ])
})

it('due for another pool: not for the own one, not where they are already, not where nobody is invited', () => {
  const places = new Map([
    [
      'in',
      [
        { pool: '付费群', chatId: 'g1', name: '付费 1' },
        { pool: 'VIP', chatId: 'g9', name: 'V 1' },
      ],
    ],
    ['out', [{ pool: '付费群', chatId: 'g1', name: '付费 1' }]],
  ])
  const facts = new Map([
    ['in', orders(3)],
    ['out', orders(3)],
    ['few', orders(2)],
  ])
  const { elsewhere } = groupPeople(known({ customers: [member('in'), member('out'), member('few')], facts, places }))
  expect(elsewhere.people.map(({ name, text }) => [name, text])).toEqual([['群里的out', '够进「VIP」了，还没进']])
})

it('in two groups of this pool, strangers too; another pool’s group is no double', () => {
  const places = new Map([
    [
      'a',
      [
        { pool: '付费群', chatId: 'g1', name: '付费 1' },
        { pool: '付费群', chatId: 'g2', name: '' },
      ],
    ],
    [
      'b',
      [
        { pool: '付费群', chatId: 'g1', name: '付费 1' },
        { pool: 'VIP', chatId: 'g3', name: 'V 1' },
      ],
    ],
  ])
  const { duplicates } = groupPeople(known({ customers: [member('a'), member('b')], places }))
  expect(duplicates.people.map(({ name, text }) => [name, text])).toEqual([['群里的a', '也在「未命名的群」']])
})

it('newcomers of seven days, the newest first, with how they came', () => {
  const customers = [member('old', 7.01), member('edge', 7), member('new', 0.5, 3), member('odd', 0.1, 99)]
  const { newcomers } = groupPeople(known({ customers }))
  expect(newcomers.people.map(({ name, text }) => [name, text])).toEqual([
    ['群里的odd', '一天之内进群'],
    ['群里的new', '一天之内进群，扫群二维码'],
    ['群里的edge', '7 天前进群'],
  ])
})

it('the best are those whose numbers may be seen, and only own friends can be opened', () => {
  const customers = ['a', 'b', 'c', 'd'].map((id) => member(id))
  const facts = new Map(customers.map(({ memberId }) => [memberId, orders(1)]))
  const paidFen = new Map([
    ['a', 100],
    ['b', 99_950],
    ['c', 500_000],
  ])
  const { best } = groupPeople(
    known({ customers, facts, paidFen, seen: new Set(['a', 'b', 'd']), own: new Set(['b']) }),
  )
  expect(best).toEqual({
    total: 2,
    people: [
      { externalUserId: 'b', name: '群里的b', text: '累计实付 ¥1,000' },
      { externalUserId: null, name: '群里的a', text: '累计实付 ¥1' },
    ],
  })
})

it('twenty are shown and all counted', () => {
  const customers = Array.from({ length: 21 }, (_, at) => member(`n${at}`, 1))
  const { newcomers } = groupPeople(known({ customers }))
  expect([newcomers.total, newcomers.people.length, idsIn(newcomers)?.[0]]).toEqual([21, 20, '群里的n20'])
})

it('a name is the one in the group, else the nickname, else unknown', () => {
  const nameless = (id: string) => ({ ...member(id, 1), name: undefined })
  const { newcomers } = groupPeople(
    known({ customers: [nameless('a'), nameless('b')], names: new Map([['a', '小满']]) }),
  )
  expect(idsIn(newcomers)).toEqual([null, '小满'])
})
