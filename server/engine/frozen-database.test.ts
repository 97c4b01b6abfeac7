import { expect, it } from 'vitest'
import { startPrivateMariadb } from '../../bench/private-mariadb.ts'
import { buildTestApp } from '../testing/build-test-app.ts'
import { createTestDatabase } from '../testing/test-database.ts'

/** What /readyz promises, and what this machine may add. */
const WITHIN_MS = 2_000 + 1_000

it.runIf(process.env.TEST_MYSQL_URL)(
  'a database that stands still without a word: /readyz says so within two seconds, and is well again with it',
  async () => {
    const server = await startPrivateMariadb()
    try {
      const { url: databaseUrl } = await createTestDatabase(server.url)
      const t = await buildTestApp({ databaseUrl })
      const readyz = async () => {
        const startedAt = performance.now()
        const { status } = await fetch(`${t.url}/readyz`)
        return { status, isInTime: performance.now() - startedAt < WITHIN_MS }
      }
      expect(await readyz()).toEqual({ status: 200, isInTime: true })
      await server.freeze()
      expect(await readyz()).toEqual({ status: 503, isInTime: true })
      expect(await Promise.all([readyz(), readyz()])).toEqual(Array(2).fill({ status: 503, isInTime: true }))
      expect((await fetch(`${t.url}/healthz`)).status).toBe(200)
      server.thaw()
      await expect.poll(async () => (await readyz()).status, { timeout: 30_000 }).toBe(200)
      await t.close()
    } finally {
      await server.close()
    }
  },
)
