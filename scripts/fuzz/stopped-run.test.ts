import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'

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

// Ctrl-C reaches it through the terminal and once more through npm.
it('a run that is stopped by Ctrl-C, heard twice, tells what it tried', async () => {
  const { child, said, begun } = beginRun()
  await begun
  child.kill('SIGINT')
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  expect(said()).toMatch(/^rule-folders: \d+ tried, 0 wrong, \d+ s$/m)
  expect(said()).toMatch(/^ {2}memory \d+ → \d+ MB resident/m)
  expect(code).toBe(0)
})
