import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'

/** Begins a run that would take hours. */
function beginRun() {
  const words = ['--import', 'tsx', '--expose-gc', 'scripts/fuzz/main.ts', '--only', 'rule-folders', '--seed', '7']
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  const heard = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('rule-folders')) resolve()
    })
  })
  return { child, said: () => said, begun: Promise.race([heard, once(child, 'exit')]) }
}

describe('a run that is stopped tells what it tried', () => {
  // Ctrl-C reaches it through the terminal and once more through npm.
  it.each([
    ['by Ctrl-C, heard twice', ['SIGINT', 'SIGINT']],
    ['by whoever ends processes', ['SIGTERM']],
  ] as const)(
    '%s',
    async (_how, signals) => {
      const { child, said, begun } = beginRun()
      await begun
      for (const signal of signals) child.kill(signal)
      const [code] = await once(child, 'exit')
      expect(said()).toMatch(/^rule-folders: \d+ tried, 0 wrong, \d+ s$/m)
      expect(said()).toMatch(/^ {2}memory \d+ → \d+ MB resident/m)
      expect(code).toBe(0)
    },
    120_000,
  )
})
