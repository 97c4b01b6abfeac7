import { expect, test } from 'vitest'
import { startOfShanghaiMonth } from '../../core/kernel/shanghai.ts'
import { chooseRecipients, keptForNobody, nobodyHeldOut } from './choose-recipients.ts'
import { monthlyLimit } from './monthly-limit.ts'

const owners = new Map([
  ['wm1', 'linxia'],
  ['wm2', 'chenmo'],
  ['wm3', 'linxia'],
])

const NOBODY = new Set<string>()
const draws = { getsNone: nobodyHeldOut, isHeldOut: nobodyHeldOut }

test('everybody goes to their owner; who has none or has had the share of the month is kept out', () => {
  const received = new Map([['wm3', 30]])
  expect(
    chooseRecipients(['wm1', 'wm2', 'wm3', 'wm4'], {
      owners,
      received,
      perCustomer: 30,
      draws,
      keptFor: keptForNobody,
      contacts: undefined,
      guides: undefined,
      refused: NOBODY,
    }),
  ).toEqual([
    { id: 'wm1', userId: 'linxia' },
    { id: 'wm2', userId: 'chenmo' },
    { id: 'wm3', userId: 'linxia', excluded: { kind: 'over-limit', zh: '本月群发次数已满（30/30）' } },
    { id: 'wm4', userId: undefined, excluded: { kind: 'no-guide', zh: '没有在跟进的导购' } },
  ])
})

test('who has refused marketing is kept out, guide or not', () => {
  const context = {
    owners,
    received: new Map<string, number>(),
    perCustomer: 30,
    draws,
    keptFor: keptForNobody,
    contacts: undefined,
    guides: undefined,
  }
  const excluded = { kind: 'no-consent', zh: '客户拒绝了营销' }
  expect(chooseRecipients(['wm1', 'wm2', 'wm4'], { ...context, refused: new Set(['wm2', 'wm4']) })).toEqual([
    { id: 'wm1', userId: 'linxia' },
    { id: 'wm2', userId: 'chenmo', excluded },
    { id: 'wm4', userId: undefined, excluded },
  ])
})

test('who has been contacted as often as the policy allows is left in peace', () => {
  const contacts = {
    chatType: 'single' as const,
    ceilingOf: () => ({ most: 2, days: 7 }),
    had: new Map([
      ['wm1', 1],
      ['wm2', 2],
      ['wm3', 3],
    ]),
    lately: new Map<string, number>(),
    coming: new Map(),
    nowMs: 0,
  }
  const context = {
    owners,
    received: new Map<string, number>(),
    perCustomer: 30,
    draws,
    keptFor: keptForNobody,
    guides: undefined,
    refused: NOBODY,
  }
  expect(chooseRecipients(['wm1', 'wm2', 'wm3'], { ...context, contacts })).toEqual([
    { id: 'wm1', userId: 'linxia' },
    {
      id: 'wm2',
      userId: 'chenmo',
      excluded: { kind: 'over-ceiling', zh: '7 天内已联系 2 次，最多 2 次' },
    },
    {
      id: 'wm3',
      userId: 'linxia',
      excluded: { kind: 'over-ceiling', zh: '7 天内已联系 3 次，最多 2 次' },
    },
  ])
})

test('with named guides, customers of others are no part of it', () => {
  const context = {
    owners,
    received: new Map<string, number>(),
    perCustomer: 30,
    draws,
    keptFor: keptForNobody,
    contacts: undefined,
    guides: ['chenmo'],
    refused: NOBODY,
  }
  expect(chooseRecipients(['wm1', 'wm2', 'wm4'], context)).toEqual([{ id: 'wm2', userId: 'chenmo' }])
})

test('as many a month as the Shanghai month has days, unless the corp says less', () => {
  expect(monthlyLimit(Date.parse('2028-02-29T23:59:00+08:00'), undefined)).toBe(29)
  expect(monthlyLimit(Date.parse('2026-11-30T17:00:00Z'), undefined)).toBe(31)
  expect(monthlyLimit(Date.parse('2026-11-30T17:00:00Z'), 4)).toBe(4)
  expect(startOfShanghaiMonth(Date.parse('2026-11-30T17:00:00Z'))).toBe(Date.parse('2026-12-01T00:00:00+08:00'))
})

test('who gets no marketing at all, or is held out of this send, could have got it otherwise', () => {
  const isAmong =
    (...ids: string[]) =>
    (id: string): boolean =>
      ids.includes(id)
  const context = { owners, received: new Map([['wm3', 30]]), perCustomer: 30, contacts: undefined, guides: undefined }
  const choices = chooseRecipients(['wm1', 'wm2', 'wm3', 'wm4'], {
    ...{ ...context, refused: NOBODY, keptFor: keptForNobody },
    draws: { getsNone: isAmong('wm1', 'wm4'), isHeldOut: isAmong('wm1', 'wm2', 'wm3') },
  })
  expect(choices.map(({ id, excluded }) => [id, excluded?.kind])).toEqual([
    ['wm1', 'no-marketing'],
    ['wm2', 'held-out'],
    ['wm3', 'over-limit'],
    ['wm4', 'no-guide'],
  ])
})
