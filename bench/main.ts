import { benchAudience } from './audience.ts'
import { benchBacktest } from './backtest.ts'
import { benchCallbacks } from './callbacks.ts'
import { benchDrift } from './drift.ts'
import { benchJourneys } from './journeys.ts'
import { benchMemory } from './memory.ts'
import { reachable } from './reachable.ts'
import { createReport } from './report.ts'
import { benchSidebar } from './sidebar.ts'
import { benchSync } from './sync.ts'
import { benchTagging } from './tagging.ts'
import { benchBurst, benchWelcome } from './welcome.ts'

/** `npm run bench [-- --quick] [-- --only callbacks,welcome,burst,sidebar,tagging,memory,drift,sync,journeys,audience,backtest]`: each figure with its limit program beside it, from one run. MariaDB
 *  figures need TEST_MYSQL_URL (default mysql://root@127.0.0.1:3306, left out when it does not answer). */
const quick = process.argv.includes('--quick')
const onlyAt = process.argv.indexOf('--only')
const only = onlyAt < 0 ? undefined : (process.argv[onlyAt + 1] ?? '').split(',')
const wanted = (name: string): boolean => only === undefined || only.includes(name)
const report = createReport((line) => process.stdout.write(`${line}\n`))
const mysqlUrl = process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306'
const mysql = (await reachable(mysqlUrl)) ? mysqlUrl : undefined
if (mysql === undefined) process.stdout.write('MariaDB does not answer: its figures are left out\n')

if (wanted('callbacks'))
  await benchCallbacks({ seconds: quick ? 4 : 10, rounds: quick ? 1 : 3, connections: 128, mysql }, report)
if (wanted('welcome'))
  await benchWelcome({ rate: 100, seconds: quick ? 8 : 60, backlog: quick ? 10_000 : 100_000, mysql }, report)
if (wanted('burst')) await benchBurst({ mysql }, report)
if (wanted('sidebar'))
  await benchSidebar({ customers: quick ? 50_000 : 500_000, requests: 2_000, rounds: quick ? 1 : 3, mysql }, report)
if (wanted('tagging')) await benchTagging({ pairs: quick ? 12_000 : 100_000, mysql: quick ? undefined : mysql }, report)
if (wanted('drift')) {
  const onProgress = (n: number): void => {
    if (n % 10_000 < 1_000) process.stdout.write(`  ${n} events\n`)
  }
  const isSame = await benchDrift({ events: quick ? 5_000 : 100_000, seed: 1, onProgress }, report)
  if (!isSame) process.exitCode = 1
}
if (wanted('memory')) await benchMemory({ first: quick ? 10_000 : 50_000, events: quick ? 100_000 : 1_000_000 }, report)
if (wanted('sync')) await benchSync({ preset: quick ? 'S' : 'M', mysql }, report)
if (wanted('audience') && mysql !== undefined) {
  const size = quick ? { customers: 2_000, copies: 10, rounds: 1 } : { customers: 20_000, copies: 100, rounds: 5 }
  await benchAudience({ ...size, mysql }, report)
}
if (wanted('backtest')) await benchBacktest({ people: quick ? 100 : 1_250 }, report)
if (wanted('journeys')) await benchJourneys({ customers: quick ? 10_000 : 100_000, mysql }, report)
