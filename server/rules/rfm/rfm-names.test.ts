import { expect, it } from 'vitest'
import { cellsOf, createNaming, isIn, stepsOf, usualEight } from './rfm-names.ts'

const COUNTS = [2, 3, 4, 5]

it('each of the usual eight names some cells, and each cell has exactly one, however many steps there are', () => {
  for (const r of COUNTS) {
    for (const f of COUNTS) {
      for (const m of COUNTS) {
        const names = usualEight({ r, f, m })
        const cells = cellsOf({ r, f, m })
        expect(cells).toHaveLength(r * f * m)
        for (const cell of cells) expect(names.filter((one) => isIn(one, cell))).toHaveLength(1)
        for (const one of names) expect(cells.some((cell) => isIn(one, cell))).toBe(true)
      }
    }
  }
})

it.each([
  [{ r: 5, f: 5, m: 5 }, '重要价值'],
  [{ r: 4, f: 3, m: 4 }, '重要发展'],
  [{ r: 3, f: 4, m: 4 }, '重要保持'],
  [{ r: 1, f: 2, m: 5 }, '重要挽留'],
  [{ r: 4, f: 4, m: 3 }, '一般价值'],
  [{ r: 5, f: 1, m: 1 }, '一般发展'],
  [{ r: 1, f: 5, m: 1 }, '一般保持'],
  [{ r: 1, f: 1, m: 1 }, '一般挽留'],
])('%j', (cell, name) => {
  expect(createNaming({})(cell)).toBe(name)
})

it('thresholds make one step more', () => {
  const rule = { r: { within: [90] }, f: { from: [2, 3] }, m: { steps: 4 } }
  expect(stepsOf(rule)).toEqual({ r: 2, f: 3, m: 4 })
  expect(
    createNaming({
      ...rule,
      names: [
        { name: '新', r: { gte: 2 } },
        { name: '旧', r: { lte: 1 } },
      ],
    })({ r: 1, f: 3, m: 4 }),
  ).toBe('旧')
})
