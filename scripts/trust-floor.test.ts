import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const ROW = /^\| (?<says>.+?) \| (?<tests>`.+`) \| (?<broken>.+) \|$/
const rows = readFileSync('docs/trust-floor.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| (?:what holds|---)/.test(line))

it('every kind of silence on the page has tests that exist, and they test something', () => {
  expect(rows.length).toBeGreaterThan(50)
  for (const row of rows) {
    const tests =
      ROW.exec(row)
        ?.groups?.tests?.split(', ')
        .map((one) => one.slice(1, -1)) ?? []
    expect([row, tests.length]).not.toEqual([row, 0])
    for (const test of tests) {
      expect([test, existsSync(test)]).toEqual([test, true])
      expect(test).toMatch(/\.(?:test|e2e)\.ts$/)
      expect(readFileSync(test, 'utf8')).toMatch(/\b(?:it|test)(?:\.each|\()/)
    }
  }
})
