import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startPrivateMariadb } from '../../bench/private-mariadb.ts'
import { buildTestApp } from '../testing/build-test-app.ts'
import { createTestDatabase } from '../testing/test-database.ts'

/** Half of what the driver itself waits for an answer: without a limit of its own /readyz comes later than this, and on a busy
 *  machine the two are late together. */
const LONG_BEFORE_MS = 10_000
/** Every migration on a server that has just been made, while the other cores do the same: no figure of ours. */
const UP_WITHIN_MS = 120_000

it.runIf(process.env.TEST_MYSQL_URL)(
  'a database that stands still without a word: /readyz says so long before the driver does, and is well again with it',
  async () => {
    const server = await startPrivateMariadb()
    try {
      const { url: databaseUrl } = await createTestDatabase(server.url)
      const t = await buildTestApp({ databaseUrl })
      const readyz = () => fetch(`${t.url}/readyz`).then(({ status }) => status)
      // A busy machine may take longer than two seconds to store anything: that is as little ready as a frozen one.
      await expect.poll(readyz, { timeout: UP_WITHIN_MS }).toBe(200)
      await server.freeze()
      const tooLate = sleep(LONG_BEFORE_MS, 'too late')
      expect(await Promise.race([tooLate, Promise.all([readyz(), readyz(), readyz()])])).toEqual([503, 503, 503])
      expect((await fetch(`${t.url}/healthz`)).status).toBe(200)
      server.thaw()
      await expect.poll(readyz, { timeout: UP_WITHIN_MS }).toBe(200)
      await t.close()
    } finally {
      await server.close()
    }
  },
  3 * UP_WITHIN_MS,
)
