import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { copyTree } from './lib/copy-tree.ts'

/** What docs/add-to-it.md says is done in a copy of the tree, to the letter. */

const MINUTES = 60_000
/** Its own, and those that hold every table and every fact. */
const TESTS = ['server/records/complaints', 'migrations/schema.test.ts', 'server/capabilities/facts.test.ts']
let copy: string
beforeAll(async () => {
  copy = await copyTree(['config', 'docs', 'vitest.config.ts', ...['dist/types.tsbuildinfo'].filter(existsSync)])
}, MINUTES)
afterAll(() => rm(copy, { recursive: true, force: true }))

interface Recipe {
  /** The command that brings the folder and the migration. */
  bring: string[]
  /** Each block that changes a list, with the file it names. */
  lists: { file: string; lines: string[] }[]
}

async function readRecipe(): Promise<Recipe> {
  const page = await readFile(join(copy, 'docs/add-to-it.md'), 'utf8')
  const lists = [...page.matchAll(/^```diff\n(.*?)^```/gms)].map(([, block = '']) => {
    const [head = '', ...lines] = block.trimEnd().split('\n')
    return { file: head.replace('// ', ''), lines }
  })
  return { bring: /^ +(cp .*)$/m.exec(page)?.[1]?.split(' ') ?? [], lists }
}

/** Puts each added line before the lines that follow it in the block, which the file must have once. */
function changed(text: string, lines: string[]): string {
  let result = text
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('+')) continue
    const after = lines.slice(index + 1)
    const end = after.findIndex((other) => other.startsWith('+'))
    const next = after.slice(0, end < 0 ? undefined : end).map((other) => other.slice(1))
    const parts = `${result}\n`.split(`\n${next.join('\n')}\n`)
    expect([next, parts.length]).toEqual([next, 2])
    result = parts.join(`\n${[line.slice(1), ...next].join('\n')}\n`).slice(0, -1)
  }
  return result
}

/** Gives what a failed command wrote, which says more than its exit code. */
async function run(...[command = '', ...words]: string[]): Promise<string> {
  const env = { ...process.env, VITEST: undefined, NODE_ENV: undefined }
  try {
    await promisify(execFile)(command, words, { cwd: copy, env })
    return ''
  } catch (error) {
    return `${(error as { stdout: string }).stdout}\n${String(error)}`
  }
}

it(
  'a signed source with event, action, job and fact is its own folder, a migration, and a line in two lists',
  async () => {
    const brought = await readdir(join(copy, 'docs/example'), { recursive: true })
    const itsOwn =
      /^(server|server\/records|server\/records\/complaints.*|migrations|migrations\/\d{4}-complaints\.ts)$/
    expect(brought.filter((path) => !itsOwn.test(path))).toEqual([])

    const { bring, lists } = await readRecipe()
    expect(await run(...bring)).toBe('')
    const entries = lists.map(({ file, lines }) => [file, lines.filter((line) => /^\+ /.test(line)).length])
    expect(entries).toEqual([
      ['migrations/index.ts', 1],
      ['server/capabilities/capabilities.ts', 1],
    ])
    for (const { file, lines } of lists)
      await writeFile(join(copy, file), changed(await readFile(join(copy, file), 'utf8'), lines))

    expect(await run('npm', 'run', '-s', 'tsc')).toBe('')
    expect(await run('npx', 'vitest', 'run', ...TESTS)).toBe('')
  },
  10 * MINUTES,
)
