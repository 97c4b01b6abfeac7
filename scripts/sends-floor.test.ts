import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const PAGE = readFileSync('docs/sends-floor.md', 'utf8')
const STORIES = 'server/testing/stories/config-examples.test.ts'
/** Sentences by chapter, and the needs of the four companies: none may be left out. */
const CHAPTERS = [21, 19, 17, 5, 7, 5, 3, 8]
const NEEDS = [5, 7, 10, 11, 12, 13, 21, 22, 23, 24, 25, 30, 33, 38, 40, 42, 43, 44, 45]

/** The cells of each row that begins so. */
const rowsOf = (begin: RegExp): string[][] =>
  PAGE.split('\n')
    .filter((line) => begin.test(line))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    )

it('each sentence has a test that exists, or says why not, and none of a chapter is left out', () => {
  const rows = rowsOf(/^\| \d+\.\d+ \|/)
  const numbers = CHAPTERS.flatMap((many, chapter) => Array.from({ length: many }, (_, n) => `${chapter + 1}.${n + 1}`))
  expect(rows.map(([number]) => number)).toEqual(numbers)
  for (const [number, sentence = '', mark = '', tests = '', missing = ''] of rows) {
    const files = [...tests.matchAll(/`([^`]+\.(?:test|e2e)\.ts)`/g)].map(([, file = '']) => file)
    expect([number, sentence.length > 3, files.length > 0]).toEqual([number, true, true])
    for (const file of files) {
      expect([file, existsSync(file)]).toEqual([file, true])
      expect([file, /\b(?:it|test)(?:\.each|\()/.test(readFileSync(file, 'utf8'))]).toEqual([file, true])
    }
    expect([number, ['✓', '◐', '✗'].includes(mark)]).toEqual([number, true])
    expect([number, mark === '✓' ? missing === '—' : missing.length > 20]).toEqual([number, true])
  }
})

it('each need of the four companies has its folder and its story', () => {
  const stories = readFileSync(STORIES, 'utf8')
  const rows = rowsOf(/^\| \d+ \|/)
  expect(rows.map(([need]) => Number(need))).toEqual(NEEDS)
  for (const [need, company = '', , mark, story = ''] of rows) {
    expect([need, existsSync(`config-examples/${company}`), mark]).toEqual([need, true, '✓'])
    const title = [...stories.matchAll(/test\('([^']+)'/g)]
      .map(([, one = '']) => one)
      .find((one) => one.startsWith(story))
    // Its number stands in the title.
    expect([
      need,
      /\(([\d, ]+)\)$/
        .exec(title ?? '')?.[1]
        ?.split(', ')
        .includes(String(need)),
    ]).toEqual([need, true])
  }
})
