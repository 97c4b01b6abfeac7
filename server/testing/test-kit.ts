import { migrations } from '../../migrations/index.ts'
import { createDb, type Db } from '../core/db/db.ts'
import { createSettableClock, type SettableClock } from '../core/kernel/clock.ts'
import { createLogger, type Logger } from '../core/kernel/logger.ts'
import { createMigratedDatabase } from './migrated-database.ts'

export interface TestKit {
  db: Db
  /** As `DATABASE_URL`. */
  url: string
  clock: SettableClock
  log: Logger
  close(): Promise<void>
}

/** A migrated database of its own, a settable clock and a silent log, for tests of one part. */
export async function createTestKit(now = '2026-11-22T09:00:00+08:00'): Promise<TestKit> {
  const database = await createMigratedDatabase()
  const db = createDb(database.url, migrations)
  await db.connect()
  return {
    db,
    url: database.url,
    clock: createSettableClock(now),
    log: createLogger({ level: 'silent' }),
    close: async () => {
      await db.close()
      await database.drop()
    },
  }
}
