import { expect, it } from 'vitest'
import { render, sql } from './sql.ts'
import { Sql } from './sql-piece.ts'

/** A piece with a value, which counts how often it is rendered. */
function counted(value: number) {
  const seen = { times: 0 }
  const piece = new Sql((into) => {
    seen.times += 1
    into.text += '?'
    into.params.push(value)
  })
  return { seen, piece }
}

it('a text that cannot be kept is found out once, and then only rendered', () => {
  const at = (piece: Sql, name: string) => render(sql`SELECT 1 WHERE a IN (${piece}) AND b = ${name}`, 'sqlite')
  for (const [nth, times] of [2, 1, 1].entries()) {
    const { seen, piece } = counted(nth)
    expect(at(piece, 'x')).toMatchObject({ text: 'SELECT 1 WHERE a IN (?) AND b = ?', params: [nth, 'x'] })
    expect(seen.times).toBe(times)
  }
})

it('a text whose values are only in the braces is the same each time', () => {
  const at = (name: string) => render(sql`SELECT 1 WHERE b = ${name}`, 'mysql')
  expect([at('x'), at('y')].map(({ text, params }) => [text, ...params])).toEqual([
    ['SELECT 1 WHERE b = ?', 'x'],
    ['SELECT 1 WHERE b = ?', 'y'],
  ])
})
