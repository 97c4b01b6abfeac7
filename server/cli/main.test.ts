import { spawn } from 'node:child_process'
import { afterEach, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { createMigratedDatabase } from '../testing/migrated-database.ts'

let t: TestApp
let database: Awaited<ReturnType<typeof createMigratedDatabase>>
afterEach(async () => {
  await t.close()
  await database.drop()
})

async function open(config: Record<string, string> = {}): Promise<void> {
  database = await createMigratedDatabase()
  t = await buildTestApp({ databaseUrl: database.url, config })
}

/** The command as an operator types it, in a process of its own. */
async function type(operator: string, ...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/cli/main.ts', ...words], {
    env: { ...process.env, DATABASE_URL: database.url, OPERATOR: operator },
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (bytes: Buffer) => {
    said.out += String(bytes)
  })
  child.stderr.on('data', (bytes: Buffer) => {
    said.err += String(bytes)
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, ...said }
}

it('a nickname moves nothing on the screen of a command', async () => {
  await open()
  await t.sandbox.scan({ userId: 'zhangsan', name: '甲\u001b]0;owned\u0007\u001b[2J\u202e乙' })
  await t.settle()
  const { code, out } = await type('', 'customers', 'find', '甲')
  expect([code, out]).toEqual([0, expect.stringContaining('甲')])
  expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})

it('roles in force decide who may run a command, whatever folder the operator names', async () => {
  await open({ 'roles.yaml': 'roles:\n  - { role: owner, operators: [lao] }\n' })
  const refused = await type('yun', 'sessions')
  expect([refused.code, refused.out]).toEqual([1, ''])
  expect(refused.err).toMatch(/^「yun」不能运行 sessions：roles\.yaml 只让负责人（owner）运行它。/)
  expect(await type('lao', 'sessions')).toMatchObject({ code: 0, err: '' })
})
