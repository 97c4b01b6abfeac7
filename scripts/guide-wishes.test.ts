import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

// Wishes, faults and sentences of the issue stand under headings of their own.
const [, wishes = '', faults = '', asked = ''] = readFileSync('docs/guide-wishes.md', 'utf8').split(/^## .+$/m)
/** The cells of each row, without the head. */
const rowsOf = (text: string, begin: RegExp): string[][] =>
  text
    .split('\n')
    .filter((line) => begin.test(line))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    )
const filesOf = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+\.(?:test|e2e)\.ts)`/g)].map(([, file = '']) => file)

function holdsTests(files: readonly string[]): void {
  for (const file of files) {
    expect([file, existsSync(file)]).toEqual([file, true])
    expect([file, /\b(?:it|test)(?:\.each|\()/.test(readFileSync(file, 'utf8'))]).toEqual([file, true])
  }
}

it('each of the seventy wishes has a test, or says why not', () => {
  const rows = rowsOf(wishes, /^\| \d+ \|/)
  expect(rows.map(([number]) => Number(number))).toEqual(Array.from({ length: 70 }, (_, n) => n + 1))
  for (const [number, , mark = '', tests = '', missing = ''] of rows) {
    const files = filesOf(tests)
    holdsTests(files)
    expect([number, ['✓', '◐', '✗'].includes(mark)]).toEqual([number, true])
    expect([number, mark === '✗' || files.length > 0]).toEqual([number, true])
    expect([number, mark === '✓' ? missing : missing.length > 20]).toEqual([number, mark === '✓' ? '—' : true])
  }
})

it('each of the 32 faults has a test', () => {
  const rows = rowsOf(faults, /^\| U\d+ \|/)
  expect(rows.map(([name]) => name)).toEqual(Array.from({ length: 32 }, (_, n) => `U${n + 1}`))
  for (const [name, , tests = '', broken = ''] of rows) {
    const files = filesOf(tests)
    holdsTests(files)
    expect([name, files.length > 0, broken !== '']).toEqual([name, true, true])
  }
})

it('each sentence of the issue has a test, or says why not, and none of a chapter is left out', () => {
  const rows = rowsOf(asked, /^\| \d+\.\d+ \|/)
  const CHAPTERS = [14, 14, 20, 12, 8, 1, 3]
  const numbers = CHAPTERS.flatMap((many, chapter) => Array.from({ length: many }, (_, n) => `${chapter + 1}.${n + 1}`))
  expect(rows.map(([number]) => number)).toEqual(numbers)
  for (const [number, sentence = '', mark = '', tests = '', last = ''] of rows) {
    const files = filesOf(tests)
    holdsTests(files)
    expect([number, sentence.length > 5, files.length > 0]).toEqual([number, true, true])
    expect([number, ['✓', '◐', '✗'].includes(mark)]).toEqual([number, true])
    expect([number, mark === '✓' ? last !== '' : last.length > 20]).toEqual([number, true])
  }
})
