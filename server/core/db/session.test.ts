import { expect, test } from 'vitest'
import { createTestDatabase } from '../../testing/test-database.ts'
import { createDb } from './db.ts'
import { raw } from './sql.ts'

test.runIf(process.env.TEST_MYSQL_URL)(
  'every connection brings its own settings, whatever those of the server are',
  async () => {
    const database = await createTestDatabase()
    const db = createDb(database.url, [])
    let arrived = 0
    let letGo = (): void => {}
    const together = new Promise<void>((resolve) => {
      letGo = resolve
    })
    // Each transaction holds its connection until all have one.
    const seen = await Promise.all(
      Array.from({ length: 5 }, () =>
        db.tx(async (tx) => {
          const row = await tx.row(
            raw(
              `SELECT CONNECTION_ID() AS id, @@sql_mode AS mode, @@tx_isolation AS isolation, @@time_zone AS zone,
                      @@character_set_client AS client, @@collation_connection AS letters`,
            ),
          )
          arrived += 1
          if (arrived === 5) letGo()
          await together
          return row as Record<string, unknown>
        }),
      ),
    )
    expect(new Set(seen.map(({ id }) => id)).size).toBe(5)
    for (const { id: _, ...settings } of seen) {
      expect(settings).toEqual({
        mode: 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',
        isolation: 'READ-COMMITTED',
        zone: '+00:00',
        client: 'utf8mb4',
        letters: 'utf8mb4_bin',
      })
    }
    await db.close()
    await database.drop()
  },
)
