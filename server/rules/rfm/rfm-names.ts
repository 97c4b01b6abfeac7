import type { RfmName, RfmRule } from '../schema/rfm-rule.ts'

export interface Cell {
  r: number
  f: number
  m: number
}
export type Dimension = keyof Cell
export const DIMENSIONS = ['r', 'f', 'm'] as const
const DEFAULT_STEPS = 5

/** How many points there are of each: one more than there are thresholds. */
export const stepsOf = ({ r = {}, f = {}, m = {} }: RfmRule): Cell => ({
  r: r.within === undefined ? (r.steps ?? DEFAULT_STEPS) : r.within.length + 1,
  f: f.from === undefined ? (f.steps ?? DEFAULT_STEPS) : f.from.length + 1,
  m: m.from === undefined ? (m.steps ?? DEFAULT_STEPS) : m.from.length + 1,
})

/** High or not of R, F and M, as the textbooks call them. */
const EIGHT: readonly [name: string, r: boolean, f: boolean, m: boolean][] = [
  ['重要价值', true, true, true],
  ['重要发展', true, false, true],
  ['重要保持', false, true, true],
  ['重要挽留', false, false, true],
  ['一般价值', true, true, false],
  ['一般发展', true, false, false],
  ['一般保持', false, true, false],
  ['一般挽留', false, false, false],
]

/** High is the upper half; of an odd number of steps the middle one is not. */
export function usualEight(steps: Cell): RfmName[] {
  const range = (count: number, isHigh: boolean): { gte: number } | { lte: number } => {
    const lowest = Math.floor((count + 1) / 2) + 1
    return isHigh ? { gte: lowest } : { lte: lowest - 1 }
  }
  return EIGHT.map(([name, r, f, m]) => ({ name, r: range(steps.r, r), f: range(steps.f, f), m: range(steps.m, m) }))
}

export const namesOf = (rule: RfmRule): readonly RfmName[] => rule.names ?? usualEight(stepsOf(rule))

export const isIn = (entry: RfmName, cell: Cell): boolean =>
  DIMENSIONS.every((key) => cell[key] >= (entry[key]?.gte ?? 1) && cell[key] <= (entry[key]?.lte ?? Infinity))

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

export const cellsOf = (steps: Cell): Cell[] =>
  upTo(steps.r).flatMap((r) => upTo(steps.f).flatMap((f) => upTo(steps.m).map((m) => ({ r, f, m }))))

/** What a cell is called; of rules in force each has exactly one name. */
export function createNaming(rule: RfmRule): (cell: Cell) => string | undefined {
  const key = ({ r, f, m }: Cell): number => r * 100 + f * 10 + m
  const names = namesOf(rule)
  const known = new Map(cellsOf(stepsOf(rule)).map((cell) => [key(cell), names.find((one) => isIn(one, cell))?.name]))
  return (cell) => known.get(key(cell))
}
