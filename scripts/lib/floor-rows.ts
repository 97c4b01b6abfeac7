import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** The cells of each row of a table that begins so, without the head. */
export const rowsOf = (text: string, begin: RegExp): string[][] =>
  text
    .split('\n')
    .filter((line) => begin.test(line))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    )

/** The tests that a cell names. */
export const filesOf = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+\.(?:test|e2e)\.ts)`/g)].map(([, file = '']) => file)

/** The programs of the bench that a cell names: what is measured, and cannot be a test on a shared machine. */
const programsOf = (cell: string): string[] =>
  [...cell.matchAll(/`(bench\/[^`]+\.ts)`/g)].flatMap(([, file = '']) => (/\.test\.ts$/.test(file) ? [] : [file]))

/** Each is there and tests something. */
export function holdsTests(files: readonly string[]): void {
  for (const file of files) {
    expect([file, existsSync(file)]).toEqual([file, true])
    expect([file, /\b(?:it|test)(?:\.each|\.runIf|\()/.test(readFileSync(file, 'utf8'))]).toEqual([file, true])
  }
}

/** Sentences of an issue by chapter and number: each has a mark and a test or a program of the bench, says what is missing where it is not whole, and none
 *  is left out. `chapters`: how many each has. */
export function holdsSentences(text: string, chapters: readonly number[]): void {
  const rows = rowsOf(text, /^\| \d+\.\d+ \|/)
  const numbers = chapters.flatMap((many, chapter) => Array.from({ length: many }, (_, n) => `${chapter + 1}.${n + 1}`))
  expect(rows.map(([number]) => number)).toEqual(numbers)
  for (const [number, sentence = '', mark = '', tests = '', last = ''] of rows) {
    const files = filesOf(tests)
    holdsTests(files)
    const programs = programsOf(tests)
    for (const program of programs) expect([number, program, existsSync(program)]).toEqual([number, program, true])
    expect([number, sentence.length > 3, files.length + programs.length > 0]).toEqual([number, true, true])
    expect([number, ['✓', '◐', '✗'].includes(mark)]).toEqual([number, true])
    expect([number, mark === '✓' ? last !== '' : last.length > 20]).toEqual([number, true])
  }
}
