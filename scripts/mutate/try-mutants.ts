import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Mutant } from './find-mutants.ts'

/** What the tests of the server read. */
const NEEDED = ['server', 'sandbox', 'migrations', 'scripts', 'config', 'docs', 'vitest.config.ts', 'package.json']

const LONGEST_MS = 30 * 60_000
const STARTING_MS = 60_000

export type Outcome = 'killed' | 'survived' | 'endless'

/** A copy of the project in which a file can be spoilt without anybody noticing. */
export function openWorkbench() {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-mutate-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  let said = ''
  const patience = new Map<string, number>()
  for (const name of NEEDED) cpSync(name, join(folder, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))

  /** Runs test files up to the first failure. */
  function test(tests: string[], timeoutMs: number): Promise<Outcome> {
    const child = spawn(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', '--maxWorkers', '1', '--reporter', 'dot', ...tests],
      // A group of its own: its workers end with it.
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    )
    said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += String(text)))
    return new Promise((done) => {
      const endGroup = (): void => {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      }
      const timer = setTimeout(() => {
        done('endless')
        endGroup()
      }, timeoutMs)
      child.once('exit', (code) => {
        clearTimeout(timer)
        done(code === 0 ? 'survived' : 'killed')
      })
    })
  }

  /** Eight times what the tests take while nothing is changed: machines get busier, and slow is not noticed. Throws when they fail even so. */
  async function patienceFor(tests: string[]): Promise<number> {
    const key = tests.join()
    const known = patience.get(key)
    if (known !== undefined) return known
    const from = Date.now()
    const outcome = await test(tests, LONGEST_MS)
    if (outcome !== 'survived') throw new Error(`these fail before anything is changed: ${tests.join(' ')}\n${said}`)
    const found = (Date.now() - from) * 8 + STARTING_MS
    patience.set(key, found)
    return found
  }

  return {
    /** Tries one lot of test files after the other until one notices. The file is as it was afterwards. */
    tryOut: async (mutant: Mutant, lots: string[][]): Promise<Outcome> => {
      const path = join(folder, mutant.file)
      const code = readFileSync(path, 'utf8')
      for (const tests of lots) {
        const timeoutMs = await patienceFor(tests)
        writeFileSync(path, code.slice(0, mutant.start) + mutant.text + code.slice(mutant.end))
        const outcome = await test(tests, timeoutMs)
        writeFileSync(path, code)
        if (outcome !== 'survived') return outcome
      }
      return 'survived'
    },
    close: (): void => {
      process.off('exit', remove)
      remove()
    },
  }
}
