import { expect, it } from 'vitest'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { runChaos } from './chaos.ts'

/** A short form of `npm run chaos`, which kills 200 times. */
it('loses no acknowledged customer and does nothing twice when it is killed again and again under load', async () => {
  const database = await createTestDatabase()
  const result = await runChaos({ kills: 6, databaseUrl: database.url, perSecond: 20 })
  await database.drop()
  expect(result).toMatchObject({ lost: [], doubled: [], unexplained: [], stuck: [] })
  expect(result.acknowledged).toBeGreaterThan(6)
  expect(result.welcomed).toBeGreaterThan(0)
}, 240_000)
