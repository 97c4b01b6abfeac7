import { expect, it } from 'vitest'
import { id, instant, integer, nullable, text } from './columns.ts'
import { alias, defineTable, type Table } from './define-table.ts'
import { ofNobody } from './personal-data.ts'
import { all, byDialect, count, every, list, lock, pick, render, type Sql, select, set, some, sql } from './sql.ts'

const PURCHASE = defineTable(
  'purchase',
  { id: id(), buyer: text(10), fen: integer(), paid_at: nullable(instant()) },
  { personal: ofNobody('a test'), snapshot: {} },
)
const p = alias(PURCHASE, 'p')

it.each([
  [
    'values go apart from the text',
    sql`SELECT ${all(PURCHASE)} FROM ${PURCHASE} WHERE ${PURCHASE.buyer} = ${"o'x"}`,
    'SELECT id, buyer, fen, paid_at FROM purchase WHERE buyer = ?',
    ["o'x"],
  ],
  [
    'an alias names its columns',
    sql`SELECT ${pick(p, 'id', 'fen')} FROM ${p} WHERE ${p.fen} > ${5}`,
    'SELECT p.id, p.fen FROM purchase p WHERE p.fen > ?',
    [5],
  ],
  [
    'a selection may rename',
    sql`SELECT ${select({ who: p.buyer, n: count() })} FROM ${p}`,
    'SELECT p.buyer AS `who`, COUNT(*) AS `n` FROM purchase p',
    [],
  ],
  [
    'lists',
    sql`${PURCHASE.buyer} IN ${list(['a', 'b'])} AND ${PURCHASE.fen} = ${1}`,
    'buyer IN (?, ?) AND fen = ?',
    ['a', 'b', 1],
  ],
  [
    'changes',
    sql`UPDATE ${PURCHASE} SET ${set(PURCHASE, { fen: 3, paid_at: null })} WHERE ${PURCHASE.id} = ${7}`,
    'UPDATE purchase SET fen = ?, paid_at = ? WHERE id = ?',
    [3, null, 7],
  ],
  ['all conditions', every([sql`a = ${1}`, sql`b = ${2}`]), '(a = ?) AND (b = ?)', [1, 2]],
  ['no condition holds always', every([]), '1 = 1', []],
  ['one of the conditions', some([sql`a = ${1}`, sql`b = ${2}`]), '(a = ?) OR (b = ?)', [1, 2]],
  ['of no conditions none holds', some([]), '1 = 0', []],
] as const)('%s', (_, piece, expected, params) => {
  expect(render(piece, 'sqlite')).toEqual({ text: expected, params })
})

it('a list of nobody is refused', () => {
  expect(() => list([])).toThrow('at least one')
  expect(() => set(PURCHASE, {})).toThrow('something to change')
})

it('what the databases write differently', () => {
  const held = sql`SELECT 1 ${lock()}`
  expect(render(held, 'mysql').text).toBe('SELECT 1 FOR UPDATE')
  expect(render(held, 'sqlite').text).toBe('SELECT 1 ')
  expect(render(byDialect({ mysql: sql`A`, sqlite: sql`B` }), 'sqlite').text).toBe('B')
})

/** One place in the code, whatever stands in its braces. */
const asked = (which: Sql, table: Table, fen: number | null) =>
  render(sql`SELECT 1 FROM ${table} WHERE ${which} AND fen = ${fen}`, 'sqlite')
const byBuyer = (buyer: string) => sql`buyer = ${buyer}`

it('of one place in the code each is written with its own values and in its own shape', () => {
  const first = asked(byBuyer('a'), PURCHASE, 1)
  const second = asked(byBuyer('b'), PURCHASE, null)
  expect(first).toEqual({ text: 'SELECT 1 FROM purchase WHERE buyer = ? AND fen = ?', params: ['a', 1] })
  expect(second).toEqual({ text: first.text, params: ['b', null] })
  expect(asked(byBuyer('c'), p, 2)).toEqual({
    text: 'SELECT 1 FROM purchase p WHERE buyer = ? AND fen = ?',
    params: ['c', 2],
  })
  expect(asked(sql`id IN ${list([1, 2])}`, PURCHASE, 3)).toEqual({
    text: 'SELECT 1 FROM purchase WHERE id IN (?, ?) AND fen = ?',
    params: [1, 2, 3],
  })
  expect(asked(byBuyer('d'), PURCHASE, 4).params).toEqual(['d', 4])
})

it('holds rows the second time as well', () => {
  const held = (id: number) => render(sql`SELECT 1 FROM ${PURCHASE} WHERE id = ${id} ${lock()}`, 'mysql')
  expect([held(1), held(2)].map(({ isLocking, text }) => [isLocking, text.endsWith('FOR UPDATE')])).toEqual([
    [true, true],
    [true, true],
  ])
})

it('a list of which nobody knows how long it is comes in its own length', () => {
  const among = (ids: number[]) => render(sql`SELECT 1 FROM ${PURCHASE} WHERE id IN ${list(ids)}`, 'sqlite')
  expect([among([1]), among([2, 3])].map(({ params, text }) => [params, text.slice(-6)])).toEqual([
    [[1], 'IN (?)'],
    [[2, 3], '(?, ?)'],
  ])
})
