import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const [wishes = '', faults = ''] = readFileSync('docs/guide-wishes.md', 'utf8').split('## Faults')
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
