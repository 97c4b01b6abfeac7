import { expect, it } from 'vitest'
import { shorterTexts } from './edit-text.ts'
import { runTarget } from './run-target.ts'
import { defineTarget } from './target.ts'

/** Fails on texts with both letters in them, and differently on those with a Z. */
const letters = defineTarget<string>({
  name: 'letters',
  says: '',
  count: 100,
  brief: 1,
  batch: 3,
  open: async () => ({
    make: (random) => random.text(40),
    play: async (inputs) =>
      inputs.map((text) => {
        if (text.includes('Z')) throw new Error('a Z')
        return text.includes('a') && text.includes('b')
          ? { ended: 'bad', wrong: `a and b in ${text.length}` }
          : { ended: 'good' }
      }),
    shorten: shorterTexts,
    close: async () => {},
  }),
})

it('each failure has its seed and its shortest input, whatever its neighbours do', async () => {
  const { failures, tried, ended } = await runTarget(letters, { seed: 1, count: 60, corpus: ['ab', 'cd'] })
  expect(failures[0]).toEqual({ target: 'letters', seed: undefined, wrong: 'a and b in 2', input: 'ab' })
  const shortest = new Set(failures.map(({ input }) => [...String(input)].sort().join('')))
  expect([...shortest].sort()).toEqual(['Z', 'ab'])
  for (const { seed, wrong } of failures.slice(1)) {
    const again = await runTarget(letters, { seed: seed ?? 0, count: 1, corpus: [] })
    expect(again.failures.map((one) => one.wrong.slice(0, 20))).toEqual([wrong.slice(0, 20)])
  }
  expect(ended.reduce((sum, [, times]) => sum + times, 0)).toBe(tried)
})

it('stopped, it reports what it has tried', async () => {
  let isOver = false
  const { tried, ended } = await runTarget(letters, {
    seed: 1,
    count: 60,
    corpus: [],
    onProgress: (done) => {
      isOver = done >= 6
    },
    isStopped: () => isOver,
  })
  expect(tried).toBe(6)
  expect(ended.reduce((sum, [, times]) => sum + times, 0)).toBe(6)
})
