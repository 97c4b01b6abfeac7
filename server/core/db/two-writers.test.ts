import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { JOB_RUN } from '../../engine/jobs/job-tables.ts'
import { createDb } from './db.ts'
import { count, pick, select, sql } from './sql.ts'

const OTHER = `
const { createDb } = await import(process.env.DB_MODULE)
const { JOB_RUN } = await import(process.env.TABLES_MODULE)
const db = createDb(process.env.DB_URL, [])
for (let i = 0; i < 300; i++) await db.tx((tx) => tx.insert(JOB_RUN, { name: 'other' + i, next_at: 0 }))
await db.close()
`

it('a command that writes to the same SQLite file never has the server’s transaction refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-two-'))
  const url = `sqlite:${join(folder, 'two.db')}`
  const db = createDb(url, migrations)
  await db.migrate()
  const other = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', OTHER], {
    env: {
      ...process.env,
      DB_MODULE: new URL('./db.ts', import.meta.url).href,
      TABLES_MODULE: new URL('../../engine/jobs/job-tables.ts', import.meta.url).href,
      DB_URL: url,
    },
    stdio: 'inherit',
  })
  let exitCode: number | null | undefined
  other.on('exit', (code) => {
    exitCode = code
  })
  let own = 0
  while (exitCode === undefined) {
    await db.tx(async (tx) => {
      await tx.rows(sql`SELECT ${select({ n: count() })} FROM ${JOB_RUN}`)
      await new Promise((resolve) => setImmediate(resolve))
      await tx.insert(JOB_RUN, { name: `own${own}`, next_at: 0 })
    })
    own += 1
    // SQLite's waiters look again every few milliseconds; a server pauses longer than that, too.
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  expect(exitCode).toBe(0)
  const names = await db.tx((tx) => tx.rows(sql`SELECT ${pick(JOB_RUN, 'name')} FROM ${JOB_RUN}`))
  expect(names.filter(({ name }) => name.startsWith('other'))).toHaveLength(300)
  expect(names.filter(({ name }) => name.startsWith('own'))).toHaveLength(own)
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})
