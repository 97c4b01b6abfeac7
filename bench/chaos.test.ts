import { expect, it } from 'vitest'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { runChaos } from './chaos.ts'
import { runStorm } from './storm.ts'

/** A short form of `npm run chaos`, which kills 200 times. */
it('loses no acknowledged customer and does nothing twice when it is killed again and again under load', async () => {
  const database = await createTestDatabase()
  const result = await runChaos({ kills: 4, databaseUrl: database.url, perSecond: 20, speed: 6 })
  await database.drop()
  expect(result).toMatchObject({ lost: [], doubled: [], unexplained: [], stuck: [] })
  expect(result.acknowledged).toBeGreaterThan(4)
  expect(result.welcomed).toBeGreaterThan(0)
}, 240_000)

/** A short form of `npm run chaos -- storm`, which goes on for 30 minutes of its own time. */
it('loses and doubles nothing while everything goes wrong at once', async () => {
  const database = process.env.TEST_MYSQL_URL ? 'mariadb' : 'sqlite'
  const result = await runStorm({ minutes: 4, speed: 8, seed: 5, database, perSecond: 4 })
  expect(result).toMatchObject({ lost: [], doubled: [], unexplained: [], stuck: [] })
  expect(result).toMatchObject({ eventsLost: [], ordersLost: [], ordersDoubled: [], massSendsDoubled: [] })
  expect(result.kills).toBeGreaterThan(0)
  if (database === 'mariadb') expect(result.databaseRestarts).toBeGreaterThan(0)
  expect(result.callsStruck).toBeGreaterThan(5)
  expect(result.welcomed).toBeGreaterThan(0)
  expect(result.orders).toBeGreaterThan(0)
  expect(result.massSends).toBeGreaterThan(0)
}, 240_000)
