import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** Pages that take what was asked sentence by sentence: number, what was asked, mark, what holds it, what is missing. */
const PAGES = readdirSync('docs').filter((file) => file.endsWith('-floor.md') && file !== 'trust-floor.md')
const ROW = /^\| (?<number>\d+\.\d+) \| (?<asked>.+?) \| (?<mark>[✓◐✗]) \| (?<held>.+?) \| (?<missing>.+) \|$/

it.each(PAGES)('each row of docs/%s names files that exist, or why there are none', (page) => {
  const lines = readFileSync(`docs/${page}`, 'utf8')
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
  const [before, numbers] = [{ chapter: 0, nth: 0 }, new Set<string>()]
  for (const line of lines) {
    const { number = '', mark = '', held = '', missing = '' } = ROW.exec(line)?.groups ?? {}
    expect([line, number]).not.toEqual([line, ''])
    const [chapter = 0, nth = 0] = number.split('.').map(Number)
    expect([number, chapter === before.chapter ? nth - before.nth : nth]).toEqual([number, 1])
    Object.assign(before, { chapter, nth })
    numbers.add(number)
    const files = [...held.matchAll(/`([^`]+\.ts)`/g)].map(([, file = '']) => file)
    expect([number, files.length > 0 || mark === '✗']).toEqual([number, true])
    for (const file of files) expect([number, file, existsSync(file)]).toEqual([number, file, true])
    expect([number, mark === '✓' || missing.length > 20]).toEqual([number, true])
  }
  expect(numbers.size).toBeGreaterThan(20)
})

it('there are such pages', () => {
  expect(PAGES).toContain('scale-floor.md')
})
