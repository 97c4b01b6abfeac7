import { readFileSync } from 'node:fs'
import { it } from 'vitest'
import { holdsSentences } from './lib/floor-rows.ts'

it('each sentence asked for about orders has a test, or says why not, and none of a chapter is left out', () => {
  holdsSentences(readFileSync('docs/orders-floor.md', 'utf8'), [11, 21, 5, 11, 7, 4, 5, 7])
})
