import { expect, it } from 'vitest'
import { corpusOf } from './corpus.ts'
import { runTarget } from './run-target.ts'
import { TARGETS } from './targets.ts'

it.each(TARGETS.map((target) => [target.name, target] as const))(
  '%s: what failed once does not fail again, and neither do some new ones',
  async (name, target) => {
    const corpus = corpusOf(name)
    const { failures, tried } = await runTarget(target, { seed: 1, count: target.brief, corpus })
    expect(failures).toEqual([])
    expect(tried).toBe(target.brief + corpus.length)
  },
)
