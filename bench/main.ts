import { benchCallbacks } from './callbacks.ts'
import { createReport } from './report.ts'

/** `npm run bench [-- --quick] [-- --only callbacks,…]`: each figure with its limit program beside it, from one run. MariaDB
 *  figures need TEST_MYSQL_URL (default mysql://root@127.0.0.1:3306, left out when it does not answer). */
const quick = process.argv.includes('--quick')
const onlyAt = process.argv.indexOf('--only')
const only = onlyAt < 0 ? undefined : (process.argv[onlyAt + 1] ?? '').split(',')
const wanted = (name: string): boolean => only === undefined || only.includes(name)
const report = createReport((line) => process.stdout.write(`${line}\n`))
const mysql = process.env['TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306'

if (wanted('callbacks'))
  await benchCallbacks({ seconds: quick ? 4 : 10, rounds: quick ? 1 : 3, connections: 128, mysql }, report)
