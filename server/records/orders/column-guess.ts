import { type ColumnName, columnNames } from './order-columns.ts'
import { plainName } from './plain-name.ts'

/** From which on two names are told to be alike; all of the letters in common would be 1. */
const ALIKE = 0.6

/** How much of two names is the same, by their letters. */
function likeness(one: string, other: string): number {
  const [a, b] = [new Set(one), new Set(other)]
  const common = [...a].filter((letter) => b.has(letter)).length
  return (2 * common) / (a.size + b.size)
}

/** Of header names that mean nothing to us which of the missing columns each is most like, the likeliest first. */
export function guessColumns(names: readonly string[], missing: readonly ColumnName[]): Map<ColumnName, string> {
  const pairs = names.flatMap((name) =>
    missing.map((column) => ({
      ...{ name, column },
      score: Math.max(...columnNames(column).map((known) => likeness(plainName(name), plainName(known)))),
    })),
  )
  const guessed = new Map<ColumnName, string>()
  for (const { name, column, score } of pairs.sort((a, b) => b.score - a.score)) {
    if (score < ALIKE || guessed.has(column) || [...guessed.values()].includes(name)) continue
    guessed.set(column, name)
  }
  return guessed
}
