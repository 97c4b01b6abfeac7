import { createTestDatabase } from '../server/testing/test-database.ts'
import openRun from '../server/testing/test-run.ts'
import { runChaos } from './chaos.ts'
import { isClean } from './chaos-judge.ts'
import { isSafe, runCluster } from './cluster/cluster.ts'
import { isQuiet, runEvenings } from './evening.ts'
import { isCalm, runStorm } from './storm.ts'

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const USAGE = `npm run chaos [-- KILLS]                              kill -9 at random moments under load (200)
npm run chaos -- storm [MINUTES [SEED [odd]]]         everything goes wrong, eight simulated minutes a real one (30)
npm run chaos -- evening [EVENINGS [SEED]]            who is told of it (10)
npm run chaos -- cluster [RUN …]                      nodes of a database cluster killed, frozen, switched
`
const isCount = (word: string): boolean => /^[1-9]\d*$/.test(word)
/** What may stand behind `storm`, `evening` or nothing; the names of a cluster's runs are looked up there. */
const isUnderstood = ([first = '', ...more]: string[]): boolean =>
  first === 'cluster' ||
  (first === 'storm' && more.every((word, nth) => isCount(word) || (nth === 2 && word === 'odd'))) ||
  (first === 'evening' && more.every(isCount)) ||
  ((first === '' || isCount(first)) && more.length === 0)

/** `npm run chaos [-- <kills>]`: kill -9 at random moments under load. `npm run chaos -- storm [<simulated minutes> [<seed> [odd]]]`:
 *  30 minutes, eight to a real one, in which everything goes wrong; `odd`: a quarter of WeCom's answers is not as documented. `npm run chaos -- evening [<evenings>
 *  [<seed>]]`: who is told when everything goes wrong at once, and mended. All on MariaDB when TEST_MYSQL_URL is set.
 *  `npm run chaos -- cluster [<run> …]`: three servers on Galera and on a pair of servers of its own, whose nodes are killed,
 *  frozen, switched; CLUSTER_SECONDS of load a run (30). */
async function main(words: string[]): Promise<boolean> {
  if (!isUnderstood(words)) {
    process.stderr.write(USAGE)
    return false
  }
  if (words[0] === 'storm') {
    const [minutes, seed] = [Number(words[1] ?? 30), Number(words[2] ?? 1)]
    const isOdd = words[3] === 'odd'
    const database = process.env.TEST_MYSQL_URL ? 'mariadb' : 'sqlite'
    say(`storm of ${minutes} simulated minutes on ${database}, seed ${seed}`)
    if (database === 'sqlite') say('  SQLite has no database process: none is restarted, no connection cut')
    const result = await runStorm({
      minutes,
      seed,
      isOdd,
      database,
      speed: 8,
      perSecond: 4,
      say: (line) => say(`  ${line}`),
    })
    say(JSON.stringify(result, null, 2))
    return isCalm(result)
  }
  if (words[0] === 'evening') {
    const [evenings, seed] = [Number(words[1] ?? 10), Number(words[2] ?? 1)]
    say(`${evenings} evenings in which everything goes wrong, seed ${seed}`)
    return isQuiet(await runEvenings({ evenings, seed, say: (line) => say(`  ${line}`) }))
  }
  if (words[0] === 'cluster') {
    const seconds = Number(process.env.CLUSTER_SECONDS ?? 30)
    const results = await runCluster({ only: words.slice(1), seconds, say })
    say(`${results.filter(isSafe).length} of ${results.length} runs safe`)
    return results.length > 0 && results.every(isSafe)
  }
  const kills = Number(words[0] ?? 200)
  const database = await createTestDatabase()
  say(`${kills} kills on ${database.url.split(':')[0]}`)
  const onKill = (nth: number): void => {
    if (nth % 20 === 0) say(`  ${nth} kills`)
  }
  const result = await runChaos({ kills, databaseUrl: database.url, perSecond: 20, onKill })
  await database.drop()
  say(JSON.stringify(result, null, 2))
  return isClean(result)
}

// So that what was started is ended.
process.once('SIGINT', () => process.exit(130))
const closeRun = openRun()
const isGood = await main(process.argv.slice(2)).finally(closeRun)
process.exit(isGood ? 0 : 1)
