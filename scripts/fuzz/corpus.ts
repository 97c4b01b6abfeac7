import { readFileSync, writeFileSync } from 'node:fs'
import type { Failure } from './run-target.ts'

const FILE = new URL('./corpus.json', import.meta.url)

/** An input that failed once. */
interface Kept {
  target: string
  /** What was wrong then. */
  wrong: string
  /** Of the run that found it; absent where a person wrote the input. */
  seed?: number
  input: unknown
}

const read = (): Kept[] => JSON.parse(readFileSync(FILE, 'utf8')) as Kept[] // written by `keepInCorpus` alone

/** The inputs of one target that failed once, oldest first. */
export const corpusOf = (target: string): unknown[] =>
  read()
    .filter((kept) => kept.target === target)
    .map(({ input }) => input)

/** Adds what failed now. Those of the corpus that failed again are there already. */
export function keepInCorpus(failures: readonly Failure[]): void {
  const news = failures.flatMap(({ target, wrong, seed, input }) =>
    seed === undefined ? [] : [{ target, wrong: wrong.split('\n')[0] ?? '', seed, input }],
  )
  if (news.length > 0) writeFileSync(FILE, `${JSON.stringify([...read(), ...news], null, 2)}\n`)
}
