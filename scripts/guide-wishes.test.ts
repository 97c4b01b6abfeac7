import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { filesOf, holdsSentences, holdsTests, rowsOf } from './lib/floor-rows.ts'

// Wishes, faults and sentences of the issue stand under headings of their own.
const [, wishes = '', faults = '', asked = ''] = readFileSync('docs/guide-wishes.md', 'utf8').split(/^## .+$/m)
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
  holdsSentences(asked, [14, 14, 20, 12, 8, 1, 3])
})
