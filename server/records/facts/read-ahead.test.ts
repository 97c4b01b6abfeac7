import { expect, it } from 'vitest'
import type { Tx } from '../../core/db/tx.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import { createReadAhead } from './read-ahead.ts'

const EVERYBODY: Condition = { kind: 'all', of: [] }
const NOBODY: Condition = { kind: 'any', of: [] }
const tx = {} as Tx

/** 25 customers, counted readings. */
function table() {
  const all = Array.from({ length: 25 }, (_, n) => `wm${String(n).padStart(2, '0')}`)
  const readings: string[] = []
  const audience = async (_tx: Tx, condition: Condition, _now: number, page: { limit: number; after?: string }) => {
    readings.push(page.after ?? '')
    return condition === NOBODY ? [] : all.filter((id) => id > (page.after ?? '')).slice(0, page.limit)
  }
  return { all, readings, facts: createReadAhead({ audience }, 10) }
}

it('gives the same pages with fewer readings, and the end of them without one', async () => {
  const { all, readings, facts } = table()
  const pages: string[][] = []
  for (let after = ''; ; after = pages.at(-1)?.at(-1) ?? '') {
    const page = await facts.audience(tx, EVERYBODY, 1, { limit: 4, after })
    pages.push(page)
    if (page.length < 4) break
  }
  expect(pages.flat()).toEqual(all)
  expect(pages.map((page) => page.length)).toEqual([4, 4, 4, 4, 4, 4, 1])
  expect(readings).toEqual(['', 'wm07', 'wm15'])
})

it('reads anew for another condition, another instant, or a place before the one it holds', async () => {
  const { readings, facts } = table()
  await facts.audience(tx, EVERYBODY, 1, { limit: 4, after: 'wm10' })
  expect(await facts.audience(tx, NOBODY, 1, { limit: 4, after: 'wm10' })).toEqual([])
  await facts.audience(tx, EVERYBODY, 2, { limit: 4, after: 'wm10' })
  expect(await facts.audience(tx, EVERYBODY, 2, { limit: 2 })).toEqual(['wm00', 'wm01'])
  expect(readings).toEqual(['wm10', 'wm10', 'wm10', ''])
})
