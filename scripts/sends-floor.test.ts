import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { holdsSentences, rowsOf } from './lib/floor-rows.ts'

const PAGE = readFileSync('docs/sends-floor.md', 'utf8')
const STORIES = 'server/testing/stories/config-examples.test.ts'
/** Sentences by chapter, and the needs of the four companies: none may be left out. */
const CHAPTERS = [21, 19, 17, 5, 7, 5, 3, 8]
const NEEDS = [5, 7, 10, 11, 12, 13, 21, 22, 23, 24, 25, 30, 33, 38, 40, 42, 43, 44, 45]

it('each sentence has a test that exists, or says why not, and none of a chapter is left out', () => {
  holdsSentences(PAGE, CHAPTERS)
})

it('each need of the four companies has its folder and its story', () => {
  const stories = readFileSync(STORIES, 'utf8')
  const rows = rowsOf(PAGE, /^\| \d+ \|/)
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
