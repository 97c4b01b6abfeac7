import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Mutant } from './find-mutants.ts'

/** What the tests of the server read. */
const NEEDED = ['server', 'sandbox', 'migrations', 'scripts', 'config', 'docs', 'vitest.config.ts', 'package.json']

export type Outcome = 'killed' | 'survived' | 'endless'

/** A copy of the project in which a file can be spoilt without anybody noticing. */
export function openWorkbench() {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-mutate-'))
  for (const name of NEEDED) cpSync(name, join(folder, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))

  /** Runs test files up to the first failure. */
  function test(tests: string[], timeoutMs: number): Promise<Outcome> {
    const child = spawn(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', '--maxWorkers', '1', '--reporter', 'dot', ...tests],
      // A group of its own: its workers end with it.
      { cwd: folder, stdio: 'ignore', detached: true },
    )
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

  return {
    test,
    /** The file is as it was afterwards. */
    tryOut: async (mutant: Mutant, tests: string[], timeoutMs: number): Promise<Outcome> => {
      const path = join(folder, mutant.file)
      const code = readFileSync(path, 'utf8')
      writeFileSync(path, code.slice(0, mutant.start) + mutant.text + code.slice(mutant.end))
      try {
        return await test(tests, timeoutMs)
      } finally {
        writeFileSync(path, code)
      }
    },
    close: (): void => rmSync(folder, { recursive: true, force: true }),
  }
}
