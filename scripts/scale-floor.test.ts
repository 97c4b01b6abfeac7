import { readFileSync } from 'node:fs'
import { it } from 'vitest'
import { holdsSentences } from './lib/floor-rows.ts'

it('each sentence asked for about speed and several machines is held by a test or a program, or says why not', () => {
  holdsSentences(readFileSync('docs/scale-floor.md', 'utf8'), [10, 3, 6, 8, 4, 4])
})
