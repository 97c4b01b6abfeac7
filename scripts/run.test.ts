import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox } from '../sandbox/open-test-sandbox.ts'
import { holdDatabase } from '../server/core/db/hold-database.ts'
import { huoshuiEnv } from '../server/testing/start-program.ts'

const TSX = import.meta.resolve('tsx')
const RUN = resolve('scripts/run.ts')

let folder = ''
const ends: (() => unknown)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-start-'))
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  code: number | null
  out: string
  err: string
}

/** `./scripts/start` without its installing and building, in a folder of its own unless `cwd` says where. */
function start(words: string[], env: Record<string, string> = {}, cwd = folder) {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['--import', TSX, RUN, ...words], { cwd, env: { PATH, ...env } })
  ends.push(() => {
    child.kill('SIGTERM')
    return ended
  })
  const told: Ended = { code: null, out: '', err: '' }
  child.stderr.on('data', (data) => (told.err += String(data)))
  const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ ...told, code })))
  return {
    ended,
    stop: () => child.kill('SIGINT'),
    /** Until it has printed this. */
    prints: (text: string): Promise<void> =>
      new Promise((done, fail) => {
        void ended.then(({ err }) => fail(new Error(`it ended: ${err}`)))
        child.stdout.on('data', (data) => {
          told.out += String(data)
          if (told.out.includes(text)) done()
        })
      }),
  }
}

async function takePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  ends.push(() => new Promise((done) => server.close(done)))
  return (server.address() as AddressInfo).port
}

it.each([
  [['--help'], {}, 0, ''],
  [['--port', '70000'], {}, 2, '--port 要写 1 到 65535 的整数'],
  [['--port', '0'], {}, 2, '--port 要写 1 到 65535 的整数'],
  [['--port', 'x'], {}, 2, '--port 要写 1 到 65535 的整数'],
  [['--prot', '3000'], {}, 2, '--prot'],
  [['now'], {}, 2, 'now'],
  [[], { PORT: 'x' }, 2, 'PORT 要写 0 到 65535 的整数，不是「x」'],
])('%j with %j ends with %i, and makes no database', async (words, env, code, err) => {
  const ended = await start(words, env as Record<string, string>).ended
  expect(ended.code).toBe(code)
  expect(ended.err).toContain(err)
  expect(existsSync(join(folder, 'data'))).toBe(false)
})

it('a port that somebody else has is refused, for a corp and for the demo alike', async () => {
  const port = String(await takePort())
  const text = `端口 ${port} 已经有程序在用`
  const demo = await start(['--port', port]).ended
  expect([demo.code, demo.err.includes(text)]).toEqual([1, true])
  const corp = await start([], { PORT: port, WECOM_CORP_ID: 'ww1234567890' }).ended
  expect([corp.code, corp.err.includes(text)]).toEqual([1, true])
})

it('the demo that is running keeps its database: a second one is refused and takes nothing away', async () => {
  mkdirSync(join(folder, 'data'))
  writeFileSync(join(folder, 'data/demo.db'), 'of the first')
  const holder = { pid: 4711, address: 'http://127.0.0.1:3999' }
  ends.push(holdDatabase(`sqlite:${join(folder, 'data/demo.db')}`, holder))
  const { code, err } = await start([]).ended
  expect(code).toBe(1)
  expect(err).toContain('活水已经在运行，先停掉它')
  expect(err).toContain('4711')
  expect(existsSync(join(folder, 'data/demo.db'))).toBe(true)
})

it('a second start on the database of a running one is refused before it says that it runs; Ctrl-C ends the first', async () => {
  const sandbox = await openTestSandbox()
  ends.push(() => sandbox.close())
  const database = `sqlite:${join(folder, 'shop.db')}`
  mkdirSync(join(folder, 'rules'))
  const env = { ...huoshuiEnv(sandbox.url, database, join(folder, 'rules')), LOG_LEVEL: 'error' }
  const port = await freePort()
  const first = start([], { ...env, PORT: port }, process.cwd())
  await first.prints(`is running at http://127.0.0.1:${port}`)
  const second = await start([], { ...env, PORT: await freePort() }, process.cwd()).ended
  expect([second.code, second.out]).toEqual([1, ''])
  expect(second.err).toContain(`http://127.0.0.1:${port}`)
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  first.stop()
  expect((await first.ended).code).toBe(0)
  expect(await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => 'gone')).toBe('gone')
}, 120_000)

async function freePort(): Promise<string> {
  const port = await takePort()
  await ends.pop()?.()
  return String(port)
}
