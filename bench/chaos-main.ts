import { createTestDatabase } from '../server/testing/test-database.ts'
import { runChaos } from './chaos.ts'

/** `npm run chaos [-- <kills>]`: kill -9 at random moments under load; on MariaDB when TEST_MYSQL_URL is set. */
const kills = Number(process.argv[2] ?? 200)
const database = await createTestDatabase()
process.stdout.write(`${kills} kills on ${database.url.split(':')[0]}\n`)
const result = await runChaos({
  kills,
  databaseUrl: database.url,
  perSecond: 20,
  onKill: (nth) => {
    if (nth % 20 === 0) process.stdout.write(`  ${nth} kills\n`)
  },
})
await database.drop()
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
process.exit(result.lost.length + result.doubled.length + result.unexplained.length + result.stuck.length > 0 ? 1 : 0)
