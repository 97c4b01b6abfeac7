import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { holdDatabase } from './hold-database.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-hold-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const me = { pid: process.pid, address: 'http://127.0.0.1:3000' }
const HELD = expect.objectContaining({ code: 'db.held', zh: expect.stringContaining('先停掉它再启动') })

it('a file is held by one, who is named to the second; another file is another matter', () => {
  const url = `sqlite:${join(folder, 'data', 'a.db')}`
  const letGo = holdDatabase(url, me)
  expect(() => holdDatabase(url, me)).toThrow(HELD)
  expect(() => holdDatabase(url, me)).toThrow(`(${process.pid})`)
  holdDatabase(`sqlite:${join(folder, 'b.db')}`, me)()
  letGo()
  holdDatabase(url, me)()
})

it.each(['sqlite::memory:', 'mysql://root@127.0.0.1:3306/huoshui'])('%s needs no lock', (url) => {
  holdDatabase(url, me)
  holdDatabase(url, me)
})

it('a process that is killed lets go', async () => {
  const url = `sqlite:${join(folder, 'a.db')}`
  const script = `import { holdDatabase } from './server/core/db/hold-database.ts'
holdDatabase(process.argv[1], { pid: process.pid, address: 'x' })
globalThis.gc()
console.log('held')
setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', '--input-type=module', '-e', script, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((done) => child.stdout.once('data', done))
  expect(() => holdDatabase(url, me)).toThrow(HELD)
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await gone
  holdDatabase(url, me)()
})
