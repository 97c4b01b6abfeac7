import { expect, it } from 'vitest'
import { isTriedTooOften, type Persons, type Proof, whyNotBind } from './why-not-bind.ts'

const order = (change: object = {}) => ({
  ...{ external_userid: null, given_external_userid: null, given_unionid: null, phone_tail: '1111' },
  ...{ total_fen: 25_600, paid_at: Date.parse('2026-11-20T23:59:00+08:00'), created_at: 0 },
  ...change,
})
const hers: Persons = { externalUserId: 'wmA', unionIds: [], ofUnionId: [], ofPhone: [] }
const tail: Proof = { phoneTail: '1111' }
const paid = (fen: number, on: string): Proof => ({ paid: { fen, on } })

it.each<[string, object, Proof, Partial<Persons>, string | undefined]>([
  ['the digits fit', {}, tail, {}, undefined],
  ['the sum and the Shanghai day fit', {}, paid(25_600, '2026-11-20'), {}, undefined],
  ['both are said and both fit', {}, { ...tail, ...paid(25_600, '2026-11-20') }, {}, undefined],
  ['nothing is said', {}, {}, {}, 'no-fit'],
  ['other digits', {}, { phoneTail: '2222' }, {}, 'no-fit'],
  ['digits, and the order has no phone', { phone_tail: null }, tail, {}, 'no-fit'],
  ['the sum and the day, and the order has no phone', { phone_tail: null }, paid(25_600, '2026-11-20'), {}, undefined],
  ['one fen less', {}, paid(25_599, '2026-11-20'), {}, 'no-fit'],
  ['the day after', {}, paid(25_600, '2026-11-21'), {}, 'no-fit'],
  ['the day before', {}, paid(25_600, '2026-11-19'), {}, 'no-fit'],
  ['the digits fit and the sum does not', {}, { ...tail, ...paid(1, '2026-11-20') }, {}, 'no-fit'],
  [
    'never paid: the day it was made',
    { paid_at: null, created_at: Date.parse('2026-11-18T00:00:00+08:00') },
    paid(25_600, '2026-11-18'),
    {},
    undefined,
  ],
  ['somebody has it', { external_userid: 'wmB' }, tail, {}, 'no-fit'],
  ['the shop named another', { given_external_userid: 'wmB' }, tail, {}, 'other-person'],
  ['the shop named her', { given_external_userid: 'wmA' }, tail, {}, undefined],
  ['another union id than WeCom’s', { given_unionid: 'uB' }, tail, { unionIds: ['uA'] }, 'other-person'],
  ['another union id than an order of hers', { given_unionid: 'uB' }, tail, { unionIds: ['uA', 'uC'] }, 'other-person'],
  ['her union id', { given_unionid: 'uA' }, tail, { unionIds: ['uA'], ofUnionId: ['wmA', 'wmB'] }, undefined],
  ['a union id of nobody, and she has none', { given_unionid: 'uB' }, tail, {}, undefined],
  ['a union id of others', { given_unionid: 'uB' }, tail, { ofUnionId: ['wmB', 'wmC'] }, 'other-person'],
  ['a phone of others', {}, tail, { ofPhone: ['wmB', 'wmC'] }, 'other-person'],
  ['a phone of hers and another’s', {}, tail, { ofPhone: ['wmA', 'wmB'] }, undefined],
])('%s', (_what, change, proof, persons, expected) => {
  expect(whyNotBind(order(change), { proof, persons: { ...hers, ...persons }, isNameless: false })).toBe(expected)
})

it('what somebody bought who was erased is nobody’s for ever', () => {
  expect(whyNotBind(order(), { proof: tail, persons: hers, isNameless: true })).toBe('no-fit')
})

it.each([
  [{ byGuide: 9, forCustomer: 4, ofOrder: 4 }, false],
  [{ byGuide: 10, forCustomer: 0, ofOrder: 0 }, true],
  [{ byGuide: 0, forCustomer: 5, ofOrder: 0 }, true],
  [{ byGuide: 0, forCustomer: 0, ofOrder: 5 }, true],
])('refused tries %j: enough %s', (tries, expected) => {
  expect(isTriedTooOften(tries)).toBe(expected)
})
