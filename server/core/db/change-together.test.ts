import { expect, it } from 'vitest'
import { changeTogether } from './change-together.ts'
import type { Statements } from './statements.ts'

/** Asks more than a key, so that each is a statement of its own. */
const TEXT = 'UPDATE task_day SET opened = opened + ? WHERE userid = ? AND opened <= ?'

it('changes that cannot be one go out in one order, whoever asks first, and each is told its own count', async () => {
  const asked: unknown[] = []
  const base = {
    run: async (_text: string, params: unknown[]) => {
      asked.push(params[1])
      return params[1] === 'b' ? 0 : 1
    },
  } as Pick<Statements, 'run'> as Statements
  const change = (guides: string[]) =>
    changeTogether(
      base,
      TEXT,
      guides.map((guide) => [1, guide, 9]),
    )
  expect(await change(['c', 'a', 'b'])).toEqual([1, 1, 0])
  expect(await change(['b', 'c', 'a'])).toEqual([0, 1, 1])
  expect(asked).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
})

it('what rows are set to is no part of their order', async () => {
  const asked: unknown[] = []
  const base = {
    run: async (_text: string, params: unknown[]) => asked.push(params[1]),
  } as Pick<Statements, 'run'> as Statements
  await changeTogether(base, TEXT, [
    [1, 'b', 9],
    [2, 'a', 9],
  ])
  await changeTogether(base, TEXT, [
    [2, 'b', 9],
    [1, 'a', 9],
  ])
  expect(asked).toEqual(['a', 'b', 'a', 'b'])
})
