import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts'
import { createDb, type Db } from '../../core/db/db.ts'
import { raw } from '../../core/db/sql.ts'
import { systemClock } from '../../core/kernel/clock.ts'
import { huoshuiEnv, type Started, startProgram, untilReady } from '../start-program.ts'
import { createTestDatabase } from '../test-database.ts'

/** A real process, asked to stop as a container is: SIGTERM. */
let sandbox: Sandbox
let database: Awaited<ReturnType<typeof createTestDatabase>>
let db: Db
let server: Started
let configDir: string
let lines: string[]

beforeEach(async () => {
  sandbox = createSandbox({ clock: systemClock })
  await sandbox.listen()
  database = await createTestDatabase()
  db = createDb(database.url, migrations)
  configDir = mkdtempSync(join(tmpdir(), 'huoshui-config-'))
  mkdirSync(join(configDir, 'welcomes'))
  writeFileSync(join(configDir, 'welcomes/w.yaml'), 'welcome: 默认欢迎语\ndefault: true\ntext: 您好，欢迎来到牧野。\n')
  lines = []
  server = await startProgram('server/main.ts', {
    env: huoshuiEnv(sandbox.url, database.url, configDir),
    onLine: (line) => lines.push(line),
  })
  sandbox.connect(server.url)
  await untilReady(server.url)
})
afterEach(async () => {
  await server.kill()
  await sandbox.close()
  await db.close()
  await database.drop()
  rmSync(configDir, { recursive: true, force: true })
})

const welcomeActions = () =>
  db.tx((tx) => tx.rows(raw<{ state: string }>("SELECT state FROM action WHERE kind = 'welcome.send'")))
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}

it('SIGTERM in the middle of a call: takes nothing new, ends the call, records it, and exits with 0', async () => {
  sandbox.faults.set({ path: 'externalcontact/send_welcome_msg', hangMs: 3_000, times: 1 })
  const { externalUserId } = await sandbox.scan({ userId: 'zhangsan' })
  await until(async () => (await welcomeActions())[0]?.state === 'running')

  const stopped = server.stop()
  await until(async () => (await fetch(`${server.url}/healthz`).catch(() => undefined)) === undefined)
  expect(await welcomeActions()).toEqual([{ state: 'running' }])

  expect(await stopped).toBe(0)
  const received = sandbox.messagesOf(externalUserId).filter((message) => message.via === 'welcome')
  expect(received).toHaveLength(1)
  expect(await welcomeActions()).toEqual([{ state: 'done' }])
  expect(lines.map((line) => JSON.parse(line).msg).at(-1)).toBe('stopped')
})
