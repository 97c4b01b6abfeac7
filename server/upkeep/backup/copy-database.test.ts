import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../core/kernel/clock.ts'
import { createLiveProcesses } from '../../platform/deployment/live-processes.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { loadMysqlDump } from './copy-database.ts'

let kit: TestKit
afterEach(() => kit.close())

describe.runIf(process.env.TEST_MYSQL_URL)('a dump of MySQL', () => {
  it.each([60_000, -60_000])(
    'is not put under a server that lives, whose clock is %i ms off the database',
    async (offMs) => {
      kit = await createTestKit()
      const server = createLiveProcesses({ ...kit, instance: 'a', clock: { now: () => systemClock.now() + offMs } })
      await server.look()
      await expect(loadMysqlDump(kit.db, kit.url, '/nowhere.sql')).rejects.toMatchObject({ code: 'backup.server-runs' })
      expect(await server.look()).toEqual({ rank: 0, of: 1 })
      await server.tell()
    },
  )
})
