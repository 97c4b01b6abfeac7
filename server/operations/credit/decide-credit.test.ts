import { expect, test } from 'vitest'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { CreditRule } from '../../rules/schema/credit-rules.ts'
import { decideCredit, type KnownThen } from './decide-credit.ts'
import { NOBODY_NAMED } from './named-by-shop.ts'

const PAID = Date.parse('2026-11-22T10:00:00+08:00')
const daysBefore = (days: number): number => PAID - days * DAY_MS
const friend = (userId: string, days: number, channel?: string) => ({ userId, addedAtMs: daysBefore(days), channel })
const touch = (userId: string, days: number, kind: 'welcome' | 'send' | 'script' | 'task' = 'script') => ({
  ...{ userId, kind, about: `${kind}-${days}` },
  atMs: daysBefore(days),
})
const known = (more: Partial<KnownThen>): KnownThen => ({
  ...{ paidAtMs: PAID, friends: [], touches: [], firstChannel: undefined, named: NOBODY_NAMED },
  ...more,
})
const two = { friends: [friend('zhangsan', 30, '包裹卡'), friend('lisi', 3)], firstChannel: '包裹卡' }
const contact = (days: number, by: CreditRule['by'] = ['welcome', 'send', 'script', 'task']): CreditRule => ({
  ...{ to: 'contact', days, by },
})

test.each<
  [
    string,
    CreditRule[],
    Partial<KnownThen>,
    [by?: string, userId?: string | undefined, channel?: string | undefined, about?: string],
  ]
>([
  ['nobody without rules', [], two, []],
  ['nobody without friends', [{ to: 'newest' }], {}, []],
  [
    'the newest friend, whose own code is not known: that of the first add',
    [{ to: 'newest' }],
    two,
    ['newest', 'lisi', '包裹卡'],
  ],
  [
    'whom the shop names, though somebody else is the friend',
    [{ to: 'staff' }, { to: 'newest' }],
    { ...two, named: { userId: 'wangwu', department: 7 } },
    ['staff', 'wangwu', '包裹卡'],
  ],
  [
    'the store where the shop names nobody whom we know',
    [{ to: 'staff' }, { to: 'store' }, { to: 'newest' }],
    { ...two, named: { userId: undefined, department: 7 } },
    ['store', undefined, '包裹卡'],
  ],
  ['else the next rule', [{ to: 'staff' }, { to: 'store' }, { to: 'newest' }], two, ['newest', 'lisi', '包裹卡']],
  ['the first friend', [{ to: 'first' }], two, ['first', 'zhangsan', '包裹卡']],
  [
    'a friend of unknown age is the oldest',
    [{ to: 'newest' }],
    { friends: [friend('a', 1), { ...friend('b', 0), addedAtMs: 0 }] },
    ['newest', 'a'],
  ],
  [
    'of two first friends the earlier',
    [{ to: 'first' }],
    { friends: [friend('a', 1), friend('b', 1)] },
    ['first', 'a'],
  ],
  ['of two newest the later', [{ to: 'newest' }], { friends: [friend('a', 1), friend('b', 1)] }, ['newest', 'b']],
  [
    'whoever contacted last',
    [contact(7)],
    { ...two, touches: [touch('lisi', 2), touch('zhangsan', 1)] },
    ['contact', 'zhangsan', '包裹卡', 'script-1'],
  ],
  [
    'of two at one instant the later in the list',
    [contact(7)],
    { touches: [touch('a', 1), touch('b', 1)] },
    ['contact', 'b', undefined, 'script-1'],
  ],
  ['at the very edge of the days', [contact(7)], { touches: [touch('a', 7)] }, ['contact', 'a', undefined, 'script-7']],
  ['not a moment before', [contact(7)], { touches: [{ ...touch('a', 7), atMs: daysBefore(7) - 1 }] }, []],
  ['not after the payment', [contact(7)], { touches: [{ ...touch('a', 0), atMs: PAID + 1 }] }, []],
  [
    'only by the ways that are named',
    [contact(7, ['script'])],
    { touches: [touch('a', 2), touch('b', 1, 'send')] },
    ['contact', 'a', undefined, 'script-2'],
  ],
  [
    'the next rule where one has no answer',
    [contact(7), { to: 'newest' }],
    { ...two, touches: [touch('zhangsan', 8)] },
    ['newest', 'lisi', '包裹卡'],
  ],
  [
    'and not where it has one',
    [{ to: 'contact', days: 9 }, { to: 'newest' }],
    { ...two, touches: [touch('zhangsan', 8)] },
    ['contact', 'zhangsan', '包裹卡', 'script-8'],
  ],
  [
    'somebody who is no friend may have earned it',
    [contact(7)],
    { ...two, touches: [touch('wangwu', 1)] },
    ['contact', 'wangwu', '包裹卡', 'script-1'],
  ],
  [
    'a code and nobody',
    [{ to: 'first' }, { to: 'code' }],
    { firstChannel: '门店海报' },
    ['code', undefined, '门店海报'],
  ],
  ['no code either', [{ to: 'code' }], {}, []],
])('%s', (_what, rules, more, [by, userId, channel, about]) => {
  const credited = decideCredit(rules, known(more))
  expect(credited && [credited.by, credited.userId, credited.channel, credited.touch?.about]).toEqual(
    by === undefined ? undefined : [by, userId, channel, about],
  )
})
