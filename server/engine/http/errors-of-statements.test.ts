import { afterEach, beforeEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { createLogger } from '../../core/kernel/logger.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { buildApp } from './app.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const SECRET = 'O’Brien-13800001111'

it.each([
  ['text that is no statement', `INSERT INTO staff (userid) VALUES ('${SECRET}' AND THEN`],
  ['a value twice', `INSERT INTO job_run (name, next_at) VALUES ('${SECRET}', 1), ('${SECRET}', 2)`],
  ['a value of another kind', `INSERT INTO job_run (name, next_at) VALUES ('${SECRET}', '${SECRET}')`],
  ['a column that is none', `SELECT \`${SECRET}\` FROM job_run`],
])('%s: the caller and the log get a code, and nothing of the statement', async (_what, text) => {
  const lines: string[] = []
  const log = createLogger({ level: 'trace', destination: { write: (line: string) => void lines.push(line) } })
  const route = async (): Promise<object> => ({ rows: await kit.db.tx((tx) => tx.rows(raw(text))) })
  const app = buildApp({
    log,
    proxyHops: 0,
    routes: [(one) => void one.get('/broken', { config: { scope: 'anybody' } }, route)],
  })
  const answer = await app.inject('/broken')
  await app.close()
  // SQLite takes any text for a number.
  if (answer.statusCode === 200) expect(kit.db.dialect).toBe('sqlite')
  else expect([answer.statusCode, lines.length]).toEqual([500, 1])
  for (const said of [answer.body, ...lines]) expect(said).not.toMatch(/Brien|1380000/)
})
